/**
 * What a Job's author says about failed Pods: the first rule that matches decides. All pure.
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 */
import type {
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from '../../scheme/generated/types/batch-v1.ts';
import type { ContainerStatus, Pod } from '../../scheme/generated/types/core-v1.ts';

export interface PolicyVerdict {
  /** Undefined when no rule matches: the failure counts. */
  readonly action: PodFailurePolicyRule['action'] | undefined;
  /** Whether the failure counts towards the back-off limit. */
  readonly counts: boolean;
  /** What the rule saw, for a rule that fails the Job. */
  readonly message?: string;
}

const COUNTS: PolicyVerdict = { action: undefined, counts: true };

export function judgeFailure(policy: PodFailurePolicy | undefined, pod: Pod): PolicyVerdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const cause = causeOf(rule, pod);
    if (cause === undefined) continue;
    const { action } = rule;
    const message = `${cause} matching ${action} rule at index ${index}`;
    return {
      action,
      counts: action !== 'Ignore',
      ...(action === 'FailJob' ? { message } : {}),
    };
  }
  return COUNTS;
}

/** What of the Pod the rule is about; undefined when it is not about this Pod. */
function causeOf({ onExitCodes, onPodConditions }: PodFailurePolicyRule, pod: Pod) {
  const { name = '', namespace = '' } = pod.metadata;
  if (onExitCodes) {
    const container = containerWithExit(pod, onExitCodes);
    const code = container?.state?.terminated?.exitCode;
    if (!container) return undefined;
    return `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${code}`;
  }
  const type = conditionOf(pod, onPodConditions ?? []);
  return type === undefined ? undefined : `Pod ${namespace}/${name} has condition ${type}`;
}

function containerWithExit(
  { status }: Pod,
  requirement: PodFailurePolicyOnExitCodesRequirement,
): ContainerStatus | undefined {
  const { containerName, operator, values } = requirement;
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return statuses.find(({ name, state }) => {
    const code = state?.terminated?.exitCode ?? 0;
    if (code === 0 || (containerName !== undefined && containerName !== name)) return false;
    return values.includes(code) === (operator === 'In');
  });
}

function conditionOf(
  { status }: Pod,
  patterns: readonly PodFailurePolicyOnPodConditionsPattern[],
): string | undefined {
  const condition = status?.conditions?.find((one) =>
    patterns.some(
      (pattern) => pattern.type === one.type && (pattern.status ?? 'True') === one.status,
    ),
  );
  return condition?.type;
}
