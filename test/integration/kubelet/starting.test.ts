import { describe, expect, test } from '@jest/globals';
import { isConditionTrue } from '../../../src/scheme/conditions.ts';
import {
  coreConfigMaps,
  coreEvents,
  corePods,
  coreSecrets,
} from '../../../src/scheme/generated/resources.ts';
import type { Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { asTimePasses } from '../../support/as-time-passes.ts';
import {
  getNode,
  getPod,
  type KubeletPlane,
  kubeletPlane,
  podOf,
  readyNode,
  runningPod,
} from '../../support/kubelet-plane.ts';

const waitingOf = ({ status }: Pod) => status?.containerStatuses?.[0]?.state?.waiting;

async function podThatWaits(plane: KubeletPlane, name: string, reason: string): Promise<Pod> {
  return asTimePasses(
    plane,
    () => getPod(plane, name),
    (pod) => expect(waitingOf(pod)?.reason).toBe(reason),
  );
}

async function readyPod(plane: KubeletPlane, name: string): Promise<Pod> {
  return asTimePasses(
    plane,
    () => getPod(plane, name),
    ({ status }) => expect(isConditionTrue(status?.conditions, 'Ready')).toBe(true),
  );
}

async function eventsOf(plane: KubeletPlane, name: string): Promise<string[]> {
  await plane.running.events.flush();
  const { items } = await plane.api.client.list(coreEvents, {
    namespace: 'default',
    fieldSelector: `involvedObject.name=${name}`,
  });
  return items.map(({ message, reason }) => `${reason}: ${message}`);
}

describe('images', () => {
  test('are pulled once a node, are listed in its status, and start the next Pod at once', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    await runningPod(plane, podOf('first'));
    await runningPod(plane, podOf('second'));
    expect(await eventsOf(plane, 'second')).toContain(
      'Pulled: Container image "nginx:1.7.9" already present on machine and can be accessed by the pod',
    );
    const node = await asTimePasses(
      plane,
      () => getNode(plane),
      ({ status }) => expect(status?.images).toHaveLength(1),
    );
    expect(node.status?.images?.[0]?.names?.[1]).toBe('nginx:1.7.9');
  });

  test('that cannot be pulled are tried again ever more seldom, until they can', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    await plane.api.client.create(
      corePods,
      podOf('web', {}, { 'orrery.dev/pull-error': 'not found' }),
    );
    await podThatWaits(plane, 'web', 'ErrImagePull');
    const pod = await podThatWaits(plane, 'web', 'ImagePullBackOff');
    expect(waitingOf(pod)?.message).toMatch(
      /^Back-off pulling image "nginx:1.7.9": ErrImagePull: /,
    );
    await plane.api.client.patch(
      corePods,
      { namespace: 'default', name: 'web' },
      { type: 'merge', patch: { metadata: { annotations: { 'orrery.dev/pull-error': null } } } },
    );
    await readyPod(plane, 'web');
    expect(await eventsOf(plane, 'web')).toEqual(
      expect.arrayContaining(['Failed: Error: ErrImagePull', 'Failed: Error: ImagePullBackOff']),
    );
  });

  test('of a private registry are given to a Pod that has a secret for it, and to no other', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    const auths = { 'registry.example.com': { auth: 'dTpw' } };
    await plane.api.client.create(coreSecrets, {
      metadata: { namespace: 'default', name: 'regcred' },
      type: 'kubernetes.io/dockerconfigjson',
      data: {
        '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64'),
      },
    });
    const containers = [{ name: 'app', image: 'registry.example.com/team/app:1' }];
    const isPrivate = { 'orrery.dev/private-registries': 'registry.example.com' };
    await plane.api.client.create(corePods, podOf('stranger', { containers }, isPrivate));
    await plane.api.client.create(
      corePods,
      podOf('known', { containers, imagePullSecrets: [{ name: 'regcred' }] }, isPrivate),
    );
    await readyPod(plane, 'known');
    await plane.api.client.create(corePods, podOf('late', { containers }, isPrivate));
    for (const name of ['stranger', 'late']) {
      const refused = await podThatWaits(plane, name, 'ImagePullBackOff');
      expect(waitingOf(refused)?.message).toContain('no basic auth credentials');
    }
  });
});

describe('what a Pod needs', () => {
  test('a container waits for the ConfigMap of its environment, and starts when it comes', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    const envFrom = [{ configMapRef: { name: 'settings' } }];
    const containers = [{ name: 'app', image: 'app:1', envFrom }];
    await plane.api.client.create(corePods, podOf('web', { containers }));
    const pod = await podThatWaits(plane, 'web', 'CreateContainerConfigError');
    expect(waitingOf(pod)?.message).toBe('configmap "settings" not found');
    await plane.api.client.create(coreConfigMaps, {
      metadata: { namespace: 'default', name: 'settings' },
      data: { mode: 'fast' },
    });
    await readyPod(plane, 'web');
    expect(await eventsOf(plane, 'web')).toContain('Failed: Error: configmap "settings" not found');
  });

  test('a Pod waits for the Secret of its volume, and says so', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    const volumes = [{ name: 'keys', secret: { secretName: 'keys' } }];
    await plane.api.client.create(corePods, podOf('web', { volumes }));
    await asTimePasses(
      plane,
      () => eventsOf(plane, 'web'),
      (events) =>
        expect(events).toContain(
          'FailedMount: MountVolume.SetUp failed for volume "keys" : secret "keys" not found',
        ),
    );
    expect(waitingOf(await getPod(plane, 'web'))?.reason).toBe('ContainerCreating');
    await plane.api.client.create(coreSecrets, {
      metadata: { namespace: 'default', name: 'keys' },
      data: {},
    });
    await readyPod(plane, 'web');
  });
});

describe('probes', () => {
  test('a container that fails its liveness probe is killed and started again', async () => {
    await using plane = await kubeletPlane();
    await readyNode(plane);
    const livenessProbe = {
      httpGet: { port: 80 },
      periodSeconds: 5,
      failureThreshold: 2,
      terminationGracePeriodSeconds: 3,
    };
    const containers = [{ name: 'app', image: 'app:1', livenessProbe }];
    const failing = {
      'orrery.dev/liveness-probe': 'pass 10s, fail',
      'orrery.dev/stop-delay': '1m',
    };
    await plane.api.client.create(corePods, podOf('web', { containers }, failing));
    await readyPod(plane, 'web');
    const pod = await asTimePasses(
      plane,
      () => getPod(plane, 'web'),
      ({ status }) => expect(status?.containerStatuses?.[0]?.restartCount).toBe(1),
    );
    const ended = pod.status?.containerStatuses?.[0]?.lastState?.terminated;
    expect(ended?.exitCode).toBe(137);
    // It fails for the second time after 15 s.
    const ranMs = Date.parse(ended?.finishedAt ?? '') - Date.parse(ended?.startedAt ?? '');
    expect(ranMs).toBe(18_000);
    expect(await eventsOf(plane, 'web')).toEqual(
      expect.arrayContaining([
        'Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 503',
        'Killing: Container app failed liveness probe, will be restarted',
      ]),
    );
  });
});
