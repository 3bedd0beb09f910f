import { AdmissionSession } from '../../src/apiserver/admission/admission-session.ts';
import type {
  AdmissionOperation,
  AdmissionPlugin,
  AdmissionRequest,
} from '../../src/apiserver/admission/plugin.ts';
import { ADMIN_USER } from '../../src/apiserver/authentication/identities.ts';
import type { Authorizer } from '../../src/apiserver/authorization/authorizer.ts';
import type { UserInfo } from '../../src/apiserver/client.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/random.ts';
import { STRATEGIES } from '../../src/scheme/groups/strategies.ts';
import type { ApiObject } from '../../src/scheme/object.ts';
import { type GroupResource, qualifiedName } from '../../src/scheme/resource.ts';
import { createScheme } from '../../src/scheme/scheme.ts';
import type { CommitGuard, ResourceCache, StoreWrite } from '../../src/store/store.ts';

const ANYTHING: Authorizer = { authorize: () => ({ allowed: true }) };

const scheme = createScheme({ strategies: STRATEGIES, runtimeConfig: 'api/all=true' });

/** One request to one plugin, and the little world that it looks at. */
export interface Admitting {
  readonly resource: GroupResource & { readonly version: string };
  /** @default 'CREATE', or 'UPDATE' when there is a current object */
  readonly operation?: AdmissionOperation;
  /** @default '' */
  readonly subresource?: string;
  readonly object: object;
  readonly current?: object;
  /** @default the administrator */
  readonly user?: UserInfo;
  /** @default everybody may do everything */
  readonly authorizer?: Authorizer;
  /** What the caches hold, by qualified name of the resource. @default nothing */
  readonly world?: Readonly<Record<string, readonly object[]>>;
}

export interface Admitted {
  readonly object: ApiObject;
  readonly warnings: readonly string[];
  readonly writes: readonly StoreWrite[];
  readonly guards: readonly CommitGuard[];
}

/** Runs both halves of the plugin. @throws {ApiError} what the plugin refuses with; an Error when it is not concerned */
export async function admitBy(plugin: AdmissionPlugin, given: Admitting): Promise<Admitted> {
  const definition = scheme.find(
    given.resource.group,
    given.resource.version,
    given.resource.resource,
  );
  if (!definition) throw new Error(`${qualifiedName(given.resource)} is not served`);
  const { current, subresource = '', operation = current ? 'UPDATE' : 'CREATE' } = given;
  if (!plugin.handles(definition, operation, subresource)) {
    throw new Error(`${plugin.name} is not concerned with ${operation} of ${definition.resource}`);
  }
  const session = sessionOf(given);
  const object = structuredClone(given.object) as ApiObject;
  const warnings: string[] = [];
  const request: AdmissionRequest = {
    operation,
    subresource,
    object,
    ...(current ? { current: current as ApiObject } : {}),
    resource: definition,
    requestResource: definition,
    kind: definition.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name ?? '',
    user: given.user ?? ADMIN_USER,
    options: {},
    isDryRun: false,
    isReinvocation: false,
    state: session,
    reinvoke: () => undefined,
    warn: (text) => warnings.push(text),
    annotate: () => undefined,
  };
  await plugin.admit?.(request);
  await plugin.validate?.(request);
  return { object: request.object, warnings, writes: session.writes, guards: session.guards };
}

function sessionOf({ world = {}, authorizer = ANYTHING }: Admitting): AdmissionSession {
  const cacheOf = (resource: GroupResource): ResourceCache =>
    cacheHolding(resource, (world[qualifiedName(resource)] ?? []) as readonly ApiObject[]);
  const environment = {
    scheme,
    authorizer,
    clock: systemClock,
    random: systemRandom,
    openCache: cacheOf,
  };
  return new AdmissionSession(environment, { get: cacheOf }, undefined);
}

function cacheHolding(resource: GroupResource, objects: readonly ApiObject[]): ResourceCache {
  const within = (namespace: string | undefined) => (object: ApiObject) =>
    namespace === undefined || (object.metadata.namespace ?? '') === namespace;
  const unsupported = async (): Promise<never> => {
    throw new Error('this cache only holds what it was given');
  };
  return {
    resource,
    resourceVersion: '1',
    size: objects.length,
    get: (namespace, name) =>
      objects.filter(within(namespace)).find(({ metadata }) => metadata.name === name),
    list: (namespace) => ({ resourceVersion: '1', items: objects.filter(within(namespace)) }),
    waitFor: unsupported,
    subscribe: unsupported,
  };
}
