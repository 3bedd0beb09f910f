import { andThen, type MaybePromise } from '../../lib/maybe-promise.ts';
import { readAt, withValueAt } from '../../scheme/custom-resources/simple-path.ts';
import { badRequest } from '../../scheme/errors.ts';
import { type FieldError, invalid, invalidObject, required } from '../../scheme/field-error.ts';
import type { Scale } from '../../scheme/generated/types/autoscaling-v1.ts';
import type { ScalePaths } from '../../scheme/kind-strategy.ts';
import { formatLabelSelector, type LabelSelector } from '../../scheme/label-selector.ts';
import { formatLabels } from '../../scheme/labels.ts';
import { MUST_NOT_BE_NEGATIVE } from '../../scheme/metadata-validation.ts';
import { type ApiObject, toApiVersion } from '../../scheme/object.ts';
import { createAdmission, runAdmission } from '../admission/admission.ts';
import { planPartUpdate } from '../registry/main-update.ts';
import type { Plan } from '../registry/plan.ts';
import type { ServedResource } from '../registry/served-resource.ts';
import type { WriteScope } from '../registry/write-scope.ts';

export const SCALE_TYPE = 'io.k8s.api.autoscaling.v1.Scale';

/** What every kind with a scale has. */
interface Scalable extends ApiObject {
  spec?: { replicas?: number; selector?: LabelSelector | Record<string, string> };
  status?: { replicas?: number };
}

/** The scale of a workload, or of a custom resource that says where its numbers are. */
export function readScale(resource: ServedResource, object: ApiObject): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const paths = resource.strategy.scale;
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    ...(paths ? customNumbers(paths, resource.judged(object)) : workloadNumbers(resource, object)),
  };
}

type ScaleNumbers = Pick<Scale, 'spec' | 'status'>;

function workloadNumbers({ storage }: ServedResource, { spec, status }: Scalable): ScaleNumbers {
  return {
    spec: { replicas: spec?.replicas ?? 0 },
    status: {
      replicas: status?.replicas ?? 0,
      selector: selectorText(storage.group, spec?.selector),
    },
  };
}

function customNumbers(paths: ScalePaths, object: ApiObject): ScaleNumbers {
  const numberAt = (path: readonly string[]): number => {
    const value = readAt(object, path);
    return typeof value === 'number' ? value : 0;
  };
  const selector = paths.selector && readAt(object, paths.selector);
  return {
    spec: { replicas: numberAt(paths.specReplicas) },
    status: {
      replicas: numberAt(paths.statusReplicas),
      ...(typeof selector === 'string' ? { selector } : {}),
    },
  };
}

/** ReplicationControllers, the only scalable kind of the core group, select by plain labels. */
function selectorText(group: string, selector: NonNullable<Scalable['spec']>['selector']): string {
  if (!selector) return '';
  return group === ''
    ? formatLabels(selector as Record<string, string>)
    : formatLabelSelector(selector as LabelSelector);
}

/** What a configuration of a scale says of the object that is scaled. */
export function fromScale({ definition }: ServedResource, input: ApiObject): ApiObject {
  assertScaleKind(input);
  const { metadata, spec } = input as Scale;
  const { name, namespace, uid, resourceVersion } = metadata ?? {};
  const { group, version, kind } = definition;
  return {
    apiVersion: toApiVersion(group, version),
    kind,
    metadata: { name, namespace, uid, resourceVersion },
    ...(spec?.replicas === undefined ? {} : { spec: { replicas: spec.replicas } }),
  } as ApiObject;
}

/** The scale that leads to `object`. */
export function toScaleInput(object: ApiObject): ApiObject {
  const { replicas } = (object as Scalable).spec ?? {};
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: {},
    spec: { replicas },
  } as ApiObject;
}

function assertScaleKind({ apiVersion, kind }: ApiObject): void {
  if ((kind && kind !== 'Scale') || (apiVersion && apiVersion !== 'autoscaling/v1')) {
    throw badRequest(`expected an autoscaling/v1 Scale, got ${kind} in version ${apiVersion}`);
  }
}

/** What setting the scale would store: the object with another number of replicas. */
export function planScale(
  scope: WriteScope,
  current: ApiObject,
  input: ApiObject,
): MaybePromise<Plan> {
  const before = readScale(scope.resource, current);
  const object = { ...before, spec: { replicas: replicasOf(input, current) } } as ApiObject;
  const admission = createAdmission(scope, {
    operation: 'UPDATE',
    subresource: 'scale',
    kind: 'Scale',
    object,
    current: before as ApiObject,
  });
  return andThen(runAdmission(admission), (admitted) => {
    const replicas = replicasOf(admission.object, current);
    const whole = scope.resource.fromStorage(current) as Scalable;
    const path = scope.resource.strategy.scale?.specReplicas ?? ['spec', 'replicas'];
    const next = withValueAt<ApiObject>(whole, path, replicas);
    return planPartUpdate(scope, current, next, admitted);
  });
}

function replicasOf(input: ApiObject, { metadata }: ApiObject): number {
  assertScaleKind(input);
  const { spec } = input as Scale;
  const replicas: unknown = spec?.replicas ?? 0;
  const errors: FieldError[] = [];
  if (spec === undefined) errors.push(required('spec'));
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    throw badRequest(
      'Scale in version "v1" cannot be handled as a Scale: spec.replicas: expected an integer',
    );
  }
  if (replicas < 0) errors.push(invalid('spec.replicas', replicas, MUST_NOT_BE_NEGATIVE));
  if (errors.length > 0) {
    throw invalidObject({ group: 'autoscaling', kind: 'Scale', name: metadata.name ?? '' }, errors);
  }
  return replicas;
}
