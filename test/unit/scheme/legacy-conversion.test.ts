import { describe, expect, test } from '@jest/globals';
import { fromStorage, toStorage } from '../../../src/scheme/conversion/convert.ts';
import { decodeKind, decodeObject } from '../../../src/scheme/decode.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import type { ResourceDefinition } from '../../../src/scheme/resource.ts';
import { createScheme } from '../../../src/scheme/scheme.ts';

const scheme = createScheme({ strategies: new Map(), runtimeConfig: 'api/all=true' });

function decode(input: object): [ResourceDefinition, ApiObject] {
  const definition = decodeKind(scheme, input);
  const { object } = decodeObject(scheme, definition, input, { fieldValidation: 'Strict' });
  return [definition, object];
}

function store(input: object): ApiObject {
  return toStorage(scheme, ...decode(input));
}

function show(apiVersion: string, stored: object): ApiObject {
  const { kind } = stored as ApiObject;
  const definition = decodeKind(scheme, { apiVersion, kind });
  return fromStorage(scheme, definition, decode(stored)[1]);
}

type Pair = readonly [what: string, old: object, stored: object];

const metadata = { name: 'web' };
const annotated = (annotations: Record<string, string>) => ({ name: 'web', annotations });
const template = { spec: { containers: [{ name: 'web' }] } };
const ref = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

function autoscalers(
  oldSpec: object,
  spec: object,
  annotations?: Record<string, string>,
): [object, object] {
  const shared = { maxReplicas: 3, scaleTargetRef: ref };
  return [
    {
      apiVersion: 'autoscaling/v2beta1',
      kind: 'HorizontalPodAutoscaler',
      metadata: annotations ? annotated(annotations) : metadata,
      spec: { ...shared, ...oldSpec },
    },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: { ...shared, ...spec },
    },
  ];
}

function ingresses(apiVersion: string, oldSpec: object, spec: object): [object, object] {
  return [
    { apiVersion, kind: 'Ingress', metadata, spec: oldSpec },
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec },
  ];
}

function slices(old: object, endpoint: object): [object, object] {
  const shared = { kind: 'EndpointSlice', metadata, addressType: 'IPv4' };
  const addresses = ['10.0.0.1'];
  return [
    { apiVersion: 'discovery.k8s.io/v1beta1', ...shared, endpoints: [{ addresses, ...old }] },
    { apiVersion: 'discovery.k8s.io/v1', ...shared, endpoints: [{ addresses, ...endpoint }] },
  ];
}

function budgets(old: object | undefined, selector: object | undefined): [object, object] {
  const shared = { kind: 'PodDisruptionBudget', metadata };
  const specOf = (value: object | undefined) => ({
    minAvailable: 1,
    ...(value ? { selector: value } : {}),
  });
  return [
    { apiVersion: 'policy/v1beta1', ...shared, spec: specOf(old) },
    { apiVersion: 'policy/v1', ...shared, spec: specOf(selector) },
  ];
}

const NEVER = 'pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match';
const byLabel = (operator: string) => ({ matchExpressions: [{ key: NEVER, operator }] });
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';

/** Each old object is stored as the other, and the other is shown as the old one. */
const PAIRS: readonly Pair[] = [
  ...['extensions/v1beta1', 'apps/v1beta1'].map(
    (apiVersion): Pair => [
      'the revision to go back to is an annotation',
      { apiVersion, kind: 'Deployment', metadata, spec: { rollbackTo: { revision: 3 }, template } },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: annotated({ 'deprecated.deployment.rollback.to': '3' }),
        spec: { template },
      },
    ],
  ),
  [
    'the generation of the template is an annotation',
    {
      apiVersion: 'extensions/v1beta1',
      kind: 'DaemonSet',
      metadata,
      spec: { templateGeneration: 7, template },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: annotated({ 'deprecated.daemonset.template.generation': '7' }),
      spec: { template },
    },
  ],
  ...['extensions/v1beta1', 'networking.k8s.io/v1beta1'].flatMap((apiVersion): Pair[] => [
    [
      'a backend names its service, and the port by number',
      ...ingresses(
        apiVersion,
        { backend: { serviceName: 'web', servicePort: 80 } },
        { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
      ),
    ],
    [
      'a backend names its service, and the port by name',
      ...ingresses(
        apiVersion,
        {
          rules: [
            {
              host: 'a.b',
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: 'Prefix',
                    backend: { serviceName: 'web', servicePort: 'http' },
                  },
                ],
              },
            },
          ],
        },
        {
          rules: [
            {
              host: 'a.b',
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: 'Prefix',
                    backend: { service: { name: 'web', port: { name: 'http' } } },
                  },
                ],
              },
            },
          ],
        },
      ),
    ],
    [
      'a backend can be a resource',
      ...ingresses(
        apiVersion,
        { backend: { resource: { kind: 'Bucket', name: 'b' } }, ingressClassName: 'nginx' },
        { defaultBackend: { resource: { kind: 'Bucket', name: 'b' } }, ingressClassName: 'nginx' },
      ),
    ],
  ]),
  [
    'a zone is a field, and a host name that repeats the node is left out',
    ...slices(
      {
        nodeName: 'n1',
        topology: { 'kubernetes.io/hostname': 'n1', 'topology.kubernetes.io/zone': 'a', rack: '7' },
      },
      { nodeName: 'n1', zone: 'a', deprecatedTopology: { rack: '7' } },
    ),
  ],
  [
    'a host name without a node is topology',
    ...slices(
      { topology: { 'kubernetes.io/hostname': 'n1' } },
      { deprecatedTopology: { 'kubernetes.io/hostname': 'n1' } },
    ),
  ],
  ['an endpoint without topology has none', ...slices({ hostname: 'h' }, { hostname: 'h' })],
  ['the empty selector of v1beta1 selects nothing', ...budgets({}, byLabel('Exists'))],
  ['the empty selector of v1 selects everything', ...budgets(byLabel('DoesNotExist'), {})],
  ['no selector is none', ...budgets(undefined, undefined)],
  [
    'another selector is the same',
    ...budgets({ matchLabels: { a: 'b' } }, { matchLabels: { a: 'b' } }),
  ],
  ...['v1alpha1', 'v1beta1', 'v1beta2'].map(
    (version): Pair => [
      'assured shares are nominal shares',
      {
        apiVersion: `flowcontrol.apiserver.k8s.io/${version}`,
        kind: 'PriorityLevelConfiguration',
        metadata,
        spec: { type: 'Limited', limited: { assuredConcurrencyShares: 5, lendablePercent: 50 } },
      },
      {
        apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
        kind: 'PriorityLevelConfiguration',
        metadata,
        spec: { type: 'Limited', limited: { nominalConcurrencyShares: 5, lendablePercent: 50 } },
      },
    ],
  ),
  ...(['v1beta2', 'v1beta3'] as const).map(
    (version): Pair => [
      'zero shares are meant',
      {
        apiVersion: `flowcontrol.apiserver.k8s.io/${version}`,
        kind: 'PriorityLevelConfiguration',
        metadata: annotated({ 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares': '' }),
        spec: {
          type: 'Limited',
          limited:
            version === 'v1beta2'
              ? { assuredConcurrencyShares: 0 }
              : { nominalConcurrencyShares: 0 },
        },
      },
      {
        apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
        kind: 'PriorityLevelConfiguration',
        metadata,
        spec: { type: 'Limited', limited: { nominalConcurrencyShares: 0 } },
      },
    ],
  ),
  [
    'subjects have an apiVersion',
    {
      apiVersion: 'rbac.authorization.k8s.io/v1alpha1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ apiVersion: 'rbac.authorization.k8s.io/v1alpha1', kind: 'User', name: 'ann' }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ann' }],
    },
  ],
  [
    'the handler is in the spec',
    {
      apiVersion: 'node.k8s.io/v1alpha1',
      kind: 'RuntimeClass',
      metadata,
      spec: { runtimeHandler: 'runsc', overhead: { podFixed: { cpu: '1' } } },
    },
    {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata,
      handler: 'runsc',
      overhead: { podFixed: { cpu: '1' } },
    },
  ],
  [
    'the groups of a user are called group',
    {
      apiVersion: 'authorization.k8s.io/v1beta1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: { user: 'ann', group: ['a', 'b'] },
    },
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: { user: 'ann', groups: ['a', 'b'] },
    },
  ],
  [
    'the metric of a resource is flat',
    ...autoscalers(
      { metrics: [{ type: 'Resource', resource: { name: 'cpu', targetAverageUtilization: 50 } }] },
      {
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
          },
        ],
      },
    ),
  ],
  [
    'the metric of Pods is flat',
    ...autoscalers(
      { metrics: [{ type: 'Pods', pods: { metricName: 'qps', targetAverageValue: '5' } }] },
      {
        metrics: [
          {
            type: 'Pods',
            pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '5' } },
          },
        ],
      },
    ),
  ],
  [
    'the metric of an object is flat',
    ...autoscalers(
      {
        metrics: [
          { type: 'Object', object: { target: ref, metricName: 'hits', targetValue: '9' } },
        ],
      },
      {
        metrics: [
          {
            type: 'Object',
            object: {
              describedObject: ref,
              metric: { name: 'hits' },
              target: { type: 'Value', value: '9' },
            },
          },
        ],
      },
    ),
  ],
  [
    'an external metric is flat',
    ...autoscalers(
      {
        metrics: [{ type: 'External', external: { metricName: 'queue', targetAverageValue: '3' } }],
      },
      {
        metrics: [
          {
            type: 'External',
            external: {
              metric: { name: 'queue' },
              target: { type: 'AverageValue', averageValue: '3' },
            },
          },
        ],
      },
    ),
  ],
  [
    'the behavior is an annotation',
    ...autoscalers(
      {},
      { behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } },
      { [BEHAVIOR]: '{"ScaleDown":{"StabilizationWindowSeconds":60}}' },
    ),
  ],
];

const named = PAIRS.map(([what, old, stored]) => {
  const { apiVersion, kind } = old as ApiObject;
  return [`${apiVersion} ${kind}: ${what}`, old as ApiObject, stored] as const;
});

describe('an old object and the one that is stored say the same', () => {
  test.each(named)('%s', (_, old, stored) => {
    expect(store(old)).toEqual(stored);
    expect(show(old.apiVersion, stored)).toEqual(old);
  });
});
