import { plainView, type ViewFactory } from './content/view.ts';
import type { RouteModule, UpgradeModule } from './rest-context.ts';
import { addStreamRoutes } from './streams/stream-routes.ts';

/** What is served beside resources. */
export const ROUTE_MODULES: readonly RouteModule[] = [];

/** What is served over WebSockets. */
export const UPGRADE_MODULES: readonly UpgradeModule[] = [addStreamRoutes];

/** What answers can be made of, by the first that takes the `as` of an Accept header. */
export const VIEW_FACTORIES: readonly ViewFactory[] = [plainView];
