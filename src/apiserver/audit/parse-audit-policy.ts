import { ConfigurationReader, tellProblems } from '../../lib/configuration-reader.ts';
import type { AuditLevel, AuditStage } from '../../store/telemetry/audit-event.ts';
import type { AuditPolicy, AuditResources, AuditRule } from './audit-policy.ts';

const LEVELS: readonly AuditLevel[] = ['None', 'Metadata', 'Request', 'RequestResponse'];
const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'];

/** What is wrong with a policy, by field path. */
export class AuditPolicyError extends Error {
  override readonly name = 'AuditPolicyError';
}

const POLICY_FIELDS = [
  'apiVersion',
  'kind',
  'metadata',
  'rules',
  'omitStages',
  'omitManagedFields',
];
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

/** Checks a policy that was read from YAML or JSON. @throws {AuditPolicyError} with everything that is wrong */
export function parseAuditPolicy(value: unknown): AuditPolicy {
  const reader = new ConfigurationReader();
  const policy = reader.object(value, '', POLICY_FIELDS);
  if (policy.apiVersion !== 'audit.k8s.io/v1' || policy.kind !== 'Policy') {
    reader.refuse('', value, 'expected apiVersion audit.k8s.io/v1 and kind Policy');
  }
  const defaults = {
    omitStages: readStages(reader, policy.omitStages, 'omitStages'),
    omitManagedFields: reader.boolean(policy.omitManagedFields, 'omitManagedFields') ?? false,
  };
  const rules = reader
    .requiredList(policy.rules, 'rules')
    .map((rule, i) => readRule(reader, rule, `rules[${i}]`, defaults));
  if (reader.problems.length > 0) throw new AuditPolicyError(tellProblems(reader.problems));
  return { rules };
}

function readRule(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
  policy: { readonly omitStages: readonly AuditStage[]; readonly omitManagedFields: boolean },
): AuditRule {
  const rule = reader.object(value, path, RULE_FIELDS);
  const texts = (field: string) => reader.texts(rule[field], `${path}.${field}`);
  const resources = reader
    .list(rule.resources, `${path}.resources`)
    .map((one, i) => readResources(reader, one, `${path}.resources[${i}]`));
  const isNonResource = texts('nonResourceURLs').length > 0;
  if (isNonResource && resources.length > 0) {
    reader.refuse(path, value, 'cannot have both resources and nonResourceURLs');
  }
  const omitStages = readStages(reader, rule.omitStages, `${path}.omitStages`);
  return {
    level: readLevel(reader, rule.level, `${path}.level`),
    users: texts('users'),
    userGroups: texts('userGroups'),
    verbs: texts('verbs'),
    namespaces: reader.list(rule.namespaces, `${path}.namespaces`).map((one, i) => {
      // '' stands for what has no namespace.
      return reader.text(one, `${path}.namespaces[${i}]`) ?? '';
    }),
    resources,
    isNonResource,
    omitStages: new Set([...policy.omitStages, ...omitStages]),
    omitManagedFields:
      reader.boolean(rule.omitManagedFields, `${path}.omitManagedFields`) ??
      policy.omitManagedFields,
  };
}

function readLevel(reader: ConfigurationReader, value: unknown, path: string): AuditLevel {
  const level = LEVELS.find((known) => known === value);
  if (!level) reader.refuse(path, value, `must be one of ${LEVELS.join(', ')}`);
  return level ?? 'None';
}

function readResources(reader: ConfigurationReader, value: unknown, path: string): AuditResources {
  const one = reader.object(value, path, ['group', 'resources', 'resourceNames']);
  return {
    group: reader.text(one.group, `${path}.group`) ?? '',
    resources: reader.texts(one.resources, `${path}.resources`),
    resourceNames: reader.texts(one.resourceNames, `${path}.resourceNames`),
  };
}

function readStages(reader: ConfigurationReader, value: unknown, path: string): AuditStage[] {
  return reader.texts(value, path).flatMap((stage) => {
    if (STAGES.includes(stage)) return [stage as AuditStage];
    reader.refuse(path, stage, `must be of ${STAGES.join(', ')}`);
    return [];
  });
}
