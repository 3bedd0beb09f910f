import { isContainerRestarted, mayRestartAllContainers } from '../../container-restarts.ts';
import { duplicate, type FieldError, forbiddenField, invalid } from '../../field-error.ts';
import type { Container, ContainerStatus, Pod, PodStatus } from '../../generated/types/core-v1.ts';
import { isDualStack, validateIp } from '../../ip.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { isSidecar } from '../../resources-of-pod.ts';
import { checkDnsSubdomain, checkQualifiedName } from '../checks.ts';

/** `/status` leaves the spec, the owners and the class of service as they are. */
export function preparePodStatusUpdate(next: Pod, current: Pod): void {
  next.spec = current.spec;
  next.metadata.deletionTimestamp = current.metadata.deletionTimestamp;
  next.metadata.ownerReferences = current.metadata.ownerReferences;
  if (!next.status) return;
  next.status.qosClass ??= current.status?.qosClass;
  next.status.observedGeneration ??= current.status?.observedGeneration;
}

const SYSTEM_CONDITIONS = new Set(['PodScheduled', 'Ready', 'Initialized', 'ContainersReady']);

export function validatePodStatusUpdate(next: Pod, current: Pod): FieldError[] {
  const errors: FieldError[] = [];
  const status: PodStatus = next.status ?? {};
  const before: PodStatus = current.status ?? {};
  status.conditions?.forEach(({ type }, index) => {
    if (SYSTEM_CONDITIONS.has(type)) return;
    checkQualifiedName(type, `metadata.conditions[${index}].Type`, errors);
  });
  const { nominatedNodeName } = status;
  if (nominatedNodeName && nominatedNodeName !== before.nominatedNodeName) {
    checkDnsSubdomain(nominatedNodeName, 'status.nominatedNodeName', errors);
  }
  if (before.qosClass !== undefined) {
    validateImmutable(status.qosClass, before.qosClass, 'status.qosClass', errors);
  }
  validateTransitions(next, current, errors);
  validateAddresses(status, errors);
  return errors;
}

function validateTransitions(next: Pod, current: Pod, errors: FieldError[]): void {
  const { containers = [], initContainers = [], restartPolicy } = current.spec ?? {};
  if (!mayRestartAllContainers(current.spec)) {
    const isRestarted: IsRestarted = (container, exitCode) =>
      isContainerRestarted(container, restartPolicy, exitCode);
    const main = restartsOf(containers, isRestarted);
    validateStates(next, current, 'containerStatuses', errors, main);
    const init = restartsOf(initContainers, isRestarted);
    validateStates(next, current, 'initContainerStatuses', errors, init);
  }
  validateStates(next, current, 'ephemeralContainerStatuses', errors, () => false);
}

type StatusList = 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses';
type IsRestarted = (container: Container, exitCode: number) => boolean;
type Restarts = (name: string, exitCode: number) => boolean;

function restartsOf(containers: readonly Container[], isRestarted: IsRestarted): Restarts {
  return (name, exitCode) => {
    const container = containers.find((one) => one.name === name);
    return container !== undefined && (isSidecar(container) || isRestarted(container, exitCode));
  };
}

/** A container that has ended for good does not come back. */
function validateStates(
  next: Pod,
  current: Pod,
  list: StatusList,
  errors: FieldError[],
  restarts: Restarts,
): void {
  const before: readonly ContainerStatus[] = current.status?.[list] ?? [];
  before.forEach(({ name, state }, index) => {
    if (!state?.terminated || restarts(name, state.terminated.exitCode)) return;
    const now = next.status?.[list]?.find((status) => status.name === name);
    if (!now || now.state?.terminated) return;
    const detail = 'may not be transitioned to non-terminated state';
    errors.push(forbiddenField(`status.${list}[${index}].state`, detail));
  });
}

function validateAddresses({ podIPs, hostIP, hostIPs }: PodStatus, errors: FieldError[]): void {
  if (podIPs?.length)
    validateIps(
      podIPs.map(({ ip }) => ip ?? ''),
      'status.podIPs',
      errors,
    );
  if (!hostIPs?.length) return;
  const ips = hostIPs.map(({ ip }) => ip ?? '');
  if (hostIP !== ips[0]) {
    errors.push(invalid('status.hostIPs[0].ip', ips[0], 'must be equal to `hostIP`'));
  }
  validateIps(ips, 'status.hostIPs', errors);
}

function validateIps(ips: readonly string[], path: string, errors: FieldError[]): void {
  ips.forEach((ip, index) => {
    validateIp(ip, `${path}[${index}]`, errors);
    if (ips.indexOf(ip) < index) errors.push(duplicate(`${path}[${index}]`, { ip }));
  });
  if (ips.length > 1 && (ips.length > 2 || !isDualStack(ips))) {
    const detail = 'may specify no more than one IP for each IP family';
    errors.push(invalid(path, ips, detail));
  }
}
