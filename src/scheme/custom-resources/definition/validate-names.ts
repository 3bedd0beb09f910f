import { type FieldError, invalid, required } from '../../field-error.ts';
import type { CustomResourceDefinitionNames } from '../../generated/types/apiextensions-v1.ts';
import { dns1035LabelProblems } from '../../names.ts';

/** Judges the names that a definition asks for, or those that were accepted for it. */
export function validateNames(
  names: Partial<CustomResourceDefinitionNames>,
  path: string,
  errors: FieldError[],
): void {
  for (const member of ['plural', 'singular'] as const) {
    checkName(names[member], `${path}.${member}`, errors);
  }
  for (const member of ['kind', 'listKind'] as const) {
    checkKind(names[member], `${path}.${member}`, errors);
  }
  for (const member of ['shortNames', 'categories'] as const) {
    names[member]?.forEach((name, i) => {
      checkName(name, `${path}.${member}[${i}]`, errors, true);
    });
  }
  if (names.kind && names.kind === names.listKind) {
    const detail = 'kind and listKind may not be the same';
    errors.push(invalid(`${path}.listKind`, names.listKind, detail));
  }
}

/** Judges that every name is there which a definition must have. */
export function requireNames(
  names: Partial<CustomResourceDefinitionNames>,
  path: string,
  errors: FieldError[],
): void {
  for (const member of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if (!names[member]) errors.push(required(`${path}.${member}`));
  }
}

function checkName(
  name: string | undefined,
  path: string,
  errors: FieldError[],
  isEmptyWrong = false,
): void {
  if (name === undefined || (name === '' && !isEmptyWrong)) return;
  const problems = dns1035LabelProblems(name);
  if (problems.length > 0) errors.push(invalid(path, name, problems.join(',')));
}

function checkKind(kind: string | undefined, path: string, errors: FieldError[]): void {
  if (!kind) return;
  const problems = dns1035LabelProblems(kind.toLowerCase());
  if (problems.length === 0) return;
  const detail = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
  errors.push(invalid(path, kind, detail));
}
