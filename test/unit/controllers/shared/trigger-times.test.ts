import { describe, expect, test } from '@jest/globals';
import { TriggerTimes, withTriggerTime } from '../../../../src/controllers/shared/trigger-times.ts';
import type { Pod, Service } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';

const at = (second: number): string => `2026-01-01T00:00:0${second}Z`;

const service = (second: number): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'default', name: 'web', creationTimestamp: at(second) },
});
const pod = (name: string, second: number): Pod =>
  buildPod({
    name,
    status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at(second) }] },
  });

describe('what is new about the endpoints of a Service', () => {
  test.each<[string, Service, Pod[], string | undefined]>([
    ['is nothing when nothing has changed', service(1), [pod('a', 2), pod('b', 3)], undefined],
    ['is the Pod that changed', service(1), [pod('a', 5), pod('b', 3)], at(5)],
    ['is the first of those that changed', service(1), [pod('a', 7), pod('b', 6)], at(6)],
    ['is a Pod that came, whenever it was ready', service(1), [pod('a', 2), pod('c', 1)], at(1)],
    ['is nothing when a Pod went', service(1), [pod('a', 2)], undefined],
    ['is nothing of a Pod that says nothing', service(1), [buildPod({ name: 'c' })], undefined],
    ['is the Service when it is another', service(4), [pod('a', 5), pod('b', 3)], at(4)],
  ])('%s', (_, next, pods, expected) => {
    const times = new TriggerTimes();
    // Of a Service that nobody knew, its birth, whatever its Pods are.
    expect(times.next('default/web', service(1), [pod('a', 2), pod('b', 3)])).toBe(at(1));
    expect(times.next('default/web', next, pods)).toBe(expected);
    expect(times.next('default/web', next, pods)).toBeUndefined();
    times.forget('default/web');
    expect(times.next('default/web', next, pods)).toBe(next.metadata.creationTimestamp);
  });
});

test.each([
  [undefined, undefined, undefined],
  [{ a: 'b' }, undefined, { a: 'b' }],
  [{ a: 'b' }, at(1), { a: 'b', 'endpoints.kubernetes.io/last-change-trigger-time': at(1) }],
  [{ 'endpoints.kubernetes.io/last-change-trigger-time': at(1) }, undefined, undefined],
])('annotations %j with the time %j are %j', (annotations, time, expected) => {
  expect(withTriggerTime(annotations as Record<string, string> | undefined, time)).toEqual(
    expected,
  );
});
