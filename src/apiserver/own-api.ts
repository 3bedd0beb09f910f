import { APISERVER_USER } from './authentication/identities.ts';
import type { BootstrapApi } from './bootstrap.ts';
import type { DefaultsApi } from './reconcile-defaults.ts';
import type { RequestContext } from './request-context.ts';

const OWN_CONTEXT: RequestContext = { user: APISERVER_USER, exemptFromLimits: true };

/** What of the server is called here. */
type Calls = {
  [Call in keyof (BootstrapApi & DefaultsApi)]: (
    ctx: RequestContext,
    ...args: Parameters<(BootstrapApi & DefaultsApi)[Call]>
  ) => ReturnType<(BootstrapApi & DefaultsApi)[Call]>;
};

/** The API as the server itself, which writes what every cluster has. */
export function ownApi(server: Calls): BootstrapApi & DefaultsApi {
  return {
    get: (ref, target) => server.get(OWN_CONTEXT, ref, target),
    list: (ref) => server.list(OWN_CONTEXT, ref),
    create: (ref, object) => server.create(OWN_CONTEXT, ref, object),
    update: (ref, object) => server.update(OWN_CONTEXT, ref, object),
    transaction: (writes) => server.transaction(OWN_CONTEXT, writes),
  };
}
