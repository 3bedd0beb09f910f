import { describe, expect, test } from '@jest/globals';
import { appsControllerRevisions, corePods } from '../../../src/scheme/generated/resources.ts';
import {
  createWeb,
  imageOf,
  named,
  patchSpec,
  pods,
  rolledOut,
  setImage,
  settledAt,
  statefulPlane,
  web,
} from '../../support/stateful-plane.ts';

describe('the rollout of a StatefulSet', () => {
  test('goes from the highest ordinal down, one Pod at a time', async () => {
    await using plane = await statefulPlane();
    await createWeb(plane, { replicas: 3 });
    const { status } = await plane.eventually(() => web(plane), rolledOut(3));
    plane.pods.shouldBeReady = (pod) => imageOf(pod) !== 'nginx:2' || pod.metadata.name !== 'web-1';
    await setImage(plane, 'nginx:2');
    await plane.eventually(
      () => plane.client.get(corePods, named('web-1')),
      (pod) => expect(imageOf(pod)).toBe('nginx:2'),
    );
    await plane.idle();
    expect((await pods(plane)).map((pod) => [pod.metadata.name, imageOf(pod)]).sort()).toEqual([
      ['web-0', 'nginx:1.7.9'],
      ['web-1', 'nginx:2'],
      ['web-2', 'nginx:2'],
    ]);
    expect((await web(plane)).status).toMatchObject({
      currentRevision: status?.currentRevision,
      currentReplicas: 1,
      updatedReplicas: 2,
      readyReplicas: 2,
    });
    plane.pods.shouldBeReady = () => true;
    plane.pods.driveAll();
    const done = await plane.eventually(() => web(plane), rolledOut(3));
    expect(done.status?.currentRevision).not.toBe(status?.currentRevision);
    expect((await pods(plane)).map(imageOf)).toEqual(Array(3).fill('nginx:2'));
  });

  test('stops at the partition, and a Pod below it comes back as it was', async () => {
    await using plane = await statefulPlane();
    const updateStrategy = { type: 'RollingUpdate' as const, rollingUpdate: { partition: 2 } };
    await createWeb(plane, { replicas: 4, updateStrategy });
    await plane.eventually(() => web(plane), rolledOut(4));
    await setImage(plane, 'nginx:2');
    await plane.eventually(
      () => web(plane),
      (set) => {
        settledAt(4)(set);
        expect(set.status).toMatchObject({ updatedReplicas: 2, currentReplicas: 2 });
      },
    );
    await plane.client.delete(corePods, named('web-0'));
    await plane.idle();
    await plane.eventually(() => web(plane), settledAt(4));
    expect((await pods(plane)).map((pod) => [pod.metadata.name, imageOf(pod)]).sort()).toEqual([
      ['web-0', 'nginx:1.7.9'],
      ['web-1', 'nginx:1.7.9'],
      ['web-2', 'nginx:2'],
      ['web-3', 'nginx:2'],
    ]);
    await patchSpec(plane, { updateStrategy: { rollingUpdate: { partition: 0 } } });
    await plane.eventually(() => web(plane), rolledOut(4));
  });

  test('deletes as many at once as may be unavailable', async () => {
    await using plane = await statefulPlane();
    const rollingUpdate = { maxUnavailable: '50%' };
    const updateStrategy = { type: 'RollingUpdate' as const, rollingUpdate };
    await createWeb(plane, { replicas: 4, updateStrategy });
    await plane.eventually(() => web(plane), rolledOut(4));
    plane.pods.shouldEnd = () => false;
    await setImage(plane, 'nginx:2');
    const going = async (): Promise<readonly (string | undefined)[]> =>
      (await pods(plane))
        .filter(({ metadata }) => metadata.deletionTimestamp)
        .map(({ metadata }) => metadata.name)
        .sort();
    await plane.eventually(going, (now) => expect(now).toEqual(['web-2', 'web-3']));
    await plane.idle();
    expect(await going()).toEqual(['web-2', 'web-3']);
    plane.pods.shouldEnd = () => true;
    plane.pods.driveAll();
    await plane.eventually(() => web(plane), rolledOut(4));
  });

  test('is the user’s with OnDelete', async () => {
    await using plane = await statefulPlane();
    await createWeb(plane, { replicas: 2, updateStrategy: { type: 'OnDelete' } });
    await plane.eventually(() => web(plane), settledAt(2));
    await setImage(plane, 'nginx:2');
    await plane.idle();
    expect((await pods(plane)).map(imageOf)).toEqual(['nginx:1.7.9', 'nginx:1.7.9']);
    await plane.client.delete(corePods, named('web-0'));
    await plane.eventually(
      () => web(plane),
      (set) => {
        settledAt(2)(set);
        expect(set.status?.updatedReplicas).toBe(1);
      },
    );
  });

  test('in order waits for a broken Pod, also for one whose template has been mended since', async () => {
    await using plane = await statefulPlane();
    await createWeb(plane, { replicas: 2 });
    await plane.eventually(() => web(plane), rolledOut(2));
    plane.pods.shouldBeReady = (pod) => imageOf(pod) !== 'broken';
    await setImage(plane, 'broken');
    await plane.eventually(
      () => plane.client.get(corePods, named('web-1')),
      (pod) => expect(imageOf(pod)).toBe('broken'),
    );
    await setImage(plane, 'nginx:1.7.9');
    await plane.idle();
    expect(imageOf(await plane.client.get(corePods, named('web-1')))).toBe('broken');
    await plane.client.delete(corePods, named('web-1'));
    await plane.eventually(() => web(plane), rolledOut(2));
  });

  test('in parallel replaces a broken Pod of an earlier template by itself', async () => {
    await using plane = await statefulPlane();
    await createWeb(plane, { replicas: 2, podManagementPolicy: 'Parallel' });
    await plane.eventually(() => web(plane), rolledOut(2));
    plane.pods.shouldBeReady = (pod) => imageOf(pod) !== 'broken';
    await setImage(plane, 'broken');
    await plane.eventually(
      () => plane.client.get(corePods, named('web-1')),
      (pod) => expect(imageOf(pod)).toBe('broken'),
    );
    await setImage(plane, 'nginx:2');
    await plane.eventually(() => web(plane), rolledOut(2));
  });

  test('keeps as many old revisions as its limit says', async () => {
    await using plane = await statefulPlane();
    await createWeb(plane, { revisionHistoryLimit: 1 });
    await plane.eventually(() => web(plane), rolledOut(1));
    for (const image of ['nginx:2', 'nginx:3', 'nginx:4']) {
      await setImage(plane, image);
      await plane.eventually(() => web(plane), rolledOut(1));
    }
    await plane.eventually(
      () => plane.list(appsControllerRevisions, 'default'),
      (kept) => expect(kept.map(({ revision }) => revision).sort()).toEqual([3, 4]),
    );
  });
});
