/** What can be wrong between client and server: each in one sentence with its remedy. */
import { CliError } from '../cli-error.ts';
import type { Connection } from '../connection.ts';

/** The connection broke while it was in use: another try may succeed. */
export class ConnectionLostError extends CliError {
  override readonly name = 'ConnectionLostError';

  constructor({ endpoint }: Pick<Connection, 'endpoint'>, cause: unknown) {
    super(`the connection to ${originOf(endpoint)} was lost${reasonOf(cause)}`, 1, { cause });
  }
}

export function notAnswering({ endpoint }: Pick<Connection, 'endpoint'>, cause: unknown): CliError {
  return new CliError(
    `no control plane answers at ${originOf(endpoint)}${reasonOf(cause)}: start one with "orrery up" or "npm start", or name another with --server`,
    1,
    { cause },
  );
}

export function refusedToken({ endpoint, token, tokenPlace }: Connection): CliError {
  const origin = originOf(endpoint);
  return new CliError(
    token === undefined
      ? `the control plane at ${origin} wants a token and ${tokenPlace} does not exist: name the data directory it was started with (--data-dir), or a token file (--token-file)`
      : `the control plane at ${origin} refuses the token of ${tokenPlace}: name the data directory it was started with (--data-dir), or a token file (--token-file)`,
  );
}

export function notGraphql(
  { endpoint }: Pick<Connection, 'endpoint'>,
  httpStatus: number,
): CliError {
  return new CliError(
    `what answers at ${endpoint} is no Orrery control plane (HTTP ${httpStatus}): name the right one with --server`,
  );
}

function originOf(endpoint: string): string {
  return new URL(endpoint).origin;
}

/** ` (ECONNREFUSED)`: fetch hides the reason in the cause, and there sometimes in a list of attempts. */
function reasonOf(thrown: unknown): string {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const { code } = error as NodeJS.ErrnoException;
    if (code) return ` (${code})`;
  }
  return '';
}
