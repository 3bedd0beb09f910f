import type { MaybePromise } from '../../lib/maybe-promise.ts';
import { badRequest, conflict, notFound } from '../../scheme/errors.ts';
import { invalidObject, required } from '../../scheme/field-error.ts';
import { STATUS_METADATA } from '../../scheme/kind-strategy.ts';
import {
  type Applied,
  applyConfiguration,
} from '../../scheme/managed-fields/apply-configuration.ts';
import {
  CLIENT_SIDE_TOOL,
  syncLastApplied,
  upgradeClientSideApply,
} from '../../scheme/managed-fields/client-side-apply.ts';
import { readManagers } from '../../scheme/managed-fields/managers.ts';
import type { ApiObject, ObjectMeta } from '../../scheme/object.ts';
import type { Target } from '../client.ts';
import { facetOf } from '../subresources/facets.ts';
import { planCreate } from './create.ts';
import { decodeInput } from './decode-input.ts';
import { identityOf, timeOf, versionsOf } from './field-managers.ts';
import { assertPreconditions } from './object-metadata.ts';
import type { Plan } from './plan.ts';
import type { ServedResource } from './served-resource.ts';
import type { WriteScope } from './write-scope.ts';

export interface ServerSideApply {
  /** What the applier wants to own, in the request's version. */
  readonly configuration: object;
  /** Takes over what others own. @default false */
  readonly force?: boolean | undefined;
  /** Takes over what client-side apply owns, as kubectl does when it changes sides. @default false */
  readonly upgrade?: boolean | undefined;
}

/** @throws {ApiError} Invalid when nobody says who applies: fields must belong to somebody */
function assertApplier({ options }: WriteScope): void {
  if (options.fieldManager) return;
  throw invalidObject({ group: 'meta.k8s.io', kind: 'PatchOptions', name: '' }, [
    required('fieldManager', 'is required for apply patch'),
  ]);
}

/**
 * What a server-side apply of the object, or of the part that the scope's subresource stands for, would store. An object that
 * is not there is created. @throws {ApiError} Conflict when others own what it changes
 */
export function planServerSideApply(
  scope: WriteScope,
  target: Target,
  apply: ServerSideApply,
): MaybePromise<Plan> {
  assertApplier(scope);
  const { resource } = scope;
  const configuration = configurationOf(scope, target, apply.configuration);
  const current = resource.current(target.namespace ?? '', target.name);
  if (!current) return planFirst(scope, target, configuration);
  const name = resource.nameOf(target.name, target.namespace ?? '');
  assertPreconditions(name, current, configuration.metadata);
  const { object, managers } = applyTo(scope, current, configuration, apply);
  const facet = facetOf(resource, scope.subresource || undefined);
  return facet.plan({ ...scope, managers }, current, facet.toInput?.(object) ?? object);
}

function applyTo(
  scope: WriteScope,
  current: ApiObject,
  configuration: ApiObject,
  { force = false, upgrade = false }: ServerSideApply,
): Applied {
  const { resource, subresource } = scope;
  const applier = identityOf(scope, 'Apply');
  const managers = readManagers(current.metadata.managedFields);
  const applied = applyConfiguration({
    live: resource.fromStorage(current),
    configuration,
    managers: upgrade ? upgradeClientSideApply(managers, applier) : managers,
    applier,
    time: timeOf(scope),
    force,
    versions: versionsOf(resource),
  });
  if (applier.manager !== CLIENT_SIDE_TOOL || subresource !== '') return applied;
  return { ...applied, object: syncLastApplied(applied.object, configuration) };
}

function planFirst(
  scope: WriteScope,
  target: Target,
  configuration: ApiObject,
): MaybePromise<Plan> {
  const { resource, subresource } = scope;
  const name = resource.nameOf(target.name, target.namespace ?? '');
  if (subresource !== '') throw notFound(name);
  const { uid, resourceVersion: _, ...metadata } = configuration.metadata;
  if (uid) {
    throw conflict(
      name,
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  }
  const { managers } = applyConfiguration({
    live: undefined,
    configuration,
    managers: [],
    applier: identityOf(scope, 'Apply'),
    time: timeOf(scope),
    force: false,
    versions: versionsOf(resource),
  });
  return planCreate({ ...scope, managers }, { ...configuration, metadata }, target);
}

/** What can be applied of the input: without what this door does not write. */
function configurationOf(scope: WriteScope, target: Target, input: object): ApiObject {
  const { resource, subresource } = scope;
  const { metadata: given } = input as Partial<ApiObject>;
  if (given?.managedFields != null) throw badRequest('metadata.managedFields must be nil');
  const facet = facetOf(resource, subresource || undefined);
  const whole = facet.fromInput?.(resource, input as ApiObject) ?? (input as ApiObject);
  const configuration = decodeInput(scope, whole) as ApiObject & { status?: unknown };
  const { namespace, name } = target;
  const place = { ...(namespace ? { namespace } : {}), name };
  const metadata = { ...configuration.metadata, ...place };
  if (subresource === '') {
    const { status: _, ...desired } = configuration;
    return { ...(resource.hasStatus ? desired : configuration), metadata };
  }
  if (subresource === 'scale') {
    const { labels: _, ...rest } = metadata;
    return { ...configuration, metadata: rest };
  }
  const { apiVersion, kind, status } = configuration;
  return {
    apiVersion,
    kind,
    metadata: withStatusMetadata(resource, metadata),
    ...(status === undefined ? {} : { status }),
  } as ApiObject;
}

/** Without what `/status` of the kind does not change, so that nobody comes to own it by that. */
function withStatusMetadata({ strategy }: ServedResource, metadata: ObjectMeta): ObjectMeta {
  const { statusMetadata = STATUS_METADATA } = strategy;
  const rest = { ...metadata };
  for (const key of STATUS_METADATA) if (!statusMetadata.includes(key)) delete rest[key];
  return rest;
}
