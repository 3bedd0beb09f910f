import type { ApiObject } from '../../scheme/object.ts';
import type { CommitGuard } from '../../store/store.ts';
import { AdmissionSession, type PendingObjects } from '../admission/admission-session.ts';
import type { AdmissionOperation, AdmissionRequest } from '../admission/plugin.ts';
import type { UserInfo, WriteOptions } from '../client.ts';
import type { RequestContext } from '../request-context.ts';
import type { CompanionState } from './companions.ts';
import type { Registry } from './registry.ts';
import type { ServedResource } from './served-resource.ts';

/** What planning one write needs beside the object: who writes, how, and together with what. */
export interface WriteScope {
  readonly registry: Registry;
  readonly resource: ServedResource;
  readonly user: UserInfo;
  readonly options: WriteOptions;
  readonly warn: ((warning: string) => void) | undefined;
  /** What earlier writes of the same transaction create. */
  readonly pending?: PendingObjects;
}

export function createWriteScope(
  registry: Registry,
  ctx: RequestContext,
  resource: ServedResource,
  options: WriteOptions,
): WriteScope {
  const warn = warnOnce(options.onWarning ?? ctx.onWarning);
  warnOfDeprecation(resource, warn);
  return { registry, resource, user: ctx.user, options, warn };
}

/** Whoever uses a version that is on its way out should hear of it, whatever they do with it. */
export function warnOfDeprecation(
  { definition }: ServedResource,
  warn: ((warning: string) => void) | undefined,
): void {
  if (warn && definition.deprecation) warn(definition.deprecation.message);
}

/** A plan may be made several times, but nobody wants to be warned of the same thing twice. */
function warnOnce(sink: ((warning: string) => void) | undefined): WriteScope['warn'] {
  if (!sink) return undefined;
  const given = new Set<string>();
  return (warning) => {
    if (given.has(warning)) return;
    given.add(warning);
    sink(warning);
  };
}

/** The signal and lane of a write, with what the request's context says where the call is silent. */
export function effectiveOptions<T extends WriteOptions>(ctx: RequestContext, options: T): T {
  if (!ctx.signal || options.signal) return options;
  return { ...options, signal: ctx.signal };
}

export function companionState({ registry, resource }: WriteScope): CompanionState {
  return {
    cache: (wanted) => resource.cacheOf(wanted),
    random: registry.random,
    nowMs: registry.clock.now(),
  };
}

/** The two halves of admission around validation. */
export interface Admission {
  /** Runs the validating plugins; returns what must hold until the commit. */
  finish(): readonly CommitGuard[];
}

const NO_GUARDS: readonly CommitGuard[] = [];
const NOTHING_TO_ADMIT: Admission = { finish: () => NO_GUARDS };

/** Runs the mutating plugins on `object`; {@link Admission.finish} then runs the validating ones. */
export function admit(
  scope: WriteScope,
  operation: AdmissionOperation,
  object: ApiObject,
  current?: ApiObject,
): Admission {
  const { resource, user, pending } = scope;
  const plugins = resource.plugins(operation);
  if (plugins.length === 0) return NOTHING_TO_ADMIT;
  const state = new AdmissionSession(resource.cachesByName, pending);
  const request: AdmissionRequest = {
    operation,
    resource: resource.storage,
    kind: resource.storage.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name ?? '',
    object,
    ...(current ? { current } : {}),
    user,
    state,
  };
  for (const plugin of plugins) plugin.admit?.(request);
  return {
    finish() {
      for (const plugin of plugins) plugin.validate?.(request);
      return state.guards;
    },
  };
}
