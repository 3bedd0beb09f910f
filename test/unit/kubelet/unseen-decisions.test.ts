import { beforeEach, expect, test } from '@jest/globals';
import { UnseenDecisions } from '../../../src/kubelet/pods/unseen-decisions.ts';
import type { Pod, PodStatus } from '../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../support/builders.ts';

const STARTED: PodStatus = { phase: 'Pending', startTime: '2026-01-31T08:00:00Z' };

function podOf(name: string, status: PodStatus = {}): Pod {
  const metadata = { name, namespace: 'default', uid: `uid-${name}` };
  return { ...buildPod(), metadata, spec: { nodeName: 'n', containers: [] }, status };
}

let decisions: UnseenDecisions;

beforeEach(() => {
  decisions = new UnseenDecisions();
});

const holders = (...pods: Pod[]): Pod[] => [...decisions.holders(pods)];

test('who was not admitted, and who has ended, holds nothing', () => {
  expect(holders(podOf('new'), podOf('ended', { ...STARTED, phase: 'Failed' }))).toEqual([]);
});

test('an admitted Pod holds its part before that is seen, and from then on', () => {
  decisions.noteAdmission(podOf('a'));
  expect(holders(podOf('a'), podOf('b'))).toEqual([podOf('a')]);
  decisions.observe(podOf('a', STARTED));
  expect(holders(podOf('a', STARTED))).toEqual([podOf('a', STARTED)]);
});

test('an admission that could not be written counts no more', () => {
  decisions.noteAdmission(podOf('a'));
  decisions.forget(podOf('a'));
  expect(holders(podOf('a'))).toEqual([]);
});

test('a Pod whose end was decided on holds nothing, until it shows another status', () => {
  const running: PodStatus = { ...STARTED, phase: 'Running' };
  decisions.noteChange(podOf('a', { ...running, phase: 'Failed' }));
  expect(holders(podOf('a', running))).toEqual([]);
  decisions.observe(podOf('a', running));
  expect(holders(podOf('a', running))).toEqual([podOf('a', running)]);
});

test('a resized Pod counts by what it was granted', () => {
  const granted = podOf('a', { ...STARTED, allocatedResources: { cpu: '2' } });
  decisions.noteChange(granted);
  expect(holders(podOf('a', STARTED))).toEqual([granted]);
});
