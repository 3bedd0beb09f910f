import { findCondition } from '../../conditions.ts';
import { type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
} from '../../generated/types/flowcontrol-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { dnsLabelProblems } from '../../names.ts';
import { checkDnsSubdomain, checkUnique } from '../checks.ts';
import { ageColumn, NONE, nameColumn } from '../columns.ts';
import { WITH_STATUS_ALONE } from '../status.ts';
import { validateFlowSubject } from './flow-subject.ts';
import { nonResourceUrlProblem } from './non-resource-url.ts';

const DEFAULT_PRECEDENCE = 1000;
const MAX_PRECEDENCE = 10_000;
/** The flow schema that goes before all others; none else has precedence 1. */
const EXEMPT = 'exempt';
const DISTINGUISHERS = ['ByNamespace', 'ByUser'];
const VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'proxy',
  'update',
  'watch',
];

function validate({ metadata, spec }: FlowSchema): FieldError[] {
  if (!spec) return [required('spec')];
  const errors: FieldError[] = [];
  const { matchingPrecedence = 0, distinguisherMethod, priorityLevelConfiguration, rules } = spec;
  validatePrecedence(matchingPrecedence, metadata.name, errors);
  if (distinguisherMethod && !DISTINGUISHERS.includes(distinguisherMethod.type)) {
    const field = 'spec.distinguisherMethod.type';
    errors.push(notSupported(field, distinguisherMethod, DISTINGUISHERS));
  }
  const { name } = priorityLevelConfiguration;
  const field = 'spec.priorityLevelConfiguration.name';
  if (name) checkDnsSubdomain(name, field, errors);
  else errors.push(required(field, 'must reference a priority level'));
  rules?.forEach((rule, index) => {
    validateRule(rule, `spec.rules[${index}]`, errors);
  });
  return errors;
}

function validatePrecedence(
  precedence: number,
  name: string | undefined,
  errors: FieldError[],
): void {
  const refuse = (detail: string): void => {
    errors.push(invalid('spec.matchingPrecedence', precedence, detail));
  };
  if (precedence <= 0) refuse('must be a positive value');
  if (precedence > MAX_PRECEDENCE) refuse(`must not be greater than ${MAX_PRECEDENCE}`);
  if (precedence === 1 && name !== EXEMPT) {
    refuse("only the schema named 'exempt' may have matchingPrecedence 1");
  }
}

function validateRule(rule: PolicyRulesWithSubjects, path: string, errors: FieldError[]): void {
  const { subjects, resourceRules = [], nonResourceRules = [] } = rule;
  if (subjects.length === 0) {
    errors.push(required(`${path}.subjects`, 'subjects must contain at least one value'));
  }
  subjects.forEach((subject, index) => {
    validateFlowSubject(subject, `${path}.subjects[${index}]`, errors);
  });
  if (resourceRules.length + nonResourceRules.length === 0) {
    const detail = 'at least one of resourceRules and nonResourceRules has to be non-empty';
    errors.push(required(path, detail));
  }
  resourceRules.forEach((one, index) => {
    validateResourceRule(one, `${path}.resourceRules[${index}]`, errors);
  });
  nonResourceRules.forEach((one, index) => {
    validateNonResourceRule(one, `${path}.nonResourceRules[${index}]`, errors);
  });
}

/** `*` stands for all, so that nothing stands beside it. Gives whether there are members to judge. */
function checkWildcard(
  list: readonly string[],
  path: string,
  errors: FieldError[],
  { whenEmpty, others }: { readonly whenEmpty: string; readonly others: string },
): boolean {
  if (list.length === 0) {
    errors.push(required(path, whenEmpty));
    return false;
  }
  if (!list.includes('*')) return true;
  if (list.length > 1) {
    errors.push(invalid(path, list, `if '*' is present, must not specify other ${others}`));
  }
  return false;
}

function validateVerbs(verbs: readonly string[], path: string, errors: FieldError[]): void {
  const words = { whenEmpty: 'verbs must contain at least one value', others: 'verbs' };
  if (!checkWildcard(verbs, path, errors, words)) return;
  if (verbs.some((verb) => !VERBS.includes(verb))) errors.push(notSupported(path, verbs, VERBS));
}

function validateResourceRule(rule: ResourcePolicyRule, path: string, errors: FieldError[]): void {
  const { verbs, apiGroups, resources, namespaces = [], clusterScope } = rule;
  validateVerbs(verbs, `${path}.verbs`, errors);
  checkWildcard(apiGroups, `${path}.apiGroups`, errors, {
    whenEmpty: 'resource rules must supply at least one api group',
    others: 'api groups',
  });
  checkWildcard(resources, `${path}.resources`, errors, {
    whenEmpty: 'resource rules must supply at least one resource',
    others: 'resources',
  });
  if (namespaces.length === 0 && clusterScope) return;
  const hasNames = checkWildcard(namespaces, `${path}.namespaces`, errors, {
    whenEmpty: 'resource rules that are not cluster scoped must supply at least one namespace',
    others: 'namespaces',
  });
  if (!hasNames) return;
  namespaces.forEach((namespace, index) => {
    for (const problem of dnsLabelProblems(namespace)) {
      const detail = `each member of this list must be '*' or a DNS-1123 label; ${problem}`;
      errors.push(invalid(`${path}.namespaces[${index}]`, namespace, detail));
    }
  });
}

function validateNonResourceRule(
  { verbs, nonResourceURLs }: NonResourcePolicyRule,
  path: string,
  errors: FieldError[],
): void {
  validateVerbs(verbs, `${path}.verbs`, errors);
  const hasPaths = checkWildcard(nonResourceURLs, `${path}.nonResourceURLs`, errors, {
    whenEmpty: 'nonResourceURLs must contain at least one value',
    others: 'non-resource URLs',
  });
  if (!hasPaths) return;
  nonResourceURLs.forEach((url, index) => {
    const problem = nonResourceUrlProblem(url);
    if (problem) errors.push(invalid(`${path}.nonResourceURLs[${index}]`, url, problem));
  });
}

/** Of both kinds of flow control. */
export function validateFlowConditions(
  conditions: readonly { readonly type?: string }[] = [],
): FieldError[] {
  const errors: FieldError[] = [];
  const path = 'status.conditions';
  checkUnique(
    conditions.map(({ type }) => type),
    (index) => `${path}[${index}].type`,
    errors,
  );
  conditions.forEach(({ type }, index) => {
    if (!type) errors.push(required(`${path}[${index}].type`, 'must not be empty'));
  });
  return errors;
}

function missingPriorityLevel({ status }: FlowSchema): string {
  const conditions = (status?.conditions ?? []) as { type: string; status: string }[];
  return findCondition(conditions, 'Dangling')?.status ?? '?';
}

/** flowcontrol.apiserver.k8s.io/FlowSchema. */
export const flowSchemaStrategy: KindStrategy<FlowSchema> = {
  ...WITH_STATUS_ALONE,
  applyDefaults({ spec }) {
    if (spec) spec.matchingPrecedence ||= DEFAULT_PRECEDENCE;
  },
  validate,
  validateStatusUpdate: ({ status }) => validateFlowConditions(status?.conditions),
  printerColumns: [
    nameColumn,
    {
      name: 'PriorityLevel',
      description: 'The priority level of its requests.',
      cell: ({ spec }) => spec?.priorityLevelConfiguration.name ?? '',
    },
    {
      name: 'MatchingPrecedence',
      description: 'Which schema is asked first: the lowest.',
      cell: ({ spec }) => spec?.matchingPrecedence ?? 0,
    },
    {
      name: 'DistinguisherMethod',
      description: 'What tells its flows apart.',
      cell: ({ spec }) => spec?.distinguisherMethod?.type ?? NONE,
    },
    ageColumn,
    {
      name: 'MissingPL',
      description: 'Whether its priority level does not exist.',
      cell: missingPriorityLevel,
    },
  ],
};
