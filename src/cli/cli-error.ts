/** Everything that goes wrong for a reason the user can act on: one text for stderr, and the exit code. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  readonly exitCode: number;

  /** @param exitCode @default 1 */
  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }

  /** What stderr shows; empty when everything has been said already. */
  get text(): string {
    return this.message === '' ? '' : `error: ${this.message}`;
  }
}

/** Ends the command with an exit code when its reasons have been printed. */
export function exitWith(exitCode: number): CliError {
  return new CliError('', exitCode);
}

/** A command that was called wrongly: kubectl exits with 1 for these as well. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';
}

/** The user pressed Ctrl-C: the shells' exit code for it. */
export const EXIT_INTERRUPTED = 130;
