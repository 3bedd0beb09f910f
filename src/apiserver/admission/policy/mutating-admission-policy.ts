import { deepEqual } from '../../../lib/deep-equal.ts';
import { eachInTurn, type MaybePromise } from '../../../lib/maybe-promise.ts';
import { CelCostError, CelEvaluationError } from '../../../scheme/cel/errors.ts';
import { toJson } from '../../../scheme/cel/json.ts';
import type { CelValue } from '../../../scheme/cel/values.ts';
import { ApiError, isApiError } from '../../../scheme/errors.ts';
import type { CompiledMutation } from '../../../scheme/groups/admissionregistration/compiled-policy.ts';
import { applyUnowned } from '../../../scheme/managed-fields/apply-unowned.ts';
import { structureOf } from '../../../scheme/managed-fields/structure.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import { applyJsonPatch } from '../../../scheme/patch/json-patch.ts';
import { qualifiedName } from '../../../scheme/resource.ts';
import type { Evaluation } from '../matching/evaluation.ts';
import { Reinvocations } from '../matching/reinvocations.ts';
import { isExempt } from '../matching/rules.ts';
import { fromVersion } from '../matching/versions.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../plugin.ts';
import { type Case, judgePolicy, type Steps } from './judgement.ts';
import { assertTypeNames } from './object-names.ts';
import { type BoundPolicy, type PolicyResources, policiesConcerning } from './policy-index.ts';

const GROUP = 'admissionregistration.k8s.io';
const RESOURCES: PolicyResources = {
  policies: { group: GROUP, resource: 'mutatingadmissionpolicies' },
  bindings: { group: GROUP, resource: 'mutatingadmissionpolicybindings' },
};

const reinvocations = new Reinvocations();

/** Changes requests as the cluster's MutatingAdmissionPolicies say, in the order of their names. */
export const mutatingAdmissionPolicy: AdmissionPlugin = {
  name: 'MutatingAdmissionPolicy',
  reads: [RESOURCES.policies, RESOURCES.bindings, { group: '', resource: 'namespaces' }],
  handles: (resource, operation) =>
    !isExempt(resource) && (operation === 'CREATE' || operation === 'UPDATE'),
  admit(request) {
    const concerning = policiesConcerning(request, RESOURCES);
    if (concerning.length === 0) return;
    return eachInTurn(concerning, (bound) => mutate(request, bound));
  },
};

function mutate(request: AdmissionRequest, bound: BoundPolicy): MaybePromise<void> {
  const { policy } = bound;
  const isRepeatable = policy.spec?.reinvocationPolicy === 'IfNeeded';
  if (!reinvocations.isDue(request, policy, isRepeatable)) return;
  const before = request.object;
  const pending = judgePolicy(request, bound, (of) => stepsOf(of));
  const settle = (): void => reinvocations.settle(request, policy, before);
  return pending instanceof Promise ? pending.then(settle) : settle();
}

function stepsOf(of: Case): Steps {
  const { request, bound, definition } = of;
  const isForgiving = bound.policy.spec?.failurePolicy === 'Ignore';
  const fail = (message: string): void => {
    if (!isForgiving) throw failure(of, message);
  };
  return {
    fail,
    judge(evaluation, { object }) {
      if (!object) return;
      try {
        const next = mutated(of, evaluation, object);
        if (deepEqual(next, object)) return;
        request.object = fromVersion(request, definition, next, 'Strict');
      } catch (error) {
        if (!isFailure(error)) throw error;
        fail(error.message);
      }
    },
  };
}

function isFailure(error: unknown): error is Error {
  return error instanceof CelEvaluationError || error instanceof CelCostError || isApiError(error);
}

/** Each mutation sees what those before it made of the object. */
function mutated(of: Case, evaluation: Evaluation, object: ApiObject): ApiObject {
  return of.bound.compiled.mutations.reduce((current, mutation) => {
    const value = evaluation.with({ object: current }).run(mutation.expression);
    return applyMutation(of, current, mutation, value);
  }, object);
}

/** @throws {CelEvaluationError} for an answer that is no change, {@link ApiError} for one that cannot be applied */
function applyMutation(
  { request, definition }: Case,
  object: ApiObject,
  { patchType }: CompiledMutation,
  value: CelValue,
): ApiObject {
  if (patchType === 'JSONPatch') return applyJsonPatch(object, toJson(value));
  assertTypeNames(value);
  const structure = structureOf(request.state.scheme, definition.schemaName);
  return applyUnowned(object, toJson(value), structure);
}

function failure({ request, bound, binding }: Case, message: string): ApiError {
  const { requestResource, name } = request;
  const names = `policy '${bound.policy.metadata.name}' with binding '${binding.metadata.name}'`;
  const subject = `${qualifiedName(requestResource)}${name === '' ? '' : ` "${name}"`}`;
  return new ApiError('Invalid', `${subject} is forbidden: ${names} denied request: ${message}`, {
    ...(name === '' ? {} : { name }),
    ...(requestResource.group === '' ? {} : { group: requestResource.group }),
    kind: requestResource.resource,
    causes: [{ reason: '', message }],
  });
}
