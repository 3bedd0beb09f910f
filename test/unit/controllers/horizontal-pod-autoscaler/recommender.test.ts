import { describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../../src/apiserver/client.ts';
import { Recommender } from '../../../../src/controllers/horizontal-pod-autoscaler/recommender.ts';
import type { ScaleTarget } from '../../../../src/controllers/horizontal-pod-autoscaler/scale-targets.ts';
import type { EventNote, EventRecorder } from '../../../../src/machinery/event-recorder.ts';
import type { Informer } from '../../../../src/machinery/informer.ts';
import { appsDeployments } from '../../../../src/scheme/generated/resources.ts';
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
} from '../../../../src/scheme/generated/types/autoscaling-v2.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const REPLICAS = 4;

/** An external metric, which the autoscaler has as an annotation when it can be had. */
const external = (name: string, averageValue: string): MetricSpec => ({
  type: 'External',
  external: { metric: { name }, target: { type: 'AverageValue', averageValue } },
});
const object = (name: string, value: string): MetricSpec => ({
  type: 'Object',
  object: {
    describedObject: { kind: 'Service', name: 'web' },
    metric: { name },
    target: { type: 'Value', value },
  },
});
const podsMetric = (name: string): MetricSpec => ({
  type: 'Pods',
  pods: { metric: { name }, target: { type: 'AverageValue', averageValue: '10' } },
});

function autoscaler(
  metrics: MetricSpec[],
  values: Readonly<Record<string, string>>,
  name = 'web',
): HorizontalPodAutoscaler {
  const annotations = Object.fromEntries(
    Object.entries(values).map(([metric, value]) => [`metrics.orrery.dev/${metric}`, value]),
  );
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { namespace: 'default', name, annotations },
    spec: { maxReplicas: 100, scaleTargetRef: { kind: 'Deployment', name: 'web' }, metrics },
  };
}

function target(selector = 'app=web'): ScaleTarget {
  return {
    ref: appsDeployments,
    scale: { spec: { replicas: REPLICAS }, status: { replicas: REPLICAS, selector } },
  } as ScaleTarget;
}

function recommender(): { recommender: Recommender; told: string[] } {
  const ready = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T09:00:00Z' }];
  const pods = Array.from({ length: REPLICAS }, (_, index) =>
    buildPod({
      name: `web-${index}`,
      labels: { app: 'web' },
      status: { phase: 'Running', conditions: ready },
    }),
  );
  const told: string[] = [];
  const events = {
    record: (_: unknown, { message, reason, type }: EventNote) => {
      told.push(`${type} ${reason} ${message}`);
    },
  } as unknown as EventRecorder;
  const informer = { byIndex: () => pods } as unknown as Informer<Pod>;
  return {
    recommender: new Recommender({ client: {} as ApiClient, pods: informer, events }),
    told,
  };
}

const UNKNOWN =
  'unable to get external metric default/gone/nil: no metrics returned: HorizontalPodAutoscaler web does not have the annotation metrics.orrery.dev/gone';
const INVALID = `invalid metrics (1 invalid out of 2), first error is: failed to get gone external metric value: failed to get gone external metric: ${UNKNOWN}`;

describe('an autoscaler', () => {
  const found = (name: string) => [
    'ValidMetricFound',
    `the HPA was able to successfully calculate a replica count from ${name}`,
  ];
  const lost = [
    'FailedGetExternalMetric',
    `the HPA was unable to compute the replica count: ${UNKNOWN}`,
  ];
  const low = external('low', '10');
  const high = external('high', '10');
  const gone = external('gone', '10');
  const values = { low: '20', high: '80', same: '40', load: '15' };
  test.each<
    [
      law: string,
      metrics: MetricSpec[],
      replicas: number | undefined,
      active: string[],
      error: string | undefined,
      statuses: number,
    ]
  >([
    ['follows its metric', [high], 8, found('external metric high(nil)'), undefined, 1],
    [
      'takes the most that one of its metrics asks for',
      [low, high],
      8,
      found('external metric high(nil)'),
      undefined,
      2,
    ],
    [
      'takes it whatever the order of its metrics',
      [high, low],
      8,
      found('external metric high(nil)'),
      undefined,
      2,
    ],
    [
      'takes the first of two metrics that ask for the same',
      [external('high', '10'), object('load', '7500m')],
      8,
      found('external metric high(nil)'),
      undefined,
      2,
    ],
    [
      'multiplies by how far a value is from what it should be',
      [object('load', '10')],
      6,
      found('Service metric load'),
      undefined,
      1,
    ],
    [
      'leaves things as they are near what they should be',
      [external('same', '10500m')],
      4,
      found('external metric same(nil)'),
      undefined,
      1,
    ],
    [
      'grows although one of its metrics cannot be had',
      [gone, high],
      8,
      found('external metric high(nil)'),
      INVALID,
      1,
    ],
    [
      'stays although one of its metrics cannot be had, when another asks for that',
      [gone, external('same', '10')],
      4,
      found('external metric same(nil)'),
      INVALID,
      1,
    ],
    [
      'does not shrink when one of its metrics cannot be had',
      [low, gone],
      undefined,
      lost,
      INVALID,
      1,
    ],
    [
      'does nothing when none of its metrics can be had',
      [gone],
      undefined,
      lost,
      INVALID.replace('out of 2', 'out of 1'),
      0,
    ],
  ])('%s', async (_, metrics, replicas, active, error, statuses) => {
    const { recommender: asked } = recommender();
    const told = await asked.recommend(autoscaler(metrics, values), target(), NOW);

    expect([told.replicas, [told.active.reason, told.active.message], told.error]).toEqual([
      replicas,
      active,
      error,
    ]);
    expect(told.statuses).toHaveLength(statuses);
  });

  test('tells of every metric that cannot be had, and gives the first as its reason', async () => {
    const { recommender: asked, told } = recommender();
    const { active, error } = await asked.recommend(
      autoscaler([podsMetric('hits'), gone], {}),
      target(),
      NOW,
    );
    const hits = 'unable to get metric hits: no Pod has the annotation metrics.orrery.dev/hits';

    expect(told).toEqual([
      `Warning FailedGetPodsMetric ${hits}`,
      `Warning FailedGetExternalMetric ${UNKNOWN}`,
    ]);
    expect(active.reason).toBe('FailedGetPodsMetric');
    expect(error).toMatch(
      /^invalid metrics \(2 invalid out of 2\), first error is: failed to get pods metric value: /,
    );
  });

  test('does nothing for a target that selects no Pods', async () => {
    const { recommender: asked, told } = recommender();
    const { active, replicas } = await asked.recommend(autoscaler([high], values), target(''), NOW);

    expect([replicas, active]).toEqual([
      undefined,
      { reason: 'InvalidSelector', message: "the HPA target's scale is missing a selector" },
    ]);
    expect(told).toEqual(['Warning SelectorRequired selector is required']);
  });

  test('does nothing for a target whose selector cannot be read, and says so', async () => {
    const { recommender: asked, told } = recommender();
    const scaled = target('app in (');
    const { active, replicas } = await asked.recommend(autoscaler([high], values), scaled, NOW);
    const why = "couldn't convert selector into a corresponding internal selector object: ";

    expect(replicas).toBeUndefined();
    expect(active.reason).toBe('InvalidSelector');
    expect(active.message.startsWith(why)).toBe(true);
    expect(told).toEqual([`Warning InvalidSelector ${active.message}`]);
  });

  test('says of what object it could not have a metric', async () => {
    const { recommender: asked, told } = recommender();
    const { error } = await asked.recommend(autoscaler([object('gone', '1')], {}), target(), NOW);
    const why =
      'unable to get metric gone: Service on default web/no metrics returned: HorizontalPodAutoscaler web does not have the annotation metrics.orrery.dev/gone';

    expect(told).toEqual([`Warning FailedGetObjectMetric ${why}`]);
    expect(error).toBe(
      `invalid metrics (1 invalid out of 1), first error is: failed to get object metric value: ${why}`,
    );
  });

  test('names an object’s metric by the object, and its average over Pods as an external one', async () => {
    const { recommender: asked } = recommender();
    const described = {
      describedObject: { kind: 'Service', name: 'web' },
      metric: { name: 'load' },
    };
    const average = { type: 'AverageValue', averageValue: '1' } as const;
    const shared: MetricSpec = { type: 'Object', object: { ...described, target: average } };
    const names = [];
    for (const metric of [object('load', '10'), shared]) {
      names.push((await asked.recommend(autoscaler([metric], values), target(), NOW)).metric);
    }

    expect(names).toEqual(['Service metric load', 'external metric load(nil)']);
  });

  test('does nothing for Pods that another one scales, until that one is gone', async () => {
    const { recommender: asked } = recommender();
    const mine = autoscaler([high], values);
    await asked.recommend(autoscaler([high], values, 'other'), target('app'), NOW);
    const both = await asked.recommend(mine, target(), NOW);
    asked.forget('default/other');
    const alone = await asked.recommend(mine, target(), NOW);

    expect([both.replicas, both.active]).toEqual([
      undefined,
      {
        reason: 'AmbiguousSelector',
        message:
          'pods by selector app=web are controlled by multiple HPAs: [default/other default/web]',
      },
    ]);
    expect(alone.replicas).toBe(8);
  });
});
