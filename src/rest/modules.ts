import { plainView, type ViewFactory } from './content/view.ts';
import { discoveryRoutes } from './discovery/discovery-routes.ts';
import { metricsRoutes } from './discovery/metrics-routes.ts';
import { versionRoutes } from './discovery/version-routes.ts';
import { openApiRoutes } from './openapi/open-api-routes.ts';
import type { RouteModule, UpgradeModule } from './rest-context.ts';
import { addStreamRoutes } from './streams/stream-routes.ts';
import { partialMetadataView } from './table/partial-metadata-view.ts';
import { tableView } from './table/table-view.ts';

/** What is served beside resources. */
export const ROUTE_MODULES: readonly RouteModule[] = [
  discoveryRoutes,
  openApiRoutes,
  versionRoutes,
  metricsRoutes,
];

/** What is served over WebSockets. */
export const UPGRADE_MODULES: readonly UpgradeModule[] = [addStreamRoutes];

/** What answers can be made of, by the first that takes the `as` of an Accept header. */
export const VIEW_FACTORIES: readonly ViewFactory[] = [plainView, tableView, partialMetadataView];
