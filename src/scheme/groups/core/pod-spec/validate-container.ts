import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  required,
} from '../../../field-error.ts';
import type {
  Container,
  ContainerPort,
  ContainerRestartRule,
  PodSpec,
} from '../../../generated/types/core-v1.ts';
import { pushProblems } from '../../../metadata-validation.ts';
import { portNameProblems, portNumberProblems } from '../../../names.ts';
import { checkDnsLabel, PROTOCOLS, requireOneOf } from '../../checks.ts';
import { validateEnv, validateEnvFrom } from './validate-env.ts';
import { validateResources } from './validate-resources.ts';
import { validateSecurityContext } from './validate-security-context.ts';
import { validateMountsAndDevices } from './validate-volume-mounts.ts';
import type { VolumesByName } from './validate-volumes.ts';

/** What of its Pod a container is judged with. */
export interface ContainerContext {
  readonly spec: PodSpec;
  readonly volumes: VolumesByName;
  readonly claimNames: ReadonlySet<string>;
  readonly isPod: boolean;
}

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];

/** What holds for a container of any sort. */
export function validateContainer(
  container: Container,
  path: string,
  errors: FieldError[],
  { spec, volumes, claimNames, isPod }: ContainerContext,
): void {
  if (!container.name) errors.push(required(`${path}.name`));
  else checkDnsLabel(container.name, `${path}.name`, errors);
  validateImage(container, path, errors, isPod);
  const { terminationMessagePolicy, imagePullPolicy } = container;
  requireOneOf(
    terminationMessagePolicy,
    MESSAGE_POLICIES,
    `${path}.terminationMessagePolicy`,
    errors,
  );
  requireOneOf(imagePullPolicy, PULL_POLICIES, `${path}.imagePullPolicy`, errors);
  if (container.ports) validatePorts(container.ports, `${path}.ports`, errors);
  if (container.env) validateEnv(container.env, `${path}.env`, errors);
  if (container.envFrom) validateEnvFrom(container.envFrom, `${path}.envFrom`, errors);
  if (container.volumeMounts || container.volumeDevices) {
    validateMountsAndDevices(container, path, errors, volumes);
  }
  if (container.resources) {
    const scope = { scope: 'container', claimNames } as const;
    validateResources(container.resources, `${path}.resources`, errors, scope);
  }
  if (container.resizePolicy) validateResizePolicy(container, spec, `${path}.resizePolicy`, errors);
  if (container.securityContext) {
    const hostUsers = spec.hostUsers !== false;
    validateSecurityContext(
      container.securityContext,
      `${path}.securityContext`,
      errors,
      hostUsers,
    );
  }
}

/** Templates may leave the image to an admission plugin, though not empty; Pods must be ready to run. */
function validateImage(
  { image }: Container,
  path: string,
  errors: FieldError[],
  isPod: boolean,
): void {
  if (!image) errors.push(required(`${path}.image`));
  else if (isPod && image.trim() !== image) {
    const detail = 'must not have leading or trailing whitespace';
    errors.push(invalid(`${path}.image`, image, detail));
  }
}

function validatePorts(ports: readonly ContainerPort[], path: string, errors: FieldError[]): void {
  const names = new Set<string>();
  ports.forEach((port, index) => {
    const { name, containerPort, hostPort, protocol } = port;
    const at = `${path}[${index}]`;
    if (name) validatePortName(name, names, `${at}.name`, errors);
    if (containerPort) {
      const problems = portNumberProblems(containerPort);
      pushProblems(errors, `${at}.containerPort`, containerPort, problems);
    } else {
      errors.push(required(`${at}.containerPort`));
    }
    if (hostPort) {
      pushProblems(errors, `${at}.hostPort`, hostPort, portNumberProblems(hostPort));
    }
    requireOneOf(protocol, PROTOCOLS, `${at}.protocol`, errors);
  });
}

function validatePortName(
  name: string,
  seen: Set<string>,
  path: string,
  errors: FieldError[],
): void {
  const problems = portNameProblems(name);
  pushProblems(errors, path, name, problems);
  if (problems.length > 0) return;
  if (seen.has(name)) errors.push(duplicate(path, name));
  seen.add(name);
}

const RESIZABLE = ['cpu', 'memory'];
const RESIZE_POLICIES = ['NotRequired', 'RestartContainer'];

function validateResizePolicy(
  { resizePolicy = [] }: Container,
  { restartPolicy: podPolicy }: PodSpec,
  path: string,
  errors: FieldError[],
): void {
  const seen = new Set<string>();
  resizePolicy.forEach(({ resourceName, restartPolicy }, index) => {
    if (seen.has(resourceName)) errors.push(duplicate(`${path}[${index}]`, resourceName));
    seen.add(resourceName);
    requireOneOf(resourceName, RESIZABLE, path, errors);
    requireOneOf(restartPolicy, RESIZE_POLICIES, path, errors);
    if (podPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      const detail = "must be 'NotRequired' when `restartPolicy` is 'Never'";
      errors.push(invalid(path, restartPolicy, detail));
    }
  });
}

const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const RULE_OPERATORS = ['In', 'NotIn'];
const MAX_RESTART_RULES = 20;
const MAX_EXIT_CODES = 255;

/** A container's own restart policy, and the exit codes that make an exception to it. */
export function validateRestartRules(
  { restartPolicy, restartPolicyRules: rules = [] }: Container,
  path: string,
  errors: FieldError[],
): void {
  if (restartPolicy !== undefined && !RESTART_POLICIES.includes(restartPolicy)) {
    errors.push(notSupported(`${path}.restartPolicy`, restartPolicy, RESTART_POLICIES));
  }
  const field = `${path}.restartPolicyRules`;
  if (rules.length > 0 && restartPolicy === undefined) {
    errors.push(
      required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used'),
    );
  }
  if (rules.length > MAX_RESTART_RULES) {
    const detail = `must have at most ${MAX_RESTART_RULES} items`;
    errors.push({ type: 'FieldValueTooMany', field, value: rules.length, detail });
  }
  rules.forEach(({ action, exitCodes }, index) => {
    const at = `${field}[${index}]`;
    requireOneOf(action, ['Restart', 'RestartAllContainers'], `${at}.action`, errors);
    if (exitCodes) validateExitCodes(exitCodes, `${at}.exitCodes`, errors);
    else errors.push(required(`${at}.exitCodes`, 'must be specified'));
  });
}

function validateExitCodes(
  { operator, values = [] }: NonNullable<ContainerRestartRule['exitCodes']>,
  path: string,
  errors: FieldError[],
): void {
  requireOneOf(operator, RULE_OPERATORS, `${path}.operator`, errors);
  if (values.length > MAX_EXIT_CODES) {
    const detail = `must have at most ${MAX_EXIT_CODES} items`;
    errors.push({
      type: 'FieldValueTooMany',
      field: `${path}.values`,
      value: values.length,
      detail,
    });
  }
}
