import { expect, test } from '@jest/globals';
import { linesOfTransition } from '../../../../src/kubelet/logs/lines-of-transition.ts';
import type {
  ContainerStatus,
  Pod,
  PodStatus,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const NOW_MS = Date.UTC(2026, 0, 1);

function statusOf(changes: Partial<ContainerStatus>): PodStatus {
  const status = { name: 'main', image: 'nginx:1', imageID: '', ready: true, restartCount: 0 };
  return { containerStatuses: [{ ...status, ...changes }] };
}

const WAITING = statusOf({ state: { waiting: { reason: 'ContainerCreating' } } });
const FIRST = statusOf({ containerID: 'c://1', state: { running: {} } });
const FAILED = { exitCode: 3, containerID: 'c://1' };
const SECOND = statusOf({
  containerID: 'c://2',
  image: 'nginx:2',
  restartCount: 1,
  state: { running: {} },
  lastState: { terminated: FAILED },
});

const podIn = (status: PodStatus, annotations = {}): Pod => {
  const pod = buildPod({ status });
  return { ...pod, metadata: { ...pod.metadata, annotations } };
};

const printed = (pod: Pod, next: PodStatus): [number, string, string][] =>
  linesOfTransition(pod, next, NOW_MS).map((line) => [line.restartCount, line.stream, line.text]);

const STARTED = 'Container main started from image nginx:1';

test('a container that starts says so, then what annotations let it print', () => {
  const pod = podIn(WAITING, { 'orrery.dev/log': 'one\ntwo\n' });
  expect(linesOfTransition(pod, FIRST, NOW_MS)).toEqual(
    [STARTED, 'one', 'two'].map((text, number) => ({
      podUid: pod.metadata.uid,
      container: 'main',
      restartCount: 0,
      timeMs: NOW_MS,
      number,
      stream: 'stdout',
      text,
    })),
  );
});

test("a container's own annotation goes before the Pod's", () => {
  const pod = podIn(WAITING, { 'orrery.dev/log': 'pod', 'orrery.dev/log.main': 'main' });
  expect(printed(pod, FIRST)).toEqual([
    [0, 'stdout', STARTED],
    [0, 'stdout', 'main'],
  ]);
});

test('a container that stops says with which code, on stderr when it failed', () => {
  const succeeded = statusOf({
    containerID: 'c://1',
    state: { terminated: { ...FAILED, exitCode: 0 } },
  });
  const failed = statusOf({ containerID: 'c://1', state: { terminated: FAILED } });
  expect(printed(podIn(FIRST), succeeded)).toEqual([
    [0, 'stdout', 'Container main stopped with exit code 0'],
  ]);
  expect(printed(podIn(FIRST), failed)).toEqual([
    [0, 'stderr', 'Container main stopped with exit code 3'],
  ]);
});

test('a container that is replaced in place ends one log and begins another', () => {
  expect(printed(podIn(FIRST), SECOND)).toEqual([
    [0, 'stderr', 'Container main stopped with exit code 3'],
    [1, 'stdout', 'Container main started from image nginx:2'],
  ]);
});

test('a container that stays as it is prints nothing', () => {
  for (const status of [WAITING, FIRST, SECOND]) expect(printed(podIn(status), status)).toEqual([]);
  const ready = statusOf({ containerID: 'c://1', ready: false, state: { running: {} } });
  expect(printed(podIn(ready), FIRST)).toEqual([]);
});
