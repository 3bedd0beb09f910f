/** Checks that several kinds share. Paths are built only where an error needs them. */
import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../field-error.ts';
import { pushProblems, validateNonNegative } from '../metadata-validation.ts';
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  domainPrefixedPathProblem,
  inclusiveRange,
  pathProblems,
  pathSegmentProblems,
  portNameProblems,
  portNumberProblems,
  qualifiedNameProblems,
  wildcardDomainProblems,
} from '../names.ts';

/** A value of a closed set that must be there. */
export function requireOneOf(
  value: string | undefined,
  supported: readonly string[],
  path: string,
  errors: FieldError[],
): void {
  if (!value) errors.push(required(path));
  else if (!supported.includes(value)) errors.push(notSupported(path, value, supported));
}

/** A value of a closed set that may be absent. */
export function checkOneOf(
  value: string | undefined,
  supported: readonly string[],
  path: string,
  errors: FieldError[],
): void {
  if (value !== undefined && !supported.includes(value)) {
    errors.push(notSupported(path, value, supported));
  }
}

export function checkDnsLabel(value: string, path: string, errors: FieldError[]): void {
  pushProblems(errors, path, value, dnsLabelProblems(value));
}

export function checkDnsSubdomain(value: string, path: string, errors: FieldError[]): void {
  pushProblems(errors, path, value, dnsSubdomainProblems(value));
}

/** A DNS name, which may begin with a `*` that stands for one label. */
export function checkHost(value: string, path: string, errors: FieldError[]): void {
  const rule = value.includes('*') ? wildcardDomainProblems : dnsSubdomainProblems;
  pushProblems(errors, path, value, rule(value));
}

/** A text that can be one segment of a path. */
export function checkPathSegment(value: string, path: string, errors: FieldError[]): void {
  pushProblems(errors, path, value, pathSegmentProblems(value));
}

/** A path segment that must be there. */
export function requirePathSegment(
  value: string | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (value) checkPathSegment(value, path, errors);
  else errors.push(required(path));
}

/** `example.com/name`: a domain, then a path below it. */
export function checkDomainPrefixedPath(value: string, path: string, errors: FieldError[]): void {
  if (!value) {
    errors.push(required(path));
    return;
  }
  const problem = domainPrefixedPathProblem(value);
  if (problem) {
    errors.push(invalid(path, value, problem));
    return;
  }
  const slash = value.indexOf('/');
  checkDnsSubdomain(value.slice(0, slash), path, errors);
  const rest = value.slice(slash + 1);
  pushProblems(errors, path, rest, pathProblems(rest));
}

const MAX_CSI_DRIVER_BYTES = 63;

/** The name of a volume driver: a domain in any case. */
export function checkCsiDriverName(
  value: string | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (!requireText(value, path, errors)) return;
  checkMaxBytes(value, MAX_CSI_DRIVER_BYTES, path, errors);
  checkDnsSubdomain(value.toLowerCase(), path, errors);
}

/** A text that must be there. Gives whether it is. */
export function requireText(
  value: string | undefined,
  path: string,
  errors: FieldError[],
  detail = '',
): value is string {
  if (value) return true;
  errors.push(required(path, detail));
  return false;
}

export function checkMaxBytes(
  value: string,
  max: number,
  path: string,
  errors: FieldError[],
): void {
  if (value.length > max || Buffer.byteLength(value) > max) errors.push(tooLong(path, max));
}

export function checkMaxItems(
  list: readonly unknown[] | undefined,
  max: number,
  path: string,
  errors: FieldError[],
): void {
  if (list && list.length > max) errors.push(tooMany(path, list.length, max));
}

/** `Invalid value: 0: must be greater than 0`. */
export function checkPositive(
  value: number | undefined,
  path: string,
  errors: FieldError[],
  detail = 'must be greater than 0',
): void {
  if (value !== undefined && value <= 0) errors.push(invalid(path, value, detail));
}

/** `Invalid value: 101: must be between 1 and 100, inclusive`. */
export function checkRange(
  value: number | undefined,
  [low, high]: readonly [low: number, high: number],
  path: string,
  errors: FieldError[],
): void {
  if (value === undefined || (value >= low && value <= high)) return;
  errors.push(invalid(path, value, inclusiveRange(low, high)));
}

/** None of these members of `object` is negative. */
export function checkCounts<Name extends string>(
  object: { readonly [name in Name]?: number | undefined },
  names: readonly Name[],
  path: string,
  errors: FieldError[],
): void {
  for (const name of names) validateNonNegative(object[name], `${path}.${name}`, errors);
}

/** Tells of every element whose key an earlier one has. `pathOf` gives the path of the element's key. */
export function checkUnique(
  keys: readonly (string | undefined)[],
  pathOf: (index: number) => string,
  errors: FieldError[],
): void {
  const seen = new Set<string>();
  keys.forEach((key, index) => {
    if (key === undefined) return;
    if (seen.has(key)) errors.push(duplicate(pathOf(index), key));
    seen.add(key);
  });
}

export function checkQualifiedName(value: string, path: string, errors: FieldError[]): void {
  pushProblems(errors, path, value, qualifiedNameProblems(value));
}

/** A port by number, or by the name that a container gives it. */
export function checkPortNumberOrName(
  port: number | string | undefined,
  path: string,
  errors: FieldError[],
): void {
  const problems =
    typeof port === 'string' ? portNameProblems(port) : portNumberProblems(port ?? 0);
  pushProblems(errors, path, port ?? 0, problems);
}

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** A reference to something that the object does not have. */
export function notFoundIn(field: string, value: unknown, detail = ''): FieldError {
  return { type: 'FieldValueNotFound', field, value, detail };
}
