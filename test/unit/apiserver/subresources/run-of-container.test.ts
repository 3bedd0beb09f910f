import { describe, expect, test } from '@jest/globals';
import {
  containerOf,
  restartCountOf,
} from '../../../../src/apiserver/subresources/run-of-container.ts';
import type {
  ContainerState,
  EphemeralContainer,
  Pod,
  PodSpec,
} from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const named = (...names: string[]) => names.map((name) => ({ name, image: 'busybox:1' }));
const podWith = (spec: Partial<PodSpec>): Pod => buildPod({ name: 'x', spec });
const ephemeral = named('debugger') as EphemeralContainer[];

describe('which container is meant', () => {
  const several = podWith({ containers: named('a', 'b') });
  const all = podWith({
    containers: named('a', 'b'),
    initContainers: named('c', 'd'),
    ephemeralContainers: ephemeral,
  });

  test.each<[string, Pod, string | undefined, string]>([
    ['the only one', podWith({ containers: named('a') }), undefined, 'a'],
    ['the only main one', podWith({ containers: named('a'), initContainers: named('c') }), '', 'a'],
    ['the named one', several, 'b', 'b'],
    ['an init container', all, 'd', 'd'],
    ['an ephemeral container', all, 'debugger', 'debugger'],
  ])('%s is found', (_, pod, wanted, found) => {
    expect(containerOf(pod, wanted)).toBe(found);
  });

  test.each<[string, Pod, string | undefined, string]>([
    [
      'none of several is named',
      several,
      undefined,
      'a container name must be specified for pod x, choose one of: [a b]',
    ],
    [
      'none of all sorts is named',
      all,
      undefined,
      'a container name must be specified for pod x, choose one of: [a b] or one of the init containers: [c d] or one of the ephemeral containers: [debugger]',
    ],
    ['there is none of that name', all, 'e', 'container e is not valid for pod x'],
  ])('it is a BadRequest when %s', (_, pod, wanted, message) => {
    expect(() => containerOf(pod, wanted)).toThrow(
      expect.objectContaining({ reason: 'BadRequest', message }),
    );
  });
});

const RUNNING: ContainerState = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const ENDED: ContainerState = { terminated: { exitCode: 1 } };
const waiting = (reason?: string): ContainerState => ({ waiting: reason ? { reason } : {} });

function inState(state: ContainerState, lastState: ContainerState, restartCount: number): Pod {
  const status = { name: 'a', image: '', imageID: '', ready: false };
  return buildPod({
    name: 'x',
    status: { containerStatuses: [{ ...status, restartCount, state, lastState }] },
  });
}

describe('which run of it has the log', () => {
  test.each<[string, Pod, boolean, number]>([
    ['the running one', inState(RUNNING, {}, 0), false, 0],
    ['the running one after restarts', inState(RUNNING, ENDED, 3), false, 3],
    ['the one that has just ended', inState(ENDED, ENDED, 2), false, 2],
    ['the last one while it backs off', inState(waiting('CrashLoopBackOff'), ENDED, 2), false, 2],
    ['the one before the running one', inState(RUNNING, ENDED, 3), true, 2],
    ['the one before the ended one', inState(ENDED, ENDED, 3), true, 2],
    ['the ended one while it backs off', inState(waiting('CrashLoopBackOff'), ENDED, 2), true, 2],
  ])('%s', (_, pod, previous, restartCount) => {
    expect(restartCountOf(pod, 'a', previous)).toBe(restartCount);
  });

  test.each<[string, Pod, boolean, string]>([
    [
      'it waits to be created',
      inState(waiting('ContainerCreating'), {}, 0),
      false,
      'container "a" in pod "x" is waiting to start: ContainerCreating',
    ],
    [
      'nobody says why it waits',
      inState({}, {}, 0),
      false,
      'container "a" in pod "x" is waiting to start - no logs yet',
    ],
    [
      'the node says nothing of it',
      buildPod({ name: 'x' }),
      false,
      'container "a" in pod "x" is not available',
    ],
    [
      'it never ran before',
      inState(RUNNING, {}, 0),
      true,
      'previous terminated container "a" in pod "x" not found',
    ],
  ])('there is none when %s', (_, pod, previous, message) => {
    expect(() => restartCountOf(pod, 'a', previous)).toThrow(
      expect.objectContaining({ reason: 'BadRequest', message }),
    );
  });
});
