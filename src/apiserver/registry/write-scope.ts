import type { PendingObjects } from '../admission/admission-session.ts';
import type { AdmissionOptions } from '../admission/plugin.ts';
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
  readonly options: AdmissionOptions;
  readonly warn: ((warning: string) => void) | undefined;
  /** Leaves a note of admission in the audit log. */
  readonly annotate: ((key: string, value: string) => void) | undefined;
  /** What earlier writes of the same transaction create. */
  readonly pending?: PendingObjects;
}

export function createWriteScope(
  registry: Registry,
  ctx: RequestContext,
  resource: ServedResource,
  options: AdmissionOptions,
): WriteScope {
  const warn = warnOnce(options.onWarning ?? ctx.onWarning);
  warnOfDeprecation(resource, warn);
  return { registry, resource, user: ctx.user, options, warn, annotate: ctx.onAnnotation };
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
