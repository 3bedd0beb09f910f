import { describe, expect, test } from '@jest/globals';
import { NodeHealth } from '../../../../src/controllers/node-lifecycle/health.ts';
import { withUnknownConditions } from '../../../../src/controllers/node-lifecycle/status.ts';
import type { Lease } from '../../../../src/scheme/generated/types/coordination-v1.ts';
import type { Node } from '../../../../src/scheme/generated/types/core-v1.ts';

const START_MS = Date.UTC(2026, 0, 1);
const at = (seconds: number): number => START_MS + seconds * 1000;
const timestamp = (seconds: number): string => new Date(at(seconds)).toISOString();

function node(heartbeatSeconds?: number, status = 'True'): Node {
  const lastHeartbeatTime = timestamp(heartbeatSeconds ?? 0);
  const conditions =
    heartbeatSeconds === undefined ? [] : [{ type: 'Ready', status, lastHeartbeatTime }];
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-1', creationTimestamp: timestamp(0) },
    status: { conditions },
  };
}

const lease = (renewSeconds: number, namespace = 'kube-node-lease'): Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'node-1', namespace },
  spec: { renewTime: timestamp(renewSeconds) },
});

function startHealth(): NodeHealth {
  return new NodeHealth({ monitorMs: 40_000, startupMs: 60_000 });
}

describe('a Node is overdue', () => {
  test('when it has been silent for longer than the grace period', () => {
    const health = startHealth();
    health.observeNode(node(0), at(0));
    expect(health.isOverdue('node-1', at(40))).toBe(false);
    expect(health.isOverdue('node-1', at(41))).toBe(true);
  });

  test('not while its status is posted', () => {
    const health = startHealth();
    health.observeNode(node(0), at(0));
    health.observeNode(node(30), at(30));
    expect(health.isOverdue('node-1', at(60))).toBe(false);
  });

  test('not while its Lease is renewed', () => {
    const health = startHealth();
    health.observeNode(node(0), at(0));
    health.observeLease(lease(30), at(30));
    expect(health.isOverdue('node-1', at(60))).toBe(false);
    health.observeLease(lease(30), at(60));
    expect(health.isOverdue('node-1', at(71))).toBe(true);
  });

  test('by this machine’s clock, whatever the times that it reports', () => {
    const health = startHealth();
    health.observeNode(node(100_000), at(0));
    expect(health.isOverdue('node-1', at(41))).toBe(true);
  });

  test('only after a longer time when it has never reported', () => {
    const health = startHealth();
    health.observeNode(node(), at(5));
    expect(health.isOverdue('node-1', at(60))).toBe(false);
    expect(health.isOverdue('node-1', at(61))).toBe(true);
  });

  test('also once the controller has written that it is', () => {
    const health = startHealth();
    health.observeNode(node(), at(0));
    const unknown = withUnknownConditions(node(), at(70));
    health.observeNode(unknown, at(70));
    expect(health.isOverdue('node-1', at(71))).toBe(true);
  });

  test('not when nothing is known of it', () => {
    expect(startHealth().isOverdue('node-1', at(1000))).toBe(false);
  });

  test('a grace period later when all are given a new start', () => {
    const health = startHealth();
    health.observeNode(node(0), at(0));
    health.restartAll(at(100));
    expect(health.isOverdue('node-1', at(140))).toBe(false);
    expect(health.isOverdue('node-1', at(141))).toBe(true);
  });
});

test('Leases of other namespaces are no heartbeats', () => {
  const health = startHealth();
  health.observeNode(node(0), at(0));
  health.observeLease(lease(30, 'kube-system'), at(30));
  expect(health.isOverdue('node-1', at(41))).toBe(true);
});

test('a Node that comes back by the same name starts anew', () => {
  const health = startHealth();
  health.observeNode(node(0), at(0));
  health.forget('node-1');
  health.observeNode(node(0), at(100));
  expect(health.isOverdue('node-1', at(130))).toBe(false);
});

describe('the next look for silent Nodes', () => {
  const LOOKS: readonly [what: string, nowSeconds: number, waitMs: number][] = [
    ['comes after the period while all may be silent for longer', 0, 5_000],
    ['comes half a second after the time of the first is up', 36, 4_500],
    ['comes then too when its time is just up', 40, 500],
    ['comes after the period when nobody is left to fall silent', 41, 5_000],
  ];
  test.each(LOOKS)('%s', (_, nowSeconds, waitMs) => {
    const health = startHealth();
    health.observeNode(node(0), at(0));
    health.findSilent(at(nowSeconds));
    expect(health.msToNextLook(at(nowSeconds), 5_000)).toBe(waitMs);
  });
});

describe('a silent Node', () => {
  test('is found once, and is among the silent until it is heard', () => {
    const health = startHealth();
    health.observeNode(node(0), at(0));
    expect(health.findSilent(at(40))).toEqual([]);
    expect(health.findSilent(at(41))).toEqual(['node-1']);
    expect(health.findSilent(at(50))).toEqual([]);
    expect([...health.silent]).toEqual(['node-1']);
    health.observeNode(withUnknownConditions(node(0), at(50)), at(50));
    expect([...health.silent]).toEqual(['node-1']);
    health.observeNode(node(51), at(51));
    expect([...health.silent]).toEqual([]);
  });

  test('tells of itself by a Lease as well as by its status', () => {
    const health = startHealth();
    health.observeNode(node(0), at(0));
    expect(health.observeLease(lease(10), at(10))).toBe(false);
    health.findSilent(at(51));
    expect(health.observeLease(lease(52), at(52))).toBe(true);
    expect([...health.silent]).toEqual([]);
    expect(health.findSilent(at(92))).toEqual([]);
    expect(health.findSilent(at(93))).toEqual(['node-1']);
  });

  test('is not silent any more once it is gone, or all are given a new start', () => {
    const health = startHealth();
    health.observeNode(node(0), at(0));
    health.findSilent(at(41));
    health.restartAll(at(41));
    expect([...health.silent]).toEqual([]);
    expect(health.findSilent(at(82))).toEqual(['node-1']);
    health.forget('node-1');
    expect([...health.silent]).toEqual([]);
  });

  test('that has just reported for the first time may be silent for less long than before', () => {
    const health = startHealth();
    health.observeNode(node(), at(0));
    health.observeNode(node(5), at(5));
    expect(health.findSilent(at(46))).toEqual(['node-1']);
  });
});
