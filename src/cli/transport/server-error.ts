/** Failures that the server reports, in kubectl's words. */
import { CliError } from '../cli-error.ts';

/** What these messages use of Kubernetes' Status. */
export interface FailureStatus {
  readonly reason?: string | null;
  readonly message?: string | null;
  readonly details?: {
    readonly name?: string | null;
    readonly group?: string | null;
    readonly kind?: string | null;
    readonly causes?: readonly FailureCause[] | null;
  } | null;
}

interface FailureCause {
  readonly field?: string | null;
  readonly message?: string | null;
}

/** An error of a GraphQL answer. */
export interface GraphqlErrorBody {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly status?: FailureStatus };
}

/** A request that the server refused. */
export class ServerError extends CliError {
  override readonly name = 'ServerError';
  readonly status: FailureStatus;
  readonly path: readonly (string | number)[];

  constructor(status: FailureStatus, path: readonly (string | number)[] = []) {
    super(status.message ?? '');
    this.status = status;
    this.path = path;
  }

  override get text(): string {
    return describeFailure(this.status);
  }
}

/** Whether `thrown` is the server's refusal for one of `reasons`. */
export function isServerError(thrown: unknown, ...reasons: string[]): thrown is ServerError {
  return thrown instanceof ServerError && reasons.includes(thrown.status.reason ?? '');
}

/** The error that an error of an answer stands for. */
export function toServerError({ message, path, extensions }: GraphqlErrorBody): CliError {
  if (extensions?.status) return new ServerError({ message, ...extensions.status }, path);
  if (extensions?.code === 'GRAPHQL_VALIDATION_FAILED') {
    return new CliError(
      `the server does not know this request, so it is not of this client's version ("orrery version" shows both): ${message}`,
    );
  }
  return new CliError(message);
}

/** `Error from server (NotFound): pods "x" not found`, or for Invalid the list of what is wrong. */
export function describeFailure(status: FailureStatus): string {
  const { reason, message, details } = status;
  if (reason === 'Invalid') return describeInvalid(status);
  // kubectl finds these out by itself, and says so as its own error.
  if (reason === 'NotFound' && !details) return `error: ${message}`;
  return reason ? `Error from server (${reason}): ${message}` : `Error from server: ${message}`;
}

function describeInvalid({ message, details }: FailureStatus): string {
  const causes = [...new Set((details?.causes ?? []).map(describeCause))];
  if (!details?.kind && !details?.name) {
    return causes.length > 0
      ? withCauses('The request is invalid', causes)
      : `The request is invalid: ${message}`;
  }
  return withCauses(`The ${details.kind ?? ''} "${details.name ?? ''}" is invalid`, causes);
}

function describeCause({ field, message }: FailureCause): string {
  return field ? `${field}: ${message ?? ''}` : (message ?? '');
}

function withCauses(start: string, causes: readonly string[]): string {
  if (causes.length === 0) return start;
  if (causes.length === 1) return `${start}: ${causes[0]}`;
  return [`${start}: `, ...causes.map((cause) => `* ${cause}`)].join('\n');
}
