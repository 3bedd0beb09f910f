import {
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../../field-error.ts';
import type {
  HTTPGetAction,
  Lifecycle,
  LifecycleHandler,
  Probe,
} from '../../../generated/types/core-v1.ts';
import { pushProblems, validateNonNegative } from '../../../metadata-validation.ts';
import { headerNameProblems } from '../../../names.ts';
import { checkPortNumberOrName } from '../../checks.ts';

type ProbeName = 'livenessProbe' | 'readinessProbe' | 'startupProbe';

/** The probes and hooks of a container that may run for long. */
export function validateProbesAndLifecycle(
  container: { readonly [name in ProbeName]?: Probe } & { readonly lifecycle?: Lifecycle },
  path: string,
  errors: FieldError[],
  graceSeconds: number | undefined,
): void {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  if (lifecycle) validateLifecycle(lifecycle, `${path}.lifecycle`, errors, graceSeconds);
  if (livenessProbe) validateEndingProbe(livenessProbe, `${path}.livenessProbe`, errors);
  if (readinessProbe) validateReadinessProbe(readinessProbe, `${path}.readinessProbe`, errors);
  if (startupProbe) validateEndingProbe(startupProbe, `${path}.startupProbe`, errors);
}

/** A probe whose failure ends the container: one success is enough for it. */
function validateEndingProbe(probe: Probe, path: string, errors: FieldError[]): void {
  validateProbe(probe, path, errors);
  if (probe.successThreshold !== undefined && probe.successThreshold !== 1) {
    errors.push(invalid(`${path}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
}

function validateReadinessProbe(probe: Probe, path: string, errors: FieldError[]): void {
  validateProbe(probe, path, errors);
  const { terminationGracePeriodSeconds: seconds } = probe;
  if (seconds === undefined) return;
  const field = `${path}.terminationGracePeriodSeconds`;
  errors.push(invalid(field, seconds, 'must not be set for readinessProbes'));
}

const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

function validateProbe(probe: Probe, path: string, errors: FieldError[]): void {
  validateHandler(probe, path, errors, undefined);
  for (const count of COUNTS) validateNonNegative(probe[count], `${path}.${count}`, errors);
  const { terminationGracePeriodSeconds: seconds } = probe;
  if (seconds !== undefined && seconds <= 0) {
    const field = `${path}.terminationGracePeriodSeconds`;
    errors.push(invalid(field, seconds, 'must be greater than 0'));
  }
}

function validateLifecycle(
  { postStart, preStop }: Lifecycle,
  path: string,
  errors: FieldError[],
  graceSeconds: number | undefined,
): void {
  if (postStart) validateHandler(postStart, `${path}.postStart`, errors, graceSeconds);
  if (preStop) validateHandler(preStop, `${path}.preStop`, errors, graceSeconds);
}

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>;

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

function validateHandler(
  handler: Handler,
  path: string,
  errors: FieldError[],
  graceSeconds: number | undefined,
): void {
  const [first, ...more] = HANDLERS.filter((name) => handler[name] !== undefined);
  if (!first) errors.push(required(path, 'must specify a handler type'));
  else validateAction(handler, first, `${path}.${first}`, errors, graceSeconds);
  for (const name of more) {
    errors.push(forbiddenField(`${path}.${name}`, 'may not specify more than 1 handler type'));
  }
}

function validateAction(
  handler: Handler,
  name: (typeof HANDLERS)[number],
  path: string,
  errors: FieldError[],
  graceSeconds: number | undefined,
): void {
  switch (name) {
    case 'exec':
      if (!handler.exec?.command?.length) errors.push(required(`${path}.command`));
      break;
    case 'httpGet':
      validateHttpGet(handler.httpGet as HTTPGetAction, path, errors);
      break;
    case 'tcpSocket':
    case 'grpc':
      checkPortNumberOrName(handler[name]?.port, `${path}.port`, errors);
      break;
    case 'sleep':
      validateSleep(handler.sleep?.seconds ?? 0, path, errors, graceSeconds);
  }
}

const HTTP_SCHEMES = ['HTTP', 'HTTPS'];

function validateHttpGet(action: HTTPGetAction, path: string, errors: FieldError[]): void {
  if (!action.path) errors.push(required(`${path}.path`));
  checkPortNumberOrName(action.port, `${path}.port`, errors);
  if (!HTTP_SCHEMES.includes(action.scheme ?? '')) {
    errors.push(notSupported(`${path}.scheme`, action.scheme ?? '', HTTP_SCHEMES));
  }
  for (const { name } of action.httpHeaders ?? []) {
    pushProblems(errors, `${path}.httpHeaders`, name, headerNameProblems(name));
  }
}

function validateSleep(
  seconds: number,
  path: string,
  errors: FieldError[],
  graceSeconds: number | undefined,
): void {
  if (graceSeconds === undefined || (seconds >= 0 && seconds <= graceSeconds)) return;
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
  errors.push(invalid(path, seconds, detail));
}
