import { expect, test } from '@jest/globals';
import { staleInMs } from '../../../../src/controllers/disruption/status.ts';
import { withDisruptionTarget } from '../../../../src/scheme/disruption-target.ts';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';

const ANNOUNCED_MS = Date.UTC(2026, 0, 1);
const POD: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } };

const told = (reason: string): Pod =>
  withDisruptionTarget(POD, { reason, message: '' }, ANNOUNCED_MS);

test.each<[string, Pod, number, number | undefined]>([
  ['one that was told nothing', POD, 0, undefined],
  ['one that was told just now', told('PreemptionByScheduler'), 0, 120_000],
  ['one that was told a while ago', told('EvictionByEvictionAPI'), 119_000, 1_000],
  ['one that was told long ago', told('DeletionByTaintManager'), 500_000, 0],
  ['one that its kubelet ends', told('TerminationByKubelet'), 500_000, undefined],
])('the disruption of %s is waited for as long as it may take', (_, pod, agoMs, expected) => {
  expect(staleInMs(pod, ANNOUNCED_MS + agoMs)).toBe(expected);
});

test('nothing is waited for of a Pod that goes, or has ended', () => {
  const pod = told('PreemptionByScheduler');
  const deletionTimestamp = '2026-01-01T00:00:01Z';
  const going = { ...pod, metadata: { ...pod.metadata, deletionTimestamp } };
  const ended: Pod = { ...pod, status: { ...pod.status, phase: 'Failed' } };
  expect([going, ended].map((one) => staleInMs(one, ANNOUNCED_MS))).toEqual([undefined, undefined]);
});
