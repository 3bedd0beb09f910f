import { duplicate, type FieldError, forbiddenField, required } from '../../../field-error.ts';
import type { Container, EphemeralContainer } from '../../../generated/types/core-v1.ts';
import { isSidecar } from '../../../resources-of-pod.ts';
import { notFoundIn } from '../../checks.ts';
import {
  type ContainerContext,
  validateContainer,
  validateRestartRules,
} from './validate-container.ts';
import { validateProbesAndLifecycle } from './validate-probes.ts';

/** The containers that do the Pod's work. */
export function validateContainers(
  containers: readonly Container[] | undefined,
  path: string,
  errors: FieldError[],
  context: ContainerContext,
): void {
  if (!containers?.length) {
    errors.push(required(path));
    return;
  }
  const names = new Set<string>();
  const grace = context.spec.terminationGracePeriodSeconds;
  const hostPorts = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    validateContainer(container, at, errors, context);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    validateProbesAndLifecycle(container, at, errors, grace);
    validateRestartRules(container, at, errors);
    if (container.ports) checkHostPorts(container, at, errors, hostPorts);
  }
}

/** Two containers cannot take the same port of the node. */
function checkHostPorts(
  { ports = [] }: Container,
  path: string,
  errors: FieldError[],
  taken: Set<string>,
): void {
  ports.forEach(({ hostPort, hostIP = '', protocol }, index) => {
    if (!hostPort) return;
    const key = `${protocol}/${hostIP}/${hostPort}`;
    if (taken.has(key)) errors.push(duplicate(`${path}.ports[${index}].hostPort`, key));
    taken.add(key);
  });
}

const LONG_RUNNING = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** The containers that run before them, one after another, and the sidecars that stay. */
export function validateInitContainers(
  containers: readonly Container[],
  path: string,
  errors: FieldError[],
  context: ContainerContext,
): void {
  const names = new Set(context.spec.containers?.map(({ name }) => name));
  const grace = context.spec.terminationGracePeriodSeconds;
  containers.forEach((container, index) => {
    const at = `${path}[${index}]`;
    validateContainer(container, at, errors, context);
    validateRestartRules(container, at, errors);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    checkHostPorts(container, at, errors, new Set());
    if (isSidecar(container)) validateProbesAndLifecycle(container, at, errors, grace);
    else refuseLongRunning(container, at, errors);
  });
}

function refuseLongRunning(container: Container, path: string, errors: FieldError[]): void {
  for (const name of LONG_RUNNING) {
    if (container[name] === undefined) continue;
    const detail = 'may not be set for init containers without restartPolicy=Always';
    errors.push(forbiddenField(`${path}.${name}`, detail));
  }
}

const NOT_FOR_EPHEMERAL = [
  'ports',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
] as const;

/** Containers that are put into a running Pod to look at it. */
export function validateEphemeralContainers(
  containers: readonly EphemeralContainer[],
  path: string,
  errors: FieldError[],
  context: ContainerContext,
): void {
  const { spec } = context;
  const targets = new Set(
    [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name),
  );
  const names = new Set(targets);
  containers.forEach((container, index) => {
    const at = `${path}[${index}]`;
    validateContainer(container, at, errors, { ...context, isPod: true });
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    const { targetContainerName: target } = container;
    if (target && !targets.has(target)) {
      errors.push(notFoundIn(`${at}.targetContainerName`, target));
    }
    refuseForEphemeral(container, at, errors);
  });
}

function refuseForEphemeral(
  container: EphemeralContainer,
  path: string,
  errors: FieldError[],
): void {
  const detail = 'cannot be set for an Ephemeral Container';
  for (const name of NOT_FOR_EPHEMERAL) {
    if (container[name] !== undefined) errors.push(forbiddenField(`${path}.${name}`, detail));
  }
  if (Object.keys(container.resources ?? {}).length > 0) {
    errors.push(forbiddenField(`${path}.resources`, detail));
  }
  container.volumeMounts?.forEach(({ subPath, subPathExpr }, index) => {
    const at = `${path}.volumeMounts[${index}]`;
    if (subPath) errors.push(forbiddenField(`${at}.subPath`, detail));
    if (subPathExpr) errors.push(forbiddenField(`${at}.subPathExpr`, detail));
  });
}
