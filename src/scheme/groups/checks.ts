/** Checks that several kinds share. Paths are built only where an error needs them. */
import { type FieldError, notSupported, required } from '../field-error.ts';
import { pushProblems } from '../metadata-validation.ts';
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  portNameProblems,
  portNumberProblems,
  qualifiedNameProblems,
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
