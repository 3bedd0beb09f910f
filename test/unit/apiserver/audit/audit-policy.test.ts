import { describe, expect, test } from '@jest/globals';
import { type AuditedAction, findRule } from '../../../../src/apiserver/audit/audit-policy.ts';
import { DEFAULT_AUDIT_POLICY } from '../../../../src/apiserver/audit/default-audit-policy.ts';
import { parseAuditPolicy } from '../../../../src/apiserver/audit/parse-audit-policy.ts';

const policyOf = (...rules: object[]) =>
  parseAuditPolicy({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules });

const ALICE = { name: 'alice', groups: ['dev', 'system:authenticated'] };

function actionOf(action: Partial<AuditedAction> = {}): AuditedAction {
  return {
    user: ALICE,
    verb: 'update',
    group: '',
    resource: 'pods',
    namespace: 'default',
    name: 'web',
    ...action,
  };
}

const levelOf = (rules: object[], action: Partial<AuditedAction> = {}) =>
  findRule(policyOf(...rules), actionOf(action))?.level ?? 'None';

const pods = (...resources: string[]): object => ({
  level: 'Request',
  resources: [{ group: '', resources }],
});

describe('one rule', () => {
  test.each<[string, object, Partial<AuditedAction>, boolean]>([
    ['without conditions matches everything', { level: 'Request' }, {}, true],
    ['of a user', { level: 'Request', users: ['alice'] }, {}, true],
    ['of another user', { level: 'Request', users: ['bob'] }, {}, false],
    ['of a group', { level: 'Request', userGroups: ['ops', 'dev'] }, {}, true],
    ['of another group', { level: 'Request', userGroups: ['ops'] }, {}, false],
    ['of a verb', { level: 'Request', verbs: ['update'] }, {}, true],
    ['of another verb', { level: 'Request', verbs: ['create'] }, {}, false],
    ['of every verb', { level: 'Request', verbs: ['*'] }, {}, true],
    ['of a namespace', { level: 'Request', namespaces: ['default'] }, {}, true],
    ['of another namespace', { level: 'Request', namespaces: ['kube-system'] }, {}, false],
    [
      'of what has no namespace',
      { level: 'Request', namespaces: [''] },
      { resource: 'nodes', namespace: undefined },
      true,
    ],
    ['of a group of resources', { level: 'Request', resources: [{ group: '' }] }, {}, true],
    [
      'of another group of resources',
      { level: 'Request', resources: [{ group: 'apps' }] },
      {},
      false,
    ],
    ['of a resource', pods('pods'), {}, true],
    ['of a resource alone', pods('pods'), { subresource: 'status' }, false],
    ['of a subresource', pods('pods/status'), { subresource: 'status' }, true],
    ['of every subresource', pods('pods/*'), { subresource: 'log' }, true],
    ['of every subresource alone', pods('pods/*'), {}, false],
    [
      'of a subresource of everything',
      pods('*/scale'),
      { resource: 'replicationcontrollers', subresource: 'scale' },
      true,
    ],
    ['of everything in a group', pods('*'), { subresource: 'log' }, true],
    [
      'of a name',
      { level: 'Request', resources: [{ group: '', resources: ['pods'], resourceNames: ['web'] }] },
      {},
      true,
    ],
    [
      'of another name',
      { level: 'Request', resources: [{ group: '', resources: ['pods'], resourceNames: ['db'] }] },
      {},
      false,
    ],
    ['of a path', { level: 'Request', nonResourceURLs: ['/healthz*'] }, {}, false],
  ])('%s', (_title, rule, action, isMatch) => {
    expect(levelOf([rule], action)).toBe(isMatch ? 'Request' : 'None');
  });
});

test('the first rule that matches decides, also by None', () => {
  expect(levelOf([{ level: 'None', users: ['alice'] }, { level: 'Request' }])).toBe('None');
  expect(levelOf([{ level: 'Metadata', users: ['bob'] }, { level: 'Request' }])).toBe('Request');
});

test('stages and managed fields that the policy omits are omitted by each rule, which may say otherwise', () => {
  const policy = parseAuditPolicy({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    omitManagedFields: true,
    rules: [
      {
        level: 'Request',
        users: ['alice'],
        omitStages: ['ResponseStarted'],
        omitManagedFields: false,
      },
      { level: 'Request' },
    ],
  });
  expect(policy.rules.map(({ omitStages }) => [...omitStages])).toEqual([
    ['RequestReceived', 'ResponseStarted'],
    ['RequestReceived'],
  ]);
  expect(policy.rules.map(({ omitManagedFields }) => omitManagedFields)).toEqual([false, true]);
});

test.each<[Partial<AuditedAction>, string]>([
  [{ verb: 'create' }, 'Metadata'],
  [{ verb: 'delete' }, 'Metadata'],
  [{ verb: 'get' }, 'None'],
  [{ verb: 'watch' }, 'None'],
  [{ verb: 'create', group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' }, 'None'],
  [{ verb: 'create', resource: 'serviceaccounts', subresource: 'token' }, 'Metadata'],
  [{ user: { name: 'system:kube-scheduler', groups: [] } }, 'None'],
  [{ user: { name: 'system:node:node-1', groups: ['system:nodes'] } }, 'None'],
  [
    {
      user: {
        name: 'system:serviceaccount:kube-system:job-controller',
        groups: ['system:serviceaccounts:kube-system'],
      },
    },
    'None',
  ],
  [
    {
      user: {
        name: 'system:serviceaccount:default:ci',
        groups: ['system:serviceaccounts:default'],
      },
    },
    'Metadata',
  ],
])('by default, %j is kept at %s', (action, level) => {
  expect(findRule(DEFAULT_AUDIT_POLICY, actionOf(action))?.level ?? 'None').toBe(level);
});

const refusals: [unknown, string][] = [
  [[], 'the document: must be an object'],
  [{ kind: 'Policy' }, 'the document: expected apiVersion audit.k8s.io/v1 and kind Policy'],
  [{ rules: [] }, 'rules: must be a list that is not empty'],
  [{ rules: {} }, 'rules: must be a list'],
  [{ rules: [{}] }, 'rules[0].level: must be one of None, Metadata, Request, RequestResponse'],
  [{ rules: [{ level: 'All' }] }, 'rules[0].level: must be one of'],
  [
    { rules: [{ level: 'None', user: ['alice'] }] },
    'rules[0].user: is not known, did you mean "users"?',
  ],
  [{ rules: [{ level: 'None', users: 'alice' }] }, 'rules[0].users: must be a list'],
  [{ rules: [{ level: 'None', users: [7] }] }, 'rules[0].users[0]: must be a string'],
  [
    { rules: [{ level: 'None', resources: [{ groups: '' }] }] },
    'rules[0].resources[0].groups: is not known, did you mean "group"?',
  ],
  [{ rules: [{ level: 'None', omitStages: ['Never'] }] }, 'rules[0].omitStages: must be of'],
  [
    { rules: [{ level: 'None', omitManagedFields: 'yes' }] },
    'rules[0].omitManagedFields: must be true or false',
  ],
  [
    { rules: [{ level: 'None', nonResourceURLs: ['/x'], resources: [{ group: '' }] }] },
    'rules[0]: cannot have both resources and nonResourceURLs',
  ],
  [{ rules: [{ level: 'None' }], extra: 1 }, 'extra: is not known'],
];

test.each(refusals)('a policy that cannot be is refused by field path: %j', (policy, message) => {
  const whole =
    Array.isArray(policy) || (policy as { kind?: string }).kind
      ? policy
      : { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', ...(policy as object) };
  expect(() => parseAuditPolicy(whole)).toThrow(message);
});
