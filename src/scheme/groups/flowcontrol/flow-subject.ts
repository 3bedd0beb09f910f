import { type FieldError, forbiddenField, notSupported, required } from '../../field-error.ts';
import type { Subject } from '../../generated/types/flowcontrol-v1.ts';
import { checkDnsLabel, checkDnsSubdomain, requireText } from '../checks.ts';

/** The members that say who is meant, and the kind that each goes with. */
const MEMBERS = [
  ['user', 'User'],
  ['serviceAccount', 'ServiceAccount'],
  ['group', 'Group'],
] as const;
const KINDS = ['Group', 'ServiceAccount', 'User'];
const EVERY_ACCOUNT = '*';

/** Judges of whom a flow schema speaks. */
export function validateFlowSubject(subject: Subject, path: string, errors: FieldError[]): void {
  if (!KINDS.includes(subject.kind)) {
    errors.push(notSupported(`${path}.kind`, subject.kind, KINDS));
    return;
  }
  for (const [member, kind] of MEMBERS) {
    const field = `${path}.${member}`;
    if (kind !== subject.kind) {
      if (!subject[member]) continue;
      const detail = `${member} is forbidden when subject kind is not '${kind}'`;
      errors.push(forbiddenField(field, detail));
    } else if (!subject[member]) {
      errors.push(required(field, `${member} is required when subject kind is '${kind}'`));
    } else {
      validateMember(subject, member, field, errors);
    }
  }
}

function validateMember(
  subject: Subject,
  member: (typeof MEMBERS)[number][0],
  path: string,
  errors: FieldError[],
): void {
  const name = subject[member]?.name;
  const isNamed = requireText(name, `${path}.name`, errors);
  if (member !== 'serviceAccount') return;
  if (isNamed && name !== EVERY_ACCOUNT) checkDnsSubdomain(name, `${path}.name`, errors);
  const namespace = subject.serviceAccount?.namespace;
  const detail = 'must specify namespace for service account';
  if (requireText(namespace, `${path}.namespace`, errors, detail)) {
    checkDnsLabel(namespace, `${path}.namespace`, errors);
  }
}
