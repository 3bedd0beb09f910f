import type { DeleteOptions, WriteOptions } from '../../apiserver/client.ts';
import { withoutUndefined } from '../../lib/without-undefined.ts';
import { type ApiError, badRequest } from '../../scheme/errors.ts';
import { type FieldError, invalidObject, notSupported } from '../../scheme/field-error.ts';
import type { ReadBody } from './body.ts';
import { flagOf, integerOf, textOf } from './query-values.ts';

const VALIDATIONS = ['Ignore', 'Strict', 'Warn'] as const;
const DRY_RUNS = ['All'] as const;

/** The kind by which errors call the options of a request. */
export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

/**
 * What a write is asked for. Who does not say what unknown fields mean is warned of them. @throws {ApiError} Invalid
 */
export function writeOptionsOf(
  query: URLSearchParams,
  kind: OptionsKind,
  { problems }: Pick<ReadBody, 'problems'>,
): WriteOptions {
  const errors: FieldError[] = [];
  const validation = textOf(query, 'fieldValidation') ?? 'Warn';
  const fieldValidation = VALIDATIONS.find((known) => known === validation);
  if (!fieldValidation) errors.push(notSupported('fieldValidation', validation, VALIDATIONS));
  const dryRun = isDryRun(query.getAll('dryRun'), errors);
  if (errors.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind, name: '' }, errors);
  return withoutUndefined({
    dryRun: dryRun || undefined,
    fieldValidation,
    problems: fieldValidation && problems(fieldValidation),
    fieldManager: textOf(query, 'fieldManager'),
  });
}

function isDryRun(values: readonly unknown[], errors: FieldError[]): boolean {
  const asked = values.filter((value) => value !== '');
  for (const value of asked) {
    if (value !== 'All') errors.push(notSupported('dryRun', value, DRY_RUNS));
  }
  return asked.length > 0;
}

/** Kubernetes' DeleteOptions, as clients send them. */
interface DeleteOptionsBody {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly gracePeriodSeconds?: unknown;
  readonly preconditions?: { readonly uid?: unknown; readonly resourceVersion?: unknown } | null;
  readonly orphanDependents?: unknown;
  readonly propagationPolicy?: unknown;
  readonly dryRun?: unknown;
}

/** What a deletion is asked for: by its body where there is one, by its query otherwise. @throws {ApiError} BadRequest, Invalid */
export function deleteOptionsOf(query: URLSearchParams, body: unknown): DeleteOptions {
  const sent = body === undefined ? bodyOf(query) : assertIsBody(body);
  const errors: FieldError[] = [];
  const dryRun = isDryRun(Array.isArray(sent.dryRun) ? sent.dryRun : [], errors);
  if (errors.length > 0) {
    throw invalidObject({ group: 'meta.k8s.io', kind: 'DeleteOptions', name: '' }, errors);
  }
  const { uid, resourceVersion } = sent.preconditions ?? {};
  return withoutUndefined({
    dryRun: dryRun || undefined,
    gracePeriodSeconds: optionalNumber('gracePeriodSeconds', sent.gracePeriodSeconds),
    propagationPolicy: policyOf(sent),
    preconditions:
      sent.preconditions &&
      withoutUndefined({
        uid: optionalText('preconditions.uid', uid),
        resourceVersion: optionalText('preconditions.resourceVersion', resourceVersion),
      }),
  }) as DeleteOptions;
}

function bodyOf(query: URLSearchParams): DeleteOptionsBody {
  return {
    gracePeriodSeconds: integerOf(query, 'gracePeriodSeconds'),
    orphanDependents: flagOf(query, 'orphanDependents'),
    propagationPolicy: textOf(query, 'propagationPolicy'),
    dryRun: query.getAll('dryRun'),
  };
}

function assertIsBody(body: unknown): DeleteOptionsBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('expected a DeleteOptions object');
  }
  const { kind = 'DeleteOptions' } = body as DeleteOptionsBody;
  if (kind === 'DeleteOptions') return body as DeleteOptionsBody;
  throw badRequest(`decoded object cannot be converted to DeleteOptions: it is a ${String(kind)}`);
}

/** What is there may be null, as if it were not. */
function optionalNumber(field: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number') return value;
  throw wrongType(field, 'a number', value);
}

function optionalText(field: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw wrongType(field, 'a string', value);
}

function wrongType(field: string, expected: string, value: unknown): ApiError {
  return badRequest(`DeleteOptions: ${field}: expected ${expected}, got ${JSON.stringify(value)}`);
}

/** `orphanDependents` is what `propagationPolicy` was once. */
function policyOf(sent: DeleteOptionsBody): string | undefined {
  const policy = optionalText('propagationPolicy', sent.propagationPolicy);
  const { orphanDependents } = sent;
  if (orphanDependents === undefined || orphanDependents === null) return policy;
  if (policy !== undefined) {
    throw badRequest('orphanDependents and deletionPropagation cannot be both set');
  }
  return orphanDependents ? 'Orphan' : 'Background';
}
