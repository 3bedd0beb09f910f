import { invalid, invalidObject, tooLong } from '../../scheme/field-error.ts';
import type { Managers } from '../../scheme/managed-fields/managers.ts';
import type { PendingObjects } from '../admission/admission-session.ts';
import type { AdmissionOptions } from '../admission/plugin.ts';
import type { UpdateOptions, UserInfo, WriteOptions } from '../client.ts';
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
  /** Who owns what this write changes. */
  readonly manager: string;
  /** What of the object is written by itself; '' for the whole. */
  readonly subresource: string;
  /** The owners of the object's fields, where the write has settled them itself, as an apply does. */
  readonly managers?: Managers;
  /** Leaves a note of admission in the audit log. */
  readonly annotate: ((key: string, value: string) => void) | undefined;
  /** What earlier writes of the same transaction create. */
  readonly pending?: PendingObjects;
}

/** Whoever does not say who they are. */
const UNKNOWN_MANAGER = 'unknown';

/** The program that a client says it is, without its version: `curl`. */
function programOf({ source }: RequestContext): string {
  if (!source?.userAgent) return UNKNOWN_MANAGER;
  const [program = ''] = source.userAgent.split('/', 1);
  const printable = program.replace(UNPRINTABLE, '').slice(0, MAX_MANAGER_BYTES);
  return Buffer.byteLength(printable) > MAX_MANAGER_BYTES
    ? UNKNOWN_MANAGER
    : printable || UNKNOWN_MANAGER;
}

export function createWriteScope(
  registry: Registry,
  ctx: RequestContext,
  resource: ServedResource,
  options: AdmissionOptions & Pick<UpdateOptions, 'subresource'>,
): WriteScope {
  if (options.fieldManager !== undefined) assertFieldManager(options.fieldManager);
  const warn = warnOnce(options.onWarning ?? ctx.onWarning);
  warnOfDeprecation(resource, warn);
  return {
    registry,
    resource,
    user: ctx.user,
    options,
    warn,
    annotate: ctx.onAnnotation,
    manager: options.fieldManager || ctx.fieldManager || programOf(ctx),
    subresource: options.subresource ?? '',
  };
}

const MAX_MANAGER_BYTES = 128;
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

function assertFieldManager(manager: string): void {
  const errors = [];
  if (Buffer.byteLength(manager) > MAX_MANAGER_BYTES) {
    errors.push(tooLong('fieldManager', MAX_MANAGER_BYTES));
  }
  if (manager.search(UNPRINTABLE) >= 0) {
    errors.push(invalid('fieldManager', manager, 'should only contain printable characters'));
  }
  if (errors.length > 0) {
    throw invalidObject({ group: 'meta.k8s.io', kind: 'UpdateOptions', name: '' }, errors);
  }
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
