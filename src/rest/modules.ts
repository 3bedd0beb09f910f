import { plainView, type ViewFactory } from './content/view.ts';
import { addDiscoveryRoutes } from './discovery/discovery-routes.ts';
import { addMetricsRoutes } from './discovery/metrics-routes.ts';
import { addVersionRoutes } from './discovery/version-routes.ts';
import { addOpenApiRoutes } from './openapi/open-api-routes.ts';
import type { RouteModule, UpgradeModule } from './rest-context.ts';
import { partialMetadataView } from './table/partial-metadata-view.ts';
import { tableView } from './table/table-view.ts';

/** What is served beside resources. */
export const ROUTE_MODULES: readonly RouteModule[] = [
  addDiscoveryRoutes,
  addOpenApiRoutes,
  addVersionRoutes,
  addMetricsRoutes,
];

/** What is served over WebSockets. */
export const UPGRADE_MODULES: readonly UpgradeModule[] = [];

/** What answers can be made of, by the first that takes the `as` of an Accept header. */
export const VIEW_FACTORIES: readonly ViewFactory[] = [plainView, tableView, partialMetadataView];
