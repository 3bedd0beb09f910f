import { eachInTurn } from '../../../lib/maybe-promise.ts';
import { ApiError, isStatusReason, type StatusReason } from '../../../scheme/errors.ts';
import type { CompiledValidation } from '../../../scheme/groups/admissionregistration/compiled-policy.ts';
import { qualifiedName } from '../../../scheme/resource.ts';
import type { Evaluation } from '../matching/evaluation.ts';
import { isExempt } from '../matching/rules.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../plugin.ts';
import { type Case, judgePolicy, type Steps } from './judgement.ts';
import { type PolicyResources, policiesConcerning } from './policy-index.ts';

const GROUP = 'admissionregistration.k8s.io';
const RESOURCES: PolicyResources = {
  policies: { group: GROUP, resource: 'validatingadmissionpolicies' },
  bindings: { group: GROUP, resource: 'validatingadmissionpolicybindings' },
};

/** The audit annotation that holds what was violated under the action Audit. */
const FAILURES_ANNOTATION = 'validation.policy.admission.k8s.io/validation_failure';
/** Longer messages of expressions are not shown. */
const MAX_MESSAGE_LENGTH = 5 * 1024;
const MAX_ANNOTATION_LENGTH = 10 * 1024;

/** One validation that does not hold. */
interface Violation {
  readonly of: Case;
  readonly message: string;
  readonly reason: StatusReason;
  readonly expressionIndex: number;
}

/** What judging by all policies has found. */
interface Findings {
  readonly violations: Violation[];
  /** Values of audit annotations by their key; several bindings may have different ones. */
  readonly annotations: Map<string, Set<string>>;
}

/** Judges requests by the cluster's ValidatingAdmissionPolicies, as far as bindings put them into force. */
export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  reads: [RESOURCES.policies, RESOURCES.bindings, { group: '', resource: 'namespaces' }],
  handles: (resource) => !isExempt(resource),
  validate(request) {
    const concerning = policiesConcerning(request, RESOURCES);
    if (concerning.length === 0) return;
    const findings: Findings = { violations: [], annotations: new Map() };
    const pending = eachInTurn(concerning, (bound) =>
      judgePolicy(request, bound, (of) => stepsOf(of, findings)),
    );
    return pending instanceof Promise
      ? pending.then(() => report(request, findings))
      : report(request, findings);
  },
};

function stepsOf(of: Case, findings: Findings): Steps {
  return {
    fail: (message) => fail(of, message, -1, findings),
    judge(evaluation) {
      for (const [index, validation] of of.bound.compiled.validations.entries()) {
        judgeValidation(of, validation, index, evaluation, findings);
      }
      annotate(of, evaluation, findings);
    },
  };
}

/** A failure counts as a violation, unless the policy is to be ignored when it fails. */
function fail(of: Case, message: string, expressionIndex: number, findings: Findings): void {
  if (of.bound.policy.spec?.failurePolicy === 'Ignore') return;
  findings.violations.push({ of, message, reason: 'Invalid', expressionIndex });
}

function judgeValidation(
  of: Case,
  validation: CompiledValidation,
  index: number,
  evaluation: Evaluation,
  findings: Findings,
): void {
  const { rule, expression } = validation;
  const outcome = evaluation.try(expression);
  if ('error' in outcome) {
    fail(
      of,
      `expression '${rule.expression}' resulted in error: ${outcome.error}`,
      index,
      findings,
    );
  } else if (outcome.value !== true) {
    findings.violations.push({
      of,
      message: messageOf(validation, evaluation),
      reason: isStatusReason(rule.reason) ? rule.reason : 'Invalid',
      expressionIndex: index,
    });
  }
}

function messageOf(
  { rule, messageExpression }: CompiledValidation,
  evaluation: Evaluation,
): string {
  const computed = messageExpression && evaluation.try(messageExpression);
  if (computed && 'value' in computed && isMessage(computed.value)) return computed.value.trim();
  return rule.message ? rule.message.trim() : `failed expression: ${rule.expression.trim()}`;
}

function isMessage(value: unknown): value is string {
  if (typeof value !== 'string' || value.trim() === '') return false;
  return value.length <= MAX_MESSAGE_LENGTH && !value.includes('\n');
}

function annotate({ bound }: Case, evaluation: Evaluation, { annotations }: Findings): void {
  for (const { name, expression } of bound.compiled.auditAnnotations) {
    const outcome = evaluation.try(expression);
    const value = 'value' in outcome ? outcome.value : null;
    if (typeof value !== 'string' || value.trim() === '') continue;
    const key = `${bound.policy.metadata.name}/${name}`;
    const values = annotations.get(key) ?? new Set();
    annotations.set(key, values.add(value.trim().slice(0, MAX_ANNOTATION_LENGTH)));
  }
}

/** @throws {ApiError} for the first violation whose binding denies */
function report(request: AdmissionRequest, { violations, annotations }: Findings): void {
  for (const [key, values] of annotations) request.annotate(key, [...values].join(', '));
  reportAudited(request, violations);
  for (const violation of violations) {
    if (acts(violation, 'Warn')) request.warn(warningOf(violation));
  }
  const denied = violations.find((violation) => acts(violation, 'Deny'));
  if (denied) throw denial(request, denied);
}

function acts({ of }: Violation, action: 'Audit' | 'Deny' | 'Warn'): boolean {
  return of.binding.spec?.validationActions?.includes(action) ?? false;
}

function reportAudited(request: AdmissionRequest, violations: readonly Violation[]): void {
  const audited = violations.filter((violation) => acts(violation, 'Audit'));
  if (audited.length === 0) return;
  const shown = audited.map(({ of, message, expressionIndex }) => ({
    message,
    policy: of.bound.policy.metadata.name,
    binding: of.binding.metadata.name,
    expressionIndex,
    validationActions: of.binding.spec?.validationActions,
  }));
  request.annotate(FAILURES_ANNOTATION, JSON.stringify(shown));
}

function namesOf({ of }: Violation): string {
  const { policy } = of.bound;
  return `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${of.binding.metadata.name}'`;
}

function warningOf(violation: Violation): string {
  return `Validation failed for ${namesOf(violation)}: ${violation.message}`;
}

function denial({ requestResource, name }: AdmissionRequest, violation: Violation): ApiError {
  const { reason, message } = violation;
  const { group, resource } = requestResource;
  const subject = `${qualifiedName(requestResource)}${name === '' ? '' : ` "${name}"`}`;
  const text = `${subject} is forbidden: ${namesOf(violation)} denied request: ${message}`;
  return new ApiError(reason, text, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: resource,
    causes: [{ reason: '', message }],
  });
}
