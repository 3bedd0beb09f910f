import { expect, test } from '@jest/globals';
import type { HorizontalPodAutoscaler as StableAutoscaler } from '../../../../../src/scheme/generated/types/autoscaling-v1.ts';
import type { HorizontalPodAutoscaler } from '../../../../../src/scheme/generated/types/autoscaling-v2.ts';
import {
  horizontalPodAutoscalerStrategy,
  stableAutoscalerStrategy,
} from '../../../../../src/scheme/groups/autoscaling/horizontal-pod-autoscaler.ts';
import { created, defaulted, judgesStatuses, refusesOnCreate, withMembers } from '../harness.ts';

const WEB: HorizontalPodAutoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    maxReplicas: 5,
    behavior: { scaleUp: { stabilizationWindowSeconds: 30 } },
  },
};

test('an autoscaler gets the defaults of Kubernetes, of both directions where one is named', () => {
  expect(created(horizontalPodAutoscalerStrategy, WEB).spec).toMatchObject({
    minReplicas: 1,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
      },
    ],
    behavior: {
      scaleUp: {
        stabilizationWindowSeconds: 30,
        selectPolicy: 'Max',
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ],
      },
      scaleDown: {
        selectPolicy: 'Max',
        policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
      },
    },
  });
  const plain = withMembers(WEB, { 'spec.behavior': undefined });
  expect(created(horizontalPodAutoscalerStrategy, plain).spec.behavior).toBeUndefined();
});

const UP = 'spec.behavior.scaleUp';
const metric = (type: string, members: object = {}): Record<string, unknown> => ({
  'spec.metrics': [{ type, ...members }],
});
const utilization = { type: 'Utilization', averageUtilization: 50 };
const M = 'spec.metrics[0]';

refusesOnCreate(horizontalPodAutoscalerStrategy, WEB, [
  [
    { 'spec.minReplicas': 0 },
    'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
  ],
  [
    { 'spec.maxReplicas': 0 },
    'spec.maxReplicas: Invalid value: 0: must be greater than 0',
    'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
  ],
  [
    { 'spec.minReplicas': 6 },
    'spec.maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`',
  ],
  [{ 'spec.scaleTargetRef.kind': '' }, 'spec.scaleTargetRef.kind: Required value'],
  [{ 'spec.scaleTargetRef.name': '' }, 'spec.scaleTargetRef.name: Required value'],
  [
    { 'spec.scaleTargetRef.name': '..' },
    'spec.scaleTargetRef.name: Invalid value: "..": may not be \'..\'',
  ],
  [
    { 'spec.scaleTargetRef.kind': 'a/b' },
    'spec.scaleTargetRef.kind: Invalid value: "a/b": may not contain \'/\'',
  ],
  [metric(''), `${M}.type: Required value: must specify a metric source type`],
  [
    metric('Weather', { resource: { name: 'cpu', target: utilization } }),
    `${M}.type: Unsupported value: "Weather": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"`,
  ],
  [
    metric('Resource'),
    `${M}.resource: Required value: must populate information for the given metric source`,
  ],
  [
    metric('Resource', {
      resource: { name: 'cpu', target: utilization },
      pods: { metric: { name: 'a' }, target: { type: 'AverageValue', averageValue: '1' } },
    }),
    `${M}.pods: Forbidden: must populate the given metric source only`,
  ],
  [
    metric('Resource', { resource: { name: '', target: utilization } }),
    `${M}.resource.name: Required value: must specify a resource name`,
  ],
  [
    metric('Resource', { resource: { name: 'cpu', target: { type: 'Utilization' } } }),
    `${M}.resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization`,
  ],
  [
    metric('Resource', {
      resource: { name: 'cpu', target: { ...utilization, averageValue: '1' } },
    }),
    `${M}.resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization`,
  ],
  [
    metric('Resource', {
      resource: { name: 'cpu', target: { ...utilization, averageUtilization: 0 } },
    }),
    `${M}.resource.target.averageUtilization: Invalid value: 0: must be greater than 0`,
  ],
  [
    metric('Resource', { resource: { name: 'cpu', target: { ...utilization, type: 'Share' } } }),
    `${M}.resource.target.type: Invalid value: "Share": must be either Utilization, Value, or AverageValue`,
  ],
  [
    metric('ContainerResource', {
      containerResource: { container: '', name: 'cpu', target: utilization },
    }),
    `${M}.containerResource.container: Required value: must specify a container`,
  ],
  [
    metric('ContainerResource', {
      containerResource: { container: 'web', name: 'speed', target: utilization },
    }),
    `${M}.containerResource.name: Invalid value: "speed": must be a standard resource type or fully qualified`,
    `${M}.containerResource.name: Invalid value: "speed": must be a standard resource for containers`,
  ],
  [
    metric('Pods', { pods: { metric: { name: 'a' }, target: { type: 'AverageValue' } } }),
    `${M}.pods.target.averageValue: Required value: must specify a positive target averageValue`,
  ],
  [
    metric('Pods', {
      pods: { metric: { name: '' }, target: { type: 'AverageValue', averageValue: '1' } },
    }),
    `${M}.pods.metric.name: Required value: must specify a metric name`,
  ],
  [
    metric('Object', {
      object: {
        describedObject: { kind: '', name: 'a' },
        metric: { name: 'a/b' },
        target: { type: 'Value', value: '-1' },
      },
    }),
    `${M}.object.describedObject.kind: Required value`,
    `${M}.object.metric.name: Invalid value: "a/b": may not contain '/'`,
    `${M}.object.target.value: Invalid value: "-1": must be positive`,
  ],
  [
    metric('External', { external: { metric: { name: 'a' }, target: { type: 'Value' } } }),
    `${M}.external.target.averageValue: Required value: must set either a target value for metric or a per-pod target`,
  ],
  [
    metric('External', {
      external: {
        metric: { name: 'a' },
        target: { type: 'Value', value: '1', averageValue: '1' },
      },
    }),
    `${M}.external.target.value: Forbidden: may not set both a target value for metric and a per-pod target`,
  ],
  [
    { [`${UP}.stabilizationWindowSeconds`]: -1 },
    `${UP}.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero`,
  ],
  [
    { [`${UP}.stabilizationWindowSeconds`]: 3601 },
    `${UP}.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600`,
  ],
  [
    { [`${UP}.selectPolicy`]: 'Any' },
    `${UP}.selectPolicy: Unsupported value: "Any": supported values: "Disabled", "Max", "Min"`,
  ],
  [{ [`${UP}.policies`]: [] }, `${UP}.policies: Required value: must specify at least one Policy`],
  [
    { [`${UP}.policies`]: [{ type: 'Nodes', value: 0, periodSeconds: 1801 }] },
    `${UP}.policies[0].type: Unsupported value: "Nodes": supported values: "Percent", "Pods"`,
    `${UP}.policies[0].value: Invalid value: 0: must be greater than zero`,
    `${UP}.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800`,
  ],
  [
    { [`${UP}.policies`]: [{ type: 'Pods', value: 1, periodSeconds: 0 }] },
    `${UP}.policies[0].periodSeconds: Invalid value: 0: must be greater than zero`,
  ],
  [
    { [`${UP}.tolerance`]: '-1' },
    `${UP}.tolerance: Invalid value: "-1": must be greater or equal to zero`,
  ],
]);

judgesStatuses(horizontalPodAutoscalerStrategy, WEB, [
  [{ currentReplicas: 1, desiredReplicas: 2 }],
  [
    { currentReplicas: -1, desiredReplicas: -2 },
    'status.currentReplicas: Invalid value: -1: must be greater than or equal to 0',
    'status.desiredReplicas: Invalid value: -2: must be greater than or equal to 0',
  ],
]);

test('an autoscaler of v1 goes by the CPU unless an annotation says by what else', () => {
  const stable = {
    ...WEB,
    apiVersion: 'autoscaling/v1',
    spec: { scaleTargetRef: WEB.spec.scaleTargetRef, maxReplicas: 5 },
  } as StableAutoscaler;
  expect(defaulted(stableAutoscalerStrategy, stable).spec).toMatchObject({
    minReplicas: 1,
    targetCPUUtilizationPercentage: 80,
  });
  const annotations = { 'autoscaling.alpha.kubernetes.io/metrics': '[]' };
  const other = withMembers(stable, { 'metadata.annotations': annotations });
  expect(defaulted(stableAutoscalerStrategy, other).spec).not.toHaveProperty(
    'targetCPUUtilizationPercentage',
  );
});
