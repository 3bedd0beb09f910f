import { type FieldError, invalid, required } from '../../field-error.ts';
import { pushProblems } from '../../metadata-validation.ts';
import { dnsSubdomainProblems } from '../../names.ts';

const FORM = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
const MAX_PATH_BYTES = 253 + 1 + 63;

/** Who signs: a domain of at least two labels, and a path below it. */
export function checkSignerName(
  value: string | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (!value) {
    errors.push(required(path));
    return;
  }
  const slash = value.indexOf('/');
  if (slash < 0) {
    errors.push(invalid(path, value, FORM));
    return;
  }
  const domain = value.slice(0, slash);
  pushProblems(errors, path, domain, dnsSubdomainProblems(domain));
  if (!domain.includes('.')) {
    const detail = 'should be a domain with at least two segments separated by dots';
    errors.push(invalid(path, domain, detail));
  }
  checkSignerPath(value.slice(slash + 1), path, errors);
}

function checkSignerPath(value: string, path: string, errors: FieldError[]): void {
  if (value === '') errors.push(invalid(path, value, FORM));
  else if (value.length > MAX_PATH_BYTES) {
    errors.push(invalid(path, value, `must be no more than ${MAX_PATH_BYTES} characters`));
  } else {
    pushProblems(errors, path, value, dnsSubdomainProblems(value));
  }
}
