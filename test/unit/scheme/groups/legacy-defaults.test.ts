import { describe, expect, test } from '@jest/globals';
import { toStorage } from '../../../../src/scheme/conversion/convert.ts';
import { decodeKind, decodeObject } from '../../../../src/scheme/decode.ts';
import { STRATEGIES } from '../../../../src/scheme/groups/strategies.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import { createScheme } from '../../../../src/scheme/scheme.ts';

const scheme = createScheme({ strategies: STRATEGIES, runtimeConfig: 'api/all=true' });
const NO_LIMIT = 2_147_483_647;

/** What a create in an old version stores: its own defaults, then those of the storage version. */
function stored(apiVersion: string, kind: string, fields: object): ApiObject {
  const input = { apiVersion, kind, metadata: { name: 'web' }, ...fields };
  const definition = decodeKind(scheme, input);
  const { object } = decodeObject(scheme, definition, input, { fieldValidation: 'Strict' });
  scheme.strategy(definition).applyDefaults?.(object);
  const result = toStorage(scheme, definition, object);
  scheme.strategy(scheme.storageOf(definition)).applyDefaults?.(result);
  return result;
}

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web' }] } };
const selector = { matchLabels: { app: 'web' } };
const rolling = (maxUnavailable: number | string, maxSurge: number | string) => ({
  type: 'RollingUpdate',
  rollingUpdate: { maxUnavailable, maxSurge },
});

type Case = readonly [apiVersion: string, kind: string, fields: object, expected: object];

const WORKLOADS: readonly Case[] = [
  [
    'extensions/v1beta1',
    'Deployment',
    { spec: { template } },
    {
      apiVersion: 'apps/v1',
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: {
        replicas: 1,
        selector,
        strategy: rolling(1, 1),
        revisionHistoryLimit: NO_LIMIT,
        progressDeadlineSeconds: NO_LIMIT,
      },
    },
  ],
  [
    'extensions/v1beta1',
    'Deployment',
    { metadata: { name: 'web', labels: { own: 'label' } }, spec: { template } },
    { metadata: { name: 'web', labels: { own: 'label' } }, spec: { selector } },
  ],
  [
    'extensions/v1beta1',
    'Deployment',
    { spec: { template, strategy: { type: 'Recreate' } } },
    { spec: { strategy: { type: 'Recreate' } } },
  ],
  [
    'extensions/v1beta1',
    'Deployment',
    { spec: { template, strategy: { rollingUpdate: { maxSurge: '50%' } } } },
    { spec: { strategy: rolling(1, '50%') } },
  ],
  [
    'extensions/v1beta1',
    'Deployment',
    { spec: { template, progressDeadlineSeconds: 60, revisionHistoryLimit: 0 } },
    { spec: { progressDeadlineSeconds: 60, revisionHistoryLimit: 0 } },
  ],
  [
    'extensions/v1beta1',
    'Deployment',
    { spec: { template, selector: { matchLabels: { other: 'a' } } } },
    { spec: { selector: { matchLabels: { other: 'a' } } } },
  ],
  [
    'apps/v1beta1',
    'Deployment',
    { spec: { template } },
    {
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: {
        replicas: 1,
        selector,
        strategy: rolling('25%', '25%'),
        revisionHistoryLimit: 2,
        progressDeadlineSeconds: 600,
      },
    },
  ],
  [
    'apps/v1beta2',
    'Deployment',
    { spec: { template, selector } },
    {
      metadata: { name: 'web' },
      spec: {
        replicas: 1,
        strategy: rolling('25%', '25%'),
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
      },
    },
  ],
  [
    'apps/v1beta1',
    'StatefulSet',
    { spec: { template, serviceName: 'web' } },
    {
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: {
        selector,
        replicas: 1,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'OnDelete' },
        revisionHistoryLimit: 10,
      },
    },
  ],
  [
    'apps/v1beta2',
    'StatefulSet',
    { spec: { template, selector, serviceName: 'web' } },
    { spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } } },
  ],
  [
    'extensions/v1beta1',
    'DaemonSet',
    { spec: { template } },
    {
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: { selector, updateStrategy: { type: 'OnDelete' }, revisionHistoryLimit: 10 },
    },
  ],
  [
    'extensions/v1beta1',
    'DaemonSet',
    { spec: { template, updateStrategy: { type: 'RollingUpdate' } } },
    { spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } } } },
  ],
  [
    'apps/v1beta2',
    'DaemonSet',
    { spec: { template, selector } },
    { spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } } } },
  ],
  [
    'extensions/v1beta1',
    'ReplicaSet',
    { spec: { template } },
    { metadata: { name: 'web', labels: { app: 'web' } }, spec: { selector, replicas: 1 } },
  ],
  [
    'apps/v1beta2',
    'ReplicaSet',
    { spec: { template, selector } },
    { metadata: { name: 'web' }, spec: { selector, replicas: 1 } },
  ],
];

const target = { kind: 'Deployment', name: 'web' };
const cpu = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
const FLOW_CONTROL = 'flowcontrol.apiserver.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io/v1beta1';
const RBAC = 'rbac.authorization.k8s.io';
const ZERO_SHARES = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares';
const webhook = { name: 'a.example.org', clientConfig: {} };
const oldWebhook = {
  ...webhook,
  failurePolicy: 'Ignore',
  matchPolicy: 'Exact',
  sideEffects: 'Unknown',
  timeoutSeconds: 30,
  admissionReviewVersions: ['v1beta1'],
};

const OTHERS: readonly Case[] = [
  ...['v1', 'v2beta1', 'v2beta2'].map(
    (version): Case => [
      `autoscaling/${version}`,
      'HorizontalPodAutoscaler',
      { spec: { maxReplicas: 3, scaleTargetRef: target } },
      { spec: { minReplicas: 1, metrics: [cpu(80)] } },
    ],
  ),
  [
    'autoscaling/v2beta1',
    'HorizontalPodAutoscaler',
    {
      spec: {
        maxReplicas: 3,
        scaleTargetRef: target,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', targetAverageUtilization: 50 } }],
      },
    },
    { spec: { metrics: [cpu(50)] } },
  ],
  [
    'batch/v1beta1',
    'CronJob',
    { spec: { schedule: '@daily', jobTemplate: { spec: { template } } } },
    {
      spec: {
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      },
    },
  ],
  ...['networking.k8s.io/v1beta1', 'extensions/v1beta1'].map(
    (apiVersion): Case => [
      apiVersion,
      'Ingress',
      {
        spec: {
          rules: [{ http: { paths: [{ backend: { serviceName: 'web', servicePort: 80 } }] } }],
        },
      },
      {
        apiVersion: 'networking.k8s.io/v1',
        spec: {
          rules: [
            {
              http: {
                paths: [
                  {
                    pathType: 'ImplementationSpecific',
                    backend: { service: { name: 'web', port: { number: 80 } } },
                  },
                ],
              },
            },
          ],
        },
      },
    ],
  ),
  [
    'policy/v1beta1',
    'PodDisruptionBudget',
    { spec: { minAvailable: 1 } },
    { spec: { minAvailable: 1 } },
  ],
  [ADMISSION, 'MutatingWebhookConfiguration', { webhooks: [webhook] }, { webhooks: [oldWebhook] }],
  [
    ADMISSION,
    'ValidatingWebhookConfiguration',
    { webhooks: [webhook] },
    { webhooks: [oldWebhook] },
  ],
  [
    ADMISSION,
    'ValidatingWebhookConfiguration',
    { webhooks: [{ ...webhook, failurePolicy: 'Fail', admissionReviewVersions: ['v1'] }] },
    { webhooks: [{ failurePolicy: 'Fail', admissionReviewVersions: ['v1'], timeoutSeconds: 30 }] },
  ],
  [
    'certificates.k8s.io/v1beta1',
    'CertificateSigningRequest',
    { spec: { request: 'YQ==' }, status: { conditions: [{ type: 'Approved' }] } },
    {
      spec: {
        signerName: 'kubernetes.io/legacy-unknown',
        usages: ['digital signature', 'key encipherment'],
      },
      status: { conditions: [{ type: 'Approved', status: 'True' }] },
    },
  ],
  ...['v1alpha1', 'v1beta1', 'v1beta2'].flatMap((version): Case[] => [
    [
      `${FLOW_CONTROL}/${version}`,
      'PriorityLevelConfiguration',
      { spec: { type: 'Limited', limited: {} } },
      { spec: { limited: { nominalConcurrencyShares: 30 } } },
    ],
    [
      `${FLOW_CONTROL}/${version}`,
      'PriorityLevelConfiguration',
      { spec: { type: 'Limited', limited: { assuredConcurrencyShares: 0 } } },
      { spec: { limited: { nominalConcurrencyShares: 30 } } },
    ],
  ]),
  [
    `${FLOW_CONTROL}/v1beta3`,
    'PriorityLevelConfiguration',
    {
      metadata: { name: 'web', annotations: { [ZERO_SHARES]: '' } },
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 0 } },
    },
    { spec: { limited: { nominalConcurrencyShares: 0 } } },
  ],
  [
    `${RBAC}/v1alpha1`,
    'RoleBinding',
    {
      roleRef: { kind: 'Role', name: 'r', apiGroup: '' },
      subjects: [
        { kind: 'User', name: 'ann' },
        { kind: 'ServiceAccount', name: 'bot', namespace: 'default' },
      ],
    },
    {
      roleRef: { apiGroup: RBAC },
      subjects: [
        { kind: 'User', name: 'ann', apiGroup: RBAC },
        { kind: 'ServiceAccount', name: 'bot', apiGroup: '' },
      ],
    },
  ],
];

describe('an object of an old version gets the defaults of that version', () => {
  test.each([...WORKLOADS, ...OTHERS])('%s %s %j', (apiVersion, kind, fields, expected) => {
    expect(stored(apiVersion, kind, fields)).toMatchObject(expected);
  });
});

test('what an old workload defaults from its template is a copy', () => {
  const object = stored('extensions/v1beta1', 'Deployment', { spec: { template } }) as ApiObject & {
    spec: { selector: { matchLabels: object }; template: { metadata: { labels: object } } };
  };
  const { selector: made, template: given } = object.spec;
  expect(made.matchLabels).not.toBe(given.metadata.labels);
  expect(object.metadata.labels).not.toBe(given.metadata.labels);
});
