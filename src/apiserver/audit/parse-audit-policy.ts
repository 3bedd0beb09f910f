import type { AuditLevel, AuditStage } from '../../store/telemetry/audit-event.ts';
import type { AuditPolicy, AuditResources, AuditRule } from './audit-policy.ts';

const LEVELS: readonly AuditLevel[] = ['None', 'Metadata', 'Request', 'RequestResponse'];
const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'];

/** What is wrong with a policy, by field path. */
export class AuditPolicyError extends Error {
  override readonly name = 'AuditPolicyError';
}

/** Checks a policy that was read from YAML or JSON. @throws {AuditPolicyError} */
export function parseAuditPolicy(value: unknown): AuditPolicy {
  const policy = asMap('the document', value);
  if (policy.apiVersion !== 'audit.k8s.io/v1' || policy.kind !== 'Policy') {
    throw refuse('the document', 'expected apiVersion audit.k8s.io/v1 and kind Policy');
  }
  assertKnown('the document', policy, [
    'apiVersion',
    'kind',
    'metadata',
    'rules',
    'omitStages',
    'omitManagedFields',
  ]);
  const rules = asList('rules', policy.rules);
  if (rules.length === 0) throw refuse('rules', 'must not be empty');
  const omitStages = toStages('omitStages', policy.omitStages);
  const omitManagedFields = toBoolean('omitManagedFields', policy.omitManagedFields) ?? false;
  return {
    rules: rules.map((rule, i) => toRule(`rules[${i}]`, rule, { omitStages, omitManagedFields })),
  };
}

const RULE_FIELDS = [
  'level',
  'users',
  'userGroups',
  'verbs',
  'resources',
  'namespaces',
  'nonResourceURLs',
  'omitStages',
  'omitManagedFields',
];

function toRule(
  path: string,
  value: unknown,
  policy: { readonly omitStages: readonly AuditStage[]; readonly omitManagedFields: boolean },
): AuditRule {
  const rule = asMap(path, value);
  assertKnown(path, rule, RULE_FIELDS);
  const level = LEVELS.find((known) => known === rule.level);
  if (!level) throw refuse(`${path}.level`, `must be one of ${LEVELS.join(', ')}`);
  const texts = (field: string): string[] => toTexts(`${path}.${field}`, rule[field]);
  const resources = asList(`${path}.resources`, rule.resources).map((one, i) =>
    toResources(`${path}.resources[${i}]`, one),
  );
  const isNonResource = texts('nonResourceURLs').length > 0;
  if (isNonResource && resources.length > 0) {
    throw refuse(path, 'cannot have both resources and nonResourceURLs');
  }
  return {
    level,
    users: texts('users'),
    userGroups: texts('userGroups'),
    verbs: texts('verbs'),
    namespaces: texts('namespaces'),
    resources,
    isNonResource,
    omitStages: new Set([...policy.omitStages, ...toStages(`${path}.omitStages`, rule.omitStages)]),
    omitManagedFields:
      toBoolean(`${path}.omitManagedFields`, rule.omitManagedFields) ?? policy.omitManagedFields,
  };
}

function toResources(path: string, value: unknown): AuditResources {
  const one = asMap(path, value);
  assertKnown(path, one, ['group', 'resources', 'resourceNames']);
  const { group = '' } = one;
  if (typeof group !== 'string') throw refuse(`${path}.group`, 'must be a text');
  return {
    group,
    resources: toTexts(`${path}.resources`, one.resources),
    resourceNames: toTexts(`${path}.resourceNames`, one.resourceNames),
  };
}

function toStages(path: string, value: unknown): AuditStage[] {
  return toTexts(path, value).map((stage) => {
    if (STAGES.includes(stage)) return stage as AuditStage;
    throw refuse(path, `must be of ${STAGES.join(', ')}`);
  });
}

function toTexts(path: string, value: unknown): string[] {
  return asList(path, value).map((item, i) => {
    if (typeof item === 'string') return item;
    throw refuse(`${path}[${i}]`, 'must be a text');
  });
}

function toBoolean(path: string, value: unknown): boolean | undefined {
  if (value === undefined || value === null || typeof value === 'boolean')
    return value ?? undefined;
  throw refuse(path, 'must be true or false');
}

function asList(path: string, value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw refuse(path, 'must be a list');
}

function asMap(path: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw refuse(path, 'must be a map');
}

/** A rule with a misspelt condition would match more than it says. */
function assertKnown(path: string, map: object, fields: readonly string[]): void {
  const unknown = Object.keys(map).find((name) => !fields.includes(name));
  if (unknown !== undefined) throw refuse(path, `there is no field ${JSON.stringify(unknown)}`);
}

function refuse(path: string, why: string): AuditPolicyError {
  return new AuditPolicyError(`${path}: ${why}`);
}
