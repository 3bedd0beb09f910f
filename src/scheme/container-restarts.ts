/** When a container that has ended is started again, by what its Pod says (KEP-5307, KEP-5532). Pure. */
import type { Container, ContainerRestartRule, PodSpec } from './generated/types/core-v1.ts';

const RESTART_ALL_CONTAINERS = 'RestartAllContainers';

/** The first of the container's rules that the exit code meets. */
function metRule(
  { restartPolicyRules }: Container,
  exitCode: number,
): ContainerRestartRule | undefined {
  return restartPolicyRules?.find(({ exitCodes }) => {
    const isListed = exitCodes?.values?.includes(exitCode) === true;
    return exitCodes?.operator === 'NotIn' ? !isListed : isListed;
  });
}

/**
 * Whether a container that ended like this is started again: by the first of its own rules that the exit code meets, else by
 * its own policy, else by the Pod's.
 */
export function isContainerRestarted(
  container: Container,
  podPolicy: string | undefined,
  exitCode: number,
): boolean {
  if (metRule(container, exitCode)) return true;
  const policy = container.restartPolicy ?? podPolicy ?? 'Always';
  return exitCode === 0 ? policy === 'Always' : policy !== 'Never';
}

/** Whether the end of the container restarts every container of its Pod. */
export function restartsAllContainers(container: Container, exitCode: number): boolean {
  return metRule(container, exitCode)?.action === RESTART_ALL_CONTAINERS;
}

/** Whether a container of the Pod has a rule by which its end restarts all of them. */
export function mayRestartAllContainers(spec: PodSpec | undefined): boolean {
  const { containers = [], initContainers = [] } = spec ?? {};
  return initContainers.some(hasSuchRule) || containers.some(hasSuchRule);
}

function hasSuchRule({ restartPolicyRules: rules }: Container): boolean {
  return rules?.some(({ action }) => action === RESTART_ALL_CONTAINERS) === true;
}
