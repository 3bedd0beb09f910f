import { andThen, eachInTurn, type MaybePromise } from '../../../lib/maybe-promise.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import type { ResourceDefinition } from '../../../scheme/resource.ts';
import { requestAttributes } from '../matching/admission-request.ts';
import { AuthorizerAnswers } from '../matching/authorizer-answers.ts';
import { Evaluation } from '../matching/evaluation.ts';
import { judgeConditions } from '../matching/match-conditions.ts';
import { namespaceOf } from '../matching/selectors.ts';
import { type VersionedObjects, versionedObjects } from '../matching/versions.ts';
import type { AdmissionRequest } from '../plugin.ts';
import { matchResources } from './match.ts';
import { ParamError, type Params, paramsOf } from './params.ts';
import type { BoundPolicy, PolicyBinding } from './policy-index.ts';

/** In units: some 50 ms. */
const LONG_COST = 250_000;

/** What judging one policy under one of its bindings is about. */
export interface Case {
  readonly request: AdmissionRequest;
  readonly bound: BoundPolicy;
  readonly binding: PolicyBinding;
  /** The version that the policy's rule names. */
  readonly definition: ResourceDefinition;
}

/** What a policy does with one set of parameters. */
export interface Steps {
  /** The policy matches: its expressions are asked. */
  judge(evaluation: Evaluation, objects: VersionedObjects): void;
  /** The policy could not be asked: its parameters are missing, a condition fails, it does not compile. */
  fail(message: string): void;
}

/**
 * Judges a request by one policy under each of its bindings that match, with each of their parameters.
 * @param stepsOf what is done in each case; called again from the start when the authorizer's answer had to be waited for
 */
export function judgePolicy(
  request: AdmissionRequest,
  bound: BoundPolicy,
  stepsOf: (of: Case) => Steps,
): MaybePromise<void> {
  const { policy, bindings } = bound;
  const definition = matchResources(policy.spec?.matchConstraints, request);
  if (!definition) return;
  return eachInTurn(bindings, (binding) => {
    if (!matchResources(binding.spec?.matchResources, request)) return;
    return judgeCase({ request, bound, binding, definition }, stepsOf);
  });
}

function judgeCase(of: Case, stepsOf: (of: Case) => Steps): MaybePromise<void> {
  const { bound, binding, request } = of;
  if (bound.defect !== undefined) {
    stepsOf(of).fail(bound.defect);
    return;
  }
  const params = paramsOrFailure(request, bound, binding);
  return andThen(params, (found) => {
    if (found instanceof ParamError) {
      stepsOf(of).fail(`failed to configure policy: ${found.message}`);
      return;
    }
    const answers = new AuthorizerAnswers(request);
    return judgeEach(of, found, answers, stepsOf);
  });
}

function judgeEach(
  of: Case,
  params: Params,
  answers: AuthorizerAnswers,
  stepsOf: (of: Case) => Steps,
): MaybePromise<void> {
  return eachInTurn(params, (param) => {
    const cost = answers.whenAnswered(() => judgeWith(of, param, answers, stepsOf(of)));
    return andThen(cost, makeWayAfter);
  });
}

/** Lets other requests run after expressions that took long, before the next ones. */
function makeWayAfter(cost: number): MaybePromise<void> {
  if (cost >= LONG_COST) return new Promise((resolve) => setImmediate(resolve));
}

function paramsOrFailure(
  request: AdmissionRequest,
  { policy }: BoundPolicy,
  binding: PolicyBinding,
): MaybePromise<Params | ParamError> {
  try {
    const params = paramsOf(request, policy.spec?.paramKind, binding.spec?.paramRef);
    return params instanceof Promise ? params.catch(asFailure) : params;
  } catch (error) {
    return asFailure(error);
  }
}

function asFailure(error: unknown): ParamError {
  if (error instanceof ParamError) return error;
  throw error;
}

/** @returns what the policy's expressions have cost, in units */
function judgeWith(
  { request, bound, definition }: Case,
  param: ApiObject | undefined,
  answers: AuthorizerAnswers,
  steps: Steps,
): number {
  const objects = versionedObjects(request, definition);
  const evaluation = new Evaluation(
    {
      object: objects.object,
      oldObject: objects.oldObject,
      request: requestAttributes(request, definition),
      namespaceObject: namespaceOf(request) ?? null,
      params: param ?? null,
      ...answers.variables(),
    },
    bound.compiled.variables,
  );
  const outcome = judgeConditions(bound.compiled.matchConditions, evaluation);
  if ('error' in outcome) steps.fail(outcome.error);
  else if (outcome.matches) steps.judge(evaluation, objects);
  return evaluation.cost;
}
