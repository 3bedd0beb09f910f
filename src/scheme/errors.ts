/**
 * The one table of API errors: Kubernetes' Status reasons with their HTTP codes. Everything that refuses a request throws
 * an {@link ApiError}; the doors (GraphQL, REST, CLI) only translate it. `docs/errors.md` explains each to users, and a
 * test holds the two together.
 */
export const STATUS_CODES = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
  ServerTimeout: 504,
} as const;

export type StatusReason = keyof typeof STATUS_CODES;

/** Whether `text` is a reason that this server answers with. */
export function isStatusReason(text: string | undefined): text is StatusReason {
  return text !== undefined && Object.hasOwn(STATUS_CODES, text);
}

/** One cause of an Invalid, with Kubernetes' cause reasons. */
export interface StatusCause {
  /** `FieldValueRequired`, `FieldValueInvalid`, … */
  readonly reason: string;
  readonly message: string;
  /** JSON path of the field: `spec.template.spec.containers[0].name`. */
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** For errors about a resource Kubernetes puts the plural here; for Invalid, the kind. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** Kubernetes' `v1.Status`, as every door shows a failure. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  /** `continue`: of an Expired list, the token that goes on with the present instead. */
  readonly metadata: { readonly continue?: string };
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: StatusReason;
  readonly details?: StatusDetails;
  readonly code: number;
}

export interface ApiErrorOptions extends ErrorOptions {
  /** Of an Expired list: where to go on, at the price of consistency. */
  readonly continueToken?: string;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly reason: StatusReason;
  readonly details: StatusDetails | undefined;
  readonly continueToken: string | undefined;

  constructor(
    reason: StatusReason,
    message: string,
    details?: StatusDetails,
    options?: ApiErrorOptions,
  ) {
    super(message, options);
    this.reason = reason;
    this.details = details;
    this.continueToken = options?.continueToken;
  }

  get code(): number {
    return STATUS_CODES[this.reason];
  }

  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.continueToken ? { continue: this.continueToken } : {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

/** Whether `thrown` is an {@link ApiError}, of one of `reasons` where any are given. */
export function isApiError(thrown: unknown, ...reasons: StatusReason[]): thrown is ApiError {
  return thrown instanceof ApiError && (reasons.length === 0 || reasons.includes(thrown.reason));
}

/** Names an object in an error: the resource and the object's place. */
export interface ObjectName {
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

const qualified = ({ group, resource }: ObjectName): string =>
  group === '' ? resource : `${resource}.${group}`;

const detailsOf = ({ group, resource, name }: ObjectName): StatusDetails => ({
  name,
  ...(group === '' ? {} : { group }),
  kind: resource,
});

/** `deployments.apps "web" not found`: Kubernetes' words, which tools match on. */
export function notFound(object: ObjectName): ApiError {
  return new ApiError(
    'NotFound',
    `${qualified(object)} "${object.name}" not found`,
    detailsOf(object),
  );
}

export function alreadyExists(object: ObjectName): ApiError {
  return new ApiError(
    'AlreadyExists',
    `${qualified(object)} "${object.name}" already exists`,
    detailsOf(object),
  );
}

/** A failed compare-and-swap: `why` says which precondition and what to do. */
export function conflict(object: ObjectName, why: string): ApiError {
  return new ApiError(
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(object)} "${object.name}": ${why}`,
    detailsOf(object),
  );
}

export const OPTIMISTIC_LOCK_MESSAGE =
  'the object has been modified; please apply your changes to the latest version and try again';

export function badRequest(message: string): ApiError {
  return new ApiError('BadRequest', message);
}

export function unauthorized(message = 'Unauthorized'): ApiError {
  return new ApiError('Unauthorized', message);
}

export function forbidden(object: ObjectName, why: string): ApiError {
  return new ApiError(
    'Forbidden',
    `${qualified(object)} "${object.name}" is forbidden: ${why}`,
    detailsOf(object),
  );
}

/** A resourceVersion past retention: the client lists again and watches from there. */
export function expired(message: string): ApiError {
  return new ApiError('Expired', message);
}

export function tooManyRequests(message: string, retryAfterSeconds: number): ApiError {
  return new ApiError('TooManyRequests', message, { retryAfterSeconds });
}

export function serviceUnavailable(message: string, options?: ErrorOptions): ApiError {
  return new ApiError('ServiceUnavailable', message, undefined, options);
}

export function methodNotAllowed(message: string): ApiError {
  return new ApiError('MethodNotAllowed', message);
}

export function entityTooLarge(message: string): ApiError {
  return new ApiError('RequestEntityTooLarge', message);
}
