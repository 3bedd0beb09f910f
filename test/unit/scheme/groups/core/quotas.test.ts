import { expect, test } from '@jest/globals';
import type {
  LimitRange,
  PodTemplate,
  ResourceQuota,
} from '../../../../../src/scheme/generated/types/core-v1.ts';
import { limitRangeStrategy } from '../../../../../src/scheme/groups/core/limit-range.ts';
import { podTemplateStrategy } from '../../../../../src/scheme/groups/core/pod-template.ts';
import { resourceQuotaStrategy } from '../../../../../src/scheme/groups/core/resource-quota.ts';
import {
  CREATED,
  created,
  judgesStatuses,
  judgesUpdates,
  refusesOnCreate,
  rowOf,
  withMembers,
} from '../harness.ts';

const metadata = { name: 'team', namespace: 'default', creationTimestamp: CREATED };

const LIMITS: LimitRange = {
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata,
  spec: { limits: [{ type: 'Container', max: { cpu: '2' }, min: { memory: '64Mi' } }] },
};

test('a limit for containers fills what they leave out: limits, then requests', () => {
  expect(created(limitRangeStrategy, LIMITS).spec?.limits).toEqual([
    {
      type: 'Container',
      max: { cpu: '2' },
      min: { memory: '64Mi' },
      default: { cpu: '2' },
      defaultRequest: { cpu: '2', memory: '64Mi' },
    },
  ]);
});

const L = 'spec.limits[0]';
const limit = (members: object): Record<string, unknown> => ({
  'spec.limits': [{ type: 'Container', ...members }],
});

refusesOnCreate(limitRangeStrategy, LIMITS, [
  [
    { 'spec.limits': [{ type: 'Node' }] },
    `${L}.type: Invalid value: "Node": must be a standard limit type or fully qualified`,
  ],
  [
    { 'spec.limits': [{ type: 'Pod' }, { type: 'Pod' }] },
    'spec.limits[1].type: Duplicate value: "Pod"',
  ],
  [
    { 'spec.limits': [{ type: 'Pod', default: { cpu: '1' }, defaultRequest: { cpu: '1' } }] },
    `${L}.default: Forbidden: may not be specified when \`type\` is 'Pod'`,
    `${L}.defaultRequest: Forbidden: may not be specified when \`type\` is 'Pod'`,
  ],
  [
    { 'spec.limits': [{ type: 'PersistentVolumeClaim' }] },
    `${L}.limits: Required value: either minimum or maximum storage value is required, but neither was provided`,
  ],
  [
    { 'spec.limits': [{ type: 'Pod', max: { fuel: '1' } }] },
    `${L}.max[fuel]: Invalid value: "fuel": must be a standard resource type or fully qualified`,
    `${L}.max[fuel]: Invalid value: "fuel": must be a standard resource for containers`,
  ],
  [
    { 'spec.limits': [{ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }] },
    `${L}.min[cpu]: Invalid value: "2": min value 2 is greater than max value 1`,
  ],
  [
    limit({ min: { cpu: '2' }, defaultRequest: { cpu: '1' }, default: { cpu: '3' } }),
    `${L}.defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1`,
  ],
  [
    limit({ max: { cpu: '1' }, defaultRequest: { cpu: '2' }, default: { cpu: '1' } }),
    `${L}.defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than max value 1`,
    `${L}.defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than default limit value 1`,
  ],
  [
    limit({ max: { cpu: '1' }, default: { cpu: '2' }, defaultRequest: { cpu: '1' } }),
    `${L}.default[cpu]: Invalid value: "2": default value 2 is greater than max value 1`,
  ],
  [
    limit({ maxLimitRequestRatio: { cpu: '500m' } }),
    `${L}.maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1`,
  ],
  [
    {
      'spec.limits': [
        { type: 'Pod', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '3' } },
      ],
    },
    `${L}.maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000`,
  ],
  [
    limit({ default: { 'a.b/gpu': '2' }, defaultRequest: { 'a.b/gpu': '1' } }),
    `${L}.defaultRequest[a.b/gpu]: Invalid value: "1": default value 2 must equal to defaultRequest value 1 in a.b/gpu`,
  ],
]);

const QUOTA: ResourceQuota = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata,
  spec: { hard: { pods: '10', 'limits.cpu': '4', 'count/jobs.batch': '5' } },
};
const SCOPE = 'spec.scopeSelector.matchExpressions';
const scope = (...matchExpressions: object[]): Record<string, unknown> => ({
  'spec.scopeSelector': { matchExpressions },
});

refusesOnCreate(resourceQuotaStrategy, QUOTA, [
  [
    { 'spec.hard': { fuel: '1' } },
    'spec.hard[fuel]: Invalid value: "fuel": must be a standard resource for quota',
  ],
  [
    { 'spec.hard': { pods: '1500m' } },
    'spec.hard[pods]: Invalid value: "1500m": must be an integer',
  ],
  [
    { 'spec.hard': { cpu: '-1' } },
    'spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0',
  ],
  [
    { 'spec.scopes': ['Everything'] },
    'spec.scopes: Invalid value: ["Everything"]: unsupported scope',
  ],
  [
    { 'spec.scopes': ['BestEffort'] },
    'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource',
  ],
  [
    { 'spec.scopes': ['Terminating', 'NotTerminating'] },
    'spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes',
  ],
  [
    scope({ scopeName: 'Everything', operator: 'Exists' }),
    `${SCOPE}.scopeName: Invalid value: "Everything": unsupported scope`,
  ],
  [
    scope({ scopeName: 'Terminating', operator: 'DoesNotExist' }),
    `${SCOPE}.operator: Invalid value: "DoesNotExist": must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity`,
  ],
  [
    scope({ scopeName: 'PriorityClass', operator: 'In' }),
    `${SCOPE}.values: Required value: must be at least one value when \`operator\` is 'In' or 'NotIn' for scope selector`,
  ],
  [
    scope({ scopeName: 'PriorityClass', operator: 'Exists', values: ['a'] }),
    `${SCOPE}.values: Invalid value: ["a"]: must be no value when \`operator\` is 'Exist' or 'DoesNotExist' for scope selector`,
  ],
  [
    scope({ scopeName: 'PriorityClass', operator: 'Like' }),
    `${SCOPE}.operator: Invalid value: "Like": not a valid selector operator`,
  ],
  [
    scope(
      { scopeName: 'Terminating', operator: 'Exists' },
      { scopeName: 'NotTerminating', operator: 'Exists' },
    ),
    `${SCOPE}: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes`,
  ],
]);

judgesUpdates(resourceQuotaStrategy, withMembers(QUOTA, { 'spec.scopes': ['NotBestEffort'] }), [
  [{ 'spec.scopes': [] }, 'spec.scopes: Invalid value: []: field is immutable'],
  [{ 'spec.hard.pods': '20' }],
]);

judgesStatuses(resourceQuotaStrategy, QUOTA, [
  [{ hard: { pods: '10' }, used: { pods: '1' } }],
  [
    { used: { pods: '-1' } },
    'status.used[pods]: Invalid value: "-1": must be greater than or equal to 0',
  ],
]);

test('a quota is shown with what is used of it', () => {
  const status = {
    hard: { pods: '10', 'limits.cpu': '4', cpu: '2' },
    used: { pods: '3', 'limits.cpu': '1' },
  };
  expect(rowOf(resourceQuotaStrategy, { ...QUOTA, status })).toEqual({
    Name: 'team',
    Request: 'cpu: 0/2, pods: 3/10',
    Limit: 'limits.cpu: 1/4',
    Age: '10m',
  });
});

const TEMPLATE: PodTemplate = {
  apiVersion: 'v1',
  kind: 'PodTemplate',
  metadata,
  template: {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image: 'nginx:1' }] },
  },
};

refusesOnCreate(podTemplateStrategy, TEMPLATE, [
  [{ 'template.spec.containers': [] }, 'template.spec.containers: Required value'],
  [
    { 'template.spec.containers.0.ports': [{ containerPort: 70_000 }] },
    'template.spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
  ],
]);

test('a template is shown with its containers', () => {
  expect(rowOf(podTemplateStrategy, TEMPLATE)).toEqual({
    Name: 'team',
    Containers: 'web',
    Images: 'nginx:1',
    'Pod Labels': 'app=web',
  });
});
