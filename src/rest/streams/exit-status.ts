import { toError } from '../../lib/errors.ts';
import { isApiError } from '../../scheme/errors.ts';

const SUCCESS = { metadata: {}, status: 'Success' };

/** How the end of a process is told to Kubernetes' clients: a Status, whose cause is the exit code. */
export function exitStatus(exitCode: number, command: readonly string[]): object {
  if (exitCode === 0) return SUCCESS;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: error executing command [${command.join(' ')}], exit code ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** Why a process could not be started. */
export function failureStatus(thrown: unknown, action: string): object {
  if (isApiError(thrown)) return thrown.toStatus();
  const message = `error ${action}: ${toError(thrown).message}`;
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  };
}
