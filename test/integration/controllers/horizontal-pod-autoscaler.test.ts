import { describe, expect, test } from '@jest/globals';
import {
  appsDeployments,
  autoscalingHorizontalPodAutoscalers,
  coreEvents,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  MetricSpec,
  MetricValueStatus,
} from '../../../src/scheme/generated/types/autoscaling-v2.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';
import { newDeployment } from '../../support/workloads.ts';

const WEB = { namespace: 'default', name: 'web' };

/** A Deployment `web` of Pods that ask for 100m CPU and use what their annotation says, and its autoscaler. */
class ScalingPlane implements AsyncDisposable {
  readonly plane: TestPlane;

  constructor(plane: TestPlane) {
    this.plane = plane;
  }

  /** A Deployment and its autoscaler. */
  async start(
    replicas: number,
    spec: Partial<HorizontalPodAutoscalerSpec> = {},
    annotations: Record<string, string> = {},
  ): Promise<void> {
    await this.#deploy(replicas);
    await this.#autoscale(spec, annotations);
  }

  /** The same; all that the autoscaler ever sees of the Pods is that they use so much. */
  async startUsing(
    cpu: string,
    replicas: number,
    spec: Partial<HorizontalPodAutoscalerSpec> = {},
  ): Promise<void> {
    await this.#deploy(replicas);
    await this.uses(cpu);
    await this.#autoscale(spec, {});
  }

  async #deploy(replicas: number): Promise<void> {
    const deployment = newDeployment('web', {
      replicas,
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [{ name: 'web', image: 'nginx', resources: { requests: { cpu: '100m' } } }],
        },
      },
    });
    await this.plane.client.create(appsDeployments, deployment);
    await this.running(replicas);
  }

  async #autoscale(
    spec: Partial<HorizontalPodAutoscalerSpec>,
    annotations: Record<string, string>,
  ): Promise<void> {
    await this.plane.client.create(autoscalingHorizontalPodAutoscalers, {
      metadata: { ...WEB, annotations },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 1,
        maxReplicas: 10,
        ...spec,
      },
    });
  }

  async pods(): Promise<readonly Pod[]> {
    const pods = await this.plane.list(corePods, 'default');
    return pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  }

  /** Waits until the Deployment has so many Pods, and lets all of them run. */
  async running(count: number): Promise<readonly Pod[]> {
    return this.plane.eventually(
      async () => {
        const pods = await this.pods();
        for (const pod of pods) if (!pod.status?.startTime) await this.#run(pod);
        return this.pods();
      },
      (pods) => {
        expect(pods).toHaveLength(count);
        for (const pod of pods) expect(pod.status?.startTime).toBeDefined();
      },
    );
  }

  /** As a kubelet would report it, half an hour ago: what a Pod uses at its start says nothing. */
  async #run(pod: Pod): Promise<void> {
    const startTime = new Date(this.plane.clock.now() - 1_800_000).toISOString().slice(0, 19);
    const started = `${startTime}Z`;
    const containerStatuses = [
      {
        name: 'web',
        image: 'nginx',
        imageID: '',
        ready: true,
        restartCount: 0,
        state: { running: { startedAt: started } },
      },
    ];
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: started }];
    const status = {
      ...pod.status,
      phase: 'Running',
      startTime: started,
      containerStatuses,
      conditions,
    };
    const current = await this.plane.client.get(corePods, {
      ...WEB,
      name: pod.metadata.name ?? '',
    });
    await this.plane.client.update(
      corePods,
      { ...current, status: status as Pod['status'] },
      { subresource: 'status' },
    );
  }

  /** Says of every Pod what it uses or measures. */
  async annotate(annotations: Record<string, string>): Promise<void> {
    for (const { metadata } of await this.pods()) {
      const patch = { type: 'merge', patch: { metadata: { annotations } } } as const;
      await this.plane.client.patch(corePods, { ...WEB, name: metadata.name ?? '' }, patch);
    }
  }

  uses(cpu: string): Promise<void> {
    return this.annotate({ 'orrery.dev/usage-cpu': cpu });
  }

  autoscaler(): Promise<HorizontalPodAutoscaler> {
    return this.plane.client.get(autoscalingHorizontalPodAutoscalers, WEB);
  }

  /** Waits until its first metric, of a resource, is this. */
  async measures(current: MetricValueStatus): Promise<void> {
    await this.plane.eventually(
      () => this.autoscaler(),
      ({ status }) => expect(status?.currentMetrics?.[0]?.resource?.current).toEqual(current),
    );
  }

  async size(): Promise<number> {
    return (await this.plane.client.get(appsDeployments, WEB)).spec?.replicas ?? 0;
  }

  async becomes(replicas: number): Promise<void> {
    await this.plane.eventually(
      () => this.size(),
      (size) => expect(size).toBe(replicas),
    );
  }

  /** Lets the autoscaler look so many times. */
  async look(times = 1): Promise<void> {
    for (let time = 0; time < times; time++) {
      this.plane.clock.advance(16_000);
      await this.plane.idle();
    }
  }

  /** Waits until a condition has this status and reason, and gives its message. */
  async says(type: string, status: string, reason: string): Promise<string> {
    const { status: { conditions = [] } = {} } = await this.plane.eventually(
      () => this.autoscaler(),
      (autoscaler) =>
        expect(autoscaler.status?.conditions).toContainEqual(
          expect.objectContaining({ type, status, reason }),
        ),
    );
    return conditions.find((condition) => condition.type === type)?.message ?? '';
  }

  async tells(reason: string): Promise<string> {
    return this.tellsLike(reason, /^/);
  }

  /** The first Event of that reason whose message is like that. */
  tellsLike(reason: string, like: RegExp): Promise<string> {
    return this.plane.eventually(async () => {
      const events = await this.plane.list(coreEvents, 'default');
      const own = events.filter((event) => event.reason === reason);
      const message = own.find((event) => like.test(event.message ?? ''))?.message;
      if (message === undefined) throw new Error(`no Event ${reason} like ${like}`);
      return message;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.plane[Symbol.asyncDispose]();
  }
}

async function scalingPlane(): Promise<ScalingPlane> {
  const controllers = ['deployment', 'replicaset', 'horizontal-pod-autoscaler'] as const;
  return new ScalingPlane(await testPlane({ controllers, drivePods: false }));
}

const AVERAGE = { type: 'AverageValue', averageValue: '1' };
const NO_WINDOW = { scaleDown: { stabilizationWindowSeconds: 0 } };

describe('a HorizontalPodAutoscaler', () => {
  test('grows its target when Pods use more than their target, and tells why', async () => {
    await using scaling = await scalingPlane();
    await scaling.startUsing('160m', 2);
    await scaling.becomes(4);
    await scaling.measures({ averageUtilization: 160, averageValue: '160m' });
    expect(await scaling.tells('SuccessfulRescale')).toBe(
      'New size: 4; reason: cpu resource utilization (percentage of request) above target',
    );
    expect(await scaling.says('ScalingActive', 'True', 'ValidMetricFound')).toBe(
      'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
    );
  });

  test('leaves its target alone while the metric is close to it', async () => {
    await using scaling = await scalingPlane();
    await scaling.startUsing('86m', 2);
    await scaling.says('AbleToScale', 'True', 'ReadyForNewScale');
    await scaling.says('ScalingLimited', 'False', 'DesiredWithinRange');
    await scaling.look(2);
    expect(await scaling.size()).toBe(2);
  });

  test('takes the tolerance that it is given for one direction', async () => {
    await using scaling = await scalingPlane();
    await scaling.startUsing('86m', 2, { behavior: { scaleUp: { tolerance: '20m' } } });
    await scaling.becomes(3);
  });

  test('shrinks only to the most that it recommended in the last five minutes', async () => {
    await using scaling = await scalingPlane();
    await scaling.startUsing('20m', 4);
    await scaling.says('AbleToScale', 'True', 'ScaleDownStabilized');
    await scaling.look(3);
    expect(await scaling.size()).toBe(4);
    await scaling.look(20);
    await scaling.becomes(1);
  });

  test('grows to the double at most in one step', async () => {
    await using scaling = await scalingPlane();
    await scaling.startUsing('800m', 3);
    await scaling.becomes(6);
    await scaling.says('ScalingLimited', 'True', 'ScaleUpLimit');
  });

  test('stays within its bounds, and says that it wants beyond', async () => {
    await using scaling = await scalingPlane();
    await scaling.startUsing('800m', 2, { maxReplicas: 3, behavior: NO_WINDOW });
    await scaling.becomes(3);
    expect(await scaling.says('ScalingLimited', 'True', 'TooManyReplicas')).toBe(
      'the desired replica count is more than the maximum replica count',
    );
  });

  test('brings a target that is beyond its bounds back at once', async () => {
    await using scaling = await scalingPlane();
    await scaling.start(1, { minReplicas: 3 });
    await scaling.becomes(3);
    expect(await scaling.tells('SuccessfulRescale')).toBe(
      'New size: 3; reason: Current number of replicas below Spec.MinReplicas',
    );
  });

  test('keeps to the rate that its policies set', async () => {
    await using scaling = await scalingPlane();
    const policies = [{ type: 'Pods', value: 1, periodSeconds: 60 }];
    await scaling.startUsing('800m', 2, { behavior: { scaleUp: { policies } } });
    await scaling.becomes(3);
    await scaling.look();
    expect(await scaling.size()).toBe(3);
    await scaling.look(4);
    expect(await scaling.size()).toBeGreaterThan(3);
  });

  test('does not shrink a target whose policies forbid it', async () => {
    await using scaling = await scalingPlane();
    const scaleDown = { stabilizationWindowSeconds: 0, selectPolicy: 'Disabled' };
    await scaling.startUsing('10m', 3, { behavior: { scaleDown } });
    await scaling.says('ScalingLimited', 'True', 'ScaleDownLimit');
    expect(await scaling.size()).toBe(3);
  });

  test('leaves a target alone that was scaled to nothing', async () => {
    await using scaling = await scalingPlane();
    await scaling.start(0);
    expect(await scaling.says('ScalingActive', 'False', 'ScalingDisabled')).toBe(
      'scaling is disabled since the replica count of the target is zero',
    );
    expect(await scaling.size()).toBe(0);
  });

  test('explains that Pods ask for nothing that could be measured against', async () => {
    await using scaling = await scalingPlane();
    const target = { type: 'Utilization', averageUtilization: 50 };
    const metrics = [{ type: 'Resource', resource: { name: 'memory', target } }];
    await scaling.start(1, { metrics });
    const [pod] = await scaling.pods();
    const why = `failed to get memory utilization: missing request for memory in container web of Pod ${pod?.metadata.name}`;
    expect(await scaling.says('ScalingActive', 'False', 'FailedGetResourceMetric')).toBe(
      `the HPA was unable to compute the replica count: ${why}`,
    );
    expect(await scaling.tells('FailedGetResourceMetric')).toBe(why);
    expect(await scaling.tells('FailedComputeMetricsReplicas')).toBe(
      `invalid metrics (1 invalid out of 1), first error is: failed to get memory resource metric value: ${why}`,
    );
  });

  test('does not shrink while one of its metrics cannot be had, and grows all the same', async () => {
    await using scaling = await scalingPlane();
    const metric = (name: string): MetricSpec => ({
      type: 'Resource',
      resource: { name, target: { type: 'Utilization', averageUtilization: 50 } },
    });
    await scaling.startUsing('10m', 2, {
      metrics: [metric('memory'), metric('cpu')],
      behavior: NO_WINDOW,
    });
    await scaling.says('ScalingActive', 'False', 'FailedGetResourceMetric');
    await scaling.look(2);
    expect(await scaling.size()).toBe(2);
    await scaling.uses('100m');
    await scaling.becomes(4);
    await scaling.says('ScalingActive', 'True', 'ValidMetricFound');
    await scaling.tellsLike(
      'FailedComputeMetricsReplicas',
      /^invalid metrics \(1 invalid out of 2\), first error is: /,
    );
  });

  test('keeps saying how many it wanted last while it can say nothing', async () => {
    await using scaling = await scalingPlane();
    await scaling.startUsing('160m', 2);
    await scaling.becomes(4);
    const { spec } = await scaling.autoscaler();
    const metrics = [{ type: 'External', external: { metric: { name: 'gone' }, target: AVERAGE } }];
    const patch = { type: 'merge', patch: { spec: { ...spec, metrics, maxReplicas: 9 } } } as const;
    await scaling.plane.client.patch(autoscalingHorizontalPodAutoscalers, WEB, patch);
    await scaling.says('ScalingActive', 'False', 'FailedGetExternalMetric');
    const byHand = { type: 'merge', patch: { spec: { replicas: 5 } } } as const;
    await scaling.plane.client.patch(appsDeployments, WEB, byHand);
    const { status } = await scaling.plane.eventually(
      () => scaling.autoscaler(),
      (autoscaler) => expect(autoscaler.status?.currentReplicas).toBe(5),
    );
    expect(status?.desiredReplicas).toBe(4);
    expect(status?.currentMetrics?.[0]?.resource?.name).toBe('cpu');
  });

  test('explains that its target does not exist', async () => {
    await using scaling = await scalingPlane();
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' };
    await scaling.start(1, { scaleTargetRef });
    expect(await scaling.says('AbleToScale', 'False', 'FailedGetScale')).toBe(
      'the HPA controller was unable to get the target\'s current scale: deployments.apps "nobody" not found',
    );
  });

  test('does nothing where another autoscaler scales the same Pods', async () => {
    await using scaling = await scalingPlane();
    await scaling.start(1);
    const { spec } = await scaling.autoscaler();
    await scaling.plane.client.create(autoscalingHorizontalPodAutoscalers, {
      metadata: { ...WEB, name: 'rival' },
      spec: structuredClone(spec),
    });
    await scaling.look();
    expect(await scaling.says('ScalingActive', 'False', 'AmbiguousSelector')).toBe(
      'pods by selector app=web are controlled by multiple HPAs: [default/rival default/web]',
    );
  });

  test('follows the usage of one container', async () => {
    await using scaling = await scalingPlane();
    const target = { type: 'Utilization', averageUtilization: 50 };
    const containerResource = { name: 'cpu', container: 'web', target };
    await scaling.startUsing('100m', 2, {
      metrics: [{ type: 'ContainerResource', containerResource }],
    });
    await scaling.becomes(4);
  });

  test('follows an average value of a resource', async () => {
    await using scaling = await scalingPlane();
    const target = { type: 'AverageValue', averageValue: '100m' };
    await scaling.startUsing('150m', 2, {
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    });
    await scaling.becomes(3);
    await scaling.measures({ averageValue: '150m' });
  });

  test('follows what its Pods tell of themselves', async () => {
    await using scaling = await scalingPlane();
    const target = { type: 'AverageValue', averageValue: '10' };
    const metrics = [{ type: 'Pods', pods: { metric: { name: 'queries' }, target } }];
    await scaling.start(2, { metrics });
    await scaling.says('ScalingActive', 'False', 'FailedGetPodsMetric');
    await scaling.annotate({ 'metrics.orrery.dev/queries': '15' });
    await scaling.becomes(3);
  });

  test.each<[type: string, metric: MetricSpec, replicas: number]>([
    [
      'a value of an object',
      {
        type: 'Object',
        object: {
          describedObject: { apiVersion: 'v1', kind: 'Service', name: 'web' },
          metric: { name: 'depth' },
          target: { type: 'Value', value: '20' },
        },
      },
      4,
    ],
    [
      'a share of an external metric for each Pod',
      {
        type: 'External',
        external: {
          metric: { name: 'depth' },
          target: { type: 'AverageValue', averageValue: '8' },
        },
      },
      5,
    ],
  ])('follows %s, as its annotation says', async (_, metric, replicas) => {
    await using scaling = await scalingPlane();
    await scaling.start(
      2,
      { metrics: [metric], behavior: {} },
      { 'metrics.orrery.dev/depth': '40' },
    );
    await scaling.becomes(replicas);
  });
});
