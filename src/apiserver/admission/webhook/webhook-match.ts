import type { MaybePromise } from '../../../lib/maybe-promise.ts';
import { CostBudget, MATCH_CONDITIONS_COST_LIMIT } from '../../../scheme/cel/cost.ts';
import { forbidden, type ObjectName } from '../../../scheme/errors.ts';
import type { ResourceDefinition } from '../../../scheme/resource.ts';
import { requestAttributes } from '../matching/admission-request.ts';
import { AuthorizerAnswers } from '../matching/authorizer-answers.ts';
import { Evaluation } from '../matching/evaluation.ts';
import { judgeConditions } from '../matching/match-conditions.ts';
import { matchRules } from '../matching/rules.ts';
import { matchesSelectors } from '../matching/selectors.ts';
import { versionedObjects } from '../matching/versions.ts';
import type { AdmissionRequest } from '../plugin.ts';
import type { RegisteredWebhook } from './webhook-index.ts';

/**
 * The version in which the webhook wants to see the request, or undefined when it does not.
 * @throws {ApiError} Forbidden when a match condition fails and the webhook is not to be ignored
 */
export function matchWebhook(
  { webhook, rules, matchPolicy, conditions }: RegisteredWebhook,
  request: AdmissionRequest,
): MaybePromise<ResourceDefinition | undefined> {
  if (!matchesSelectors(webhook, request)) return undefined;
  const definition = matchRules(rules, matchPolicy, request);
  if (!definition || conditions.length === 0) return definition;
  const answers = new AuthorizerAnswers(request);
  return answers.whenAnswered(() => {
    const { object, oldObject } = versionedObjects(request, definition);
    const evaluation = new Evaluation(
      {
        object,
        oldObject,
        request: requestAttributes(request, definition),
        ...answers.variables(),
      },
      [],
      new CostBudget(MATCH_CONDITIONS_COST_LIMIT),
    );
    const outcome = judgeConditions(conditions, evaluation);
    if (!('error' in outcome)) return outcome.matches ? definition : undefined;
    if (webhook.failurePolicy === 'Ignore') return undefined;
    throw forbidden(
      subjectOf(request),
      `webhook "${webhook.name}" cannot be matched: ${outcome.error}`,
    );
  });
}

function subjectOf({ requestResource, namespace, name }: AdmissionRequest): ObjectName {
  const { group, resource } = requestResource;
  return { group, resource, namespace, name };
}
