import { describe, expect, test } from '@jest/globals';
import { setProgress } from '../../../../src/cli/rollout/set-progress.ts';
import type {
  DaemonSet,
  StatefulSet,
  StatefulSetSpec,
} from '../../../../src/scheme/generated/types/apps-v1.ts';
import { newStatefulSet, storedDaemonSet } from '../../../support/workloads.ts';

const daemonSet = (
  status: Partial<DaemonSet['status']>,
  { generation = 1, type = 'RollingUpdate' as 'RollingUpdate' | 'OnDelete' } = {},
): DaemonSet => {
  const counts = { currentNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 };
  return storedDaemonSet(
    { updateStrategy: { type } },
    { generation, status: { desiredNumberScheduled: 3, ...counts, ...status } },
  );
};

const statefulSet = (
  status: Partial<StatefulSet['status']>,
  spec: Partial<StatefulSetSpec> = {},
): StatefulSet => ({
  ...newStatefulSet('db', { replicas: 3, updateStrategy: { type: 'RollingUpdate' }, ...spec }),
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', generation: 1 },
  status: { replicas: 3, availableReplicas: 3, observedGeneration: 1, ...status },
});
const partition = (value: number): Partial<StatefulSetSpec> => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: value } },
});

describe('the progress of a rollout', () => {
  test.each<[string, DaemonSet | StatefulSet, string, boolean]>([
    [
      'a DaemonSet not seen yet',
      daemonSet({ observedGeneration: 1 }, { generation: 2 }),
      'Waiting for daemon set spec update to be observed...',
      false,
    ],
    [
      'a DaemonSet with old Pods',
      daemonSet({ observedGeneration: 1, updatedNumberScheduled: 1 }),
      'Waiting for daemon set "web" rollout to finish: 1 out of 3 new pods have been updated...',
      false,
    ],
    [
      'a DaemonSet with Pods that are not available',
      daemonSet({ observedGeneration: 1, updatedNumberScheduled: 3, numberAvailable: 2 }),
      'Waiting for daemon set "web" rollout to finish: 2 of 3 updated pods are available...',
      false,
    ],
    [
      'a DaemonSet that is done',
      daemonSet({ observedGeneration: 1, updatedNumberScheduled: 3, numberAvailable: 3 }),
      'daemon set "web" successfully rolled out',
      true,
    ],
    [
      'a StatefulSet not seen yet',
      statefulSet({ observedGeneration: 0 }),
      'Waiting for statefulset spec update to be observed...',
      false,
    ],
    [
      'a StatefulSet with Pods that are not ready',
      statefulSet({ readyReplicas: 1 }),
      'Waiting for 2 pods to be ready...',
      false,
    ],
    [
      'a StatefulSet above whose partition old Pods are',
      statefulSet({ readyReplicas: 3, updatedReplicas: 1 }, partition(1)),
      'Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...',
      false,
    ],
    [
      'a StatefulSet whose partition is done',
      statefulSet({ readyReplicas: 3, updatedReplicas: 2 }, partition(1)),
      'partitioned roll out complete: 2 new pods have been updated...',
      true,
    ],
    [
      'a StatefulSet with old Pods',
      statefulSet({
        readyReplicas: 3,
        updatedReplicas: 1,
        currentRevision: 'db-1',
        updateRevision: 'db-2',
      }),
      'waiting for statefulset rolling update to complete 1 pods at revision db-2...',
      false,
    ],
    [
      'a StatefulSet that is done',
      statefulSet({
        readyReplicas: 3,
        updatedReplicas: 3,
        currentRevision: 'db-2',
        updateRevision: 'db-2',
      }),
      'statefulset rolling update complete 3 pods at revision db-2...',
      true,
    ],
  ])('of %s', (_, set, message, isDone) => {
    expect(setProgress(set)).toEqual({ message, isDone });
  });

  test('is not to be had of what is replaced by hand', () => {
    expect(() => setProgress(daemonSet({}, { type: 'OnDelete' }))).toThrow(
      'rollout status is only available for RollingUpdate strategy type',
    );
  });
});
