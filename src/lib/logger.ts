/** Fields of one log line. Never put a secret, a token or a whole object into them. */
export type LogFields = Record<string, unknown>;

/**
 * The logger every part takes: a constant message plus fields. `main.ts` binds it to pino; a test records its lines.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** Put the error object into `fields.error`. */
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each line. */
  child(fields: LogFields): Logger;
}

/** A logger that keeps nothing, for callers that have no use for lines. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
