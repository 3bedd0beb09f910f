import { duplicate, type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import type {
  AuditAnnotation,
  MatchCondition,
  MatchResources,
  MutatingAdmissionPolicy,
  Mutation,
  ParamKind,
  ValidatingAdmissionPolicy,
  Validation,
  Variable,
} from '../../generated/types/admissionregistration-v1.ts';
import type { KindStrategy, PrinterColumn } from '../../kind-strategy.ts';
import { dns1035LabelProblems, dnsSubdomainProblems, qualifiedNameProblems } from '../../names.ts';
import { parseApiVersion } from '../../object.ts';
import { ageColumn, nameColumn, UNSET } from '../columns.ts';
import { keepStatus, STATUS_ALONE } from '../status.ts';
import { compilePolicy } from './compiled-policy.ts';
import { validateMatchConditions } from './match-conditions.ts';
import { defaultMatchResources, validateMatchResources } from './rules.ts';

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const MAX_AUDIT_ANNOTATIONS = 20;
const NOTHING_TO_SAY = 'validations or auditAnnotations must contain at least one item';

/** What validating and mutating policies have in common. */
interface CommonSpec {
  readonly matchConstraints?: MatchResources;
  readonly matchConditions?: MatchCondition[];
  readonly variables?: Variable[];
  readonly paramKind?: ParamKind;
}

function validateCommon(spec: CommonSpec, errors: FieldError[]): void {
  if (spec.paramKind) validateParamKind(spec.paramKind, errors);
  const { matchConstraints } = spec;
  const path = 'spec.matchConstraints';
  if (!matchConstraints) errors.push(required(path));
  else if (!matchConstraints.resourceRules?.length) errors.push(required(`${path}.resourceRules`));
  validateMatchResources(matchConstraints, path, errors);
  validateMatchConditions(spec.matchConditions, 'spec.matchConditions', errors);
  spec.variables?.forEach((variable, index) => {
    validateVariable(variable, `spec.variables[${index}]`, errors);
  });
}

function validateParamKind({ apiVersion = '', kind = '' }: ParamKind, errors: FieldError[]): void {
  const path = 'spec.paramKind';
  if (apiVersion === '') errors.push(required(`${path}.apiVersion`));
  else {
    const { group, version } = parseApiVersion(apiVersion);
    const problems = [
      ...(group === '' ? [] : dnsSubdomainProblems(group)),
      ...dns1035LabelProblems(version),
    ];
    for (const problem of problems) errors.push(invalid(`${path}.apiVersion`, apiVersion, problem));
  }
  if (kind === '') errors.push(required(`${path}.kind`));
  for (const problem of kind === '' ? [] : dns1035LabelProblems(kind.toLowerCase())) {
    const detail = `may have mixed case, but should otherwise match: ${problem}`;
    errors.push(invalid(`${path}.kind`, kind, detail));
  }
}

function validateVariable(
  { name, expression }: Variable,
  path: string,
  errors: FieldError[],
): void {
  if (name.trim() === '') errors.push(required(`${path}.name`, 'name is not specified'));
  else if (!/^[_a-zA-Z]\w*$/.test(name)) {
    errors.push(invalid(`${path}.name`, name, 'name is not a valid CEL identifier'));
  }
  requireExpression(expression, path, errors);
}

function requireExpression(expression: string | undefined, path: string, errors: FieldError[]) {
  if (expression?.trim()) return;
  errors.push(required(`${path}.expression`, 'expression is not specified'));
}

function validateValidation(rule: Validation, path: string, errors: FieldError[]): void {
  requireExpression(rule.expression, path, errors);
  const { message, messageExpression, reason } = rule;
  if (messageExpression !== undefined && messageExpression.trim() === '') {
    const detail = 'must be non-empty if specified';
    errors.push(invalid(`${path}.messageExpression`, messageExpression, detail));
  }
  if (message !== undefined && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, 'message must be non-empty if specified'));
  } else if (message && /[\r\n]/.test(message.trim())) {
    errors.push(invalid(`${path}.message`, message, 'message must not contain line breaks'));
  }
  if (reason !== undefined && !REASONS.includes(reason)) {
    errors.push(notSupported(`${path}.reason`, reason, REASONS));
  }
}

function validateAuditAnnotations(
  policyName: string,
  annotations: readonly AuditAnnotation[],
  errors: FieldError[],
): void {
  const path = 'spec.auditAnnotations';
  if (annotations.length > MAX_AUDIT_ANNOTATIONS) {
    const detail = `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`;
    errors.push(invalid(path, annotations, detail));
  }
  for (const [index, { key }] of annotations.entries()) {
    const at = `${path}[${index}].key`;
    for (const problem of qualifiedNameProblems(`${policyName}/${key}`)) {
      errors.push(invalid(at, key, problem));
    }
    if (annotations.findIndex((other) => other.key === key) < index) {
      errors.push(duplicate(at, key));
    }
  }
}

/** Expressions that are missing have been told of already. */
function compileErrors(spec: Parameters<typeof compilePolicy>[0]): FieldError[] {
  return compilePolicy(spec).errors.filter(({ value }) => String(value).trim() !== '');
}

function validateValidating({ metadata, spec = {} }: ValidatingAdmissionPolicy): FieldError[] {
  const errors: FieldError[] = [];
  validateCommon(spec, errors);
  const { validations = [], auditAnnotations = [] } = spec;
  if (validations.length === 0 && auditAnnotations.length === 0) {
    errors.push(required('spec.validations', NOTHING_TO_SAY));
    errors.push(required('spec.auditAnnotations', NOTHING_TO_SAY));
  }
  for (const [index, rule] of validations.entries()) {
    validateValidation(rule, `spec.validations[${index}]`, errors);
  }
  validateAuditAnnotations(metadata.name ?? '', auditAnnotations, errors);
  return [...errors, ...compileErrors(spec)];
}

function validateMutation(mutation: Mutation, path: string, errors: FieldError[]): void {
  const isApply = mutation.patchType === 'ApplyConfiguration';
  const [wanted, other] = isApply
    ? (['applyConfiguration', 'jsonPatch'] as const)
    : (['jsonPatch', 'applyConfiguration'] as const);
  const part = mutation[wanted];
  if (!part) {
    const detail = `must be specified when patchType is ${mutation.patchType}`;
    errors.push(required(`${path}.${wanted}`, detail));
  } else requireExpression(part.expression, `${path}.${wanted}`, errors);
  if (mutation[other]) {
    const detail = `must not be specified when patchType is ${mutation.patchType}`;
    errors.push(invalid(`${path}.${other}`, mutation[other], detail));
  }
}

function validateMutating({ spec = {} }: MutatingAdmissionPolicy): FieldError[] {
  const errors: FieldError[] = [];
  validateCommon(spec, errors);
  const { mutations = [], reinvocationPolicy } = spec;
  if (mutations.length === 0) {
    errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  }
  for (const [index, mutation] of mutations.entries()) {
    validateMutation(mutation, `spec.mutations[${index}]`, errors);
  }
  if (!reinvocationPolicy) errors.push(required('spec.reinvocationPolicy'));
  return [...errors, ...compileErrors(spec)];
}

const paramKindColumn: PrinterColumn<ValidatingAdmissionPolicy | MutatingAdmissionPolicy> = {
  name: 'ParamKind',
  description: 'The kind of its parameters.',
  cell: ({ spec }) => {
    const kind = spec?.paramKind;
    return kind ? `${kind.apiVersion}/${kind.kind}` : UNSET;
  },
};

export const validatingAdmissionPolicyStrategy: KindStrategy<ValidatingAdmissionPolicy> = {
  prepareForCreate(policy) {
    delete policy.status;
  },
  prepareForUpdate: keepStatus,
  ...STATUS_ALONE,
  applyDefaults({ spec }) {
    if (!spec) return;
    spec.failurePolicy ??= 'Fail';
    defaultMatchResources(spec.matchConstraints);
  },
  validate: validateValidating,
  printerColumns: [
    nameColumn,
    {
      name: 'Validations',
      type: 'integer',
      description: 'How many validations it has.',
      cell: ({ spec }) => spec?.validations?.length ?? 0,
    },
    paramKindColumn,
    ageColumn,
  ],
};

export const mutatingAdmissionPolicyStrategy: KindStrategy<MutatingAdmissionPolicy> = {
  applyDefaults({ spec }) {
    if (!spec) return;
    spec.failurePolicy ??= 'Fail';
    defaultMatchResources(spec.matchConstraints);
  },
  validate: validateMutating,
  printerColumns: [
    nameColumn,
    {
      name: 'Mutations',
      type: 'integer',
      description: 'How many mutations it has.',
      cell: ({ spec }) => spec?.mutations?.length ?? 0,
    },
    paramKindColumn,
    ageColumn,
  ],
};
