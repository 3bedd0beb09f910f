import { describe, expect, test } from '@jest/globals';
import {
  declaredExit,
  declaredInitExit,
  declaredLines,
  declaredLogEveryMs,
  isPoweredOn,
  isSimulated,
  mayBecomeReady,
} from '../../../src/kubelet/annotations.ts';
import { simulatedNode } from '../../../src/kubelet/nodes/simulated-node.ts';
import type { Node, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod } from '../../support/builders.ts';

const podWith = (annotations: Record<string, string>): Pod => {
  const pod = buildPod();
  return { ...pod, metadata: { ...pod.metadata, annotations } };
};

const nodeWith = (annotations: Record<string, string>): Node => {
  const node = buildNode();
  return { ...node, metadata: { ...node.metadata, annotations } };
};

describe('annotations', () => {
  test.each([
    [{}, undefined],
    [{ 'orrery.dev/exit-after': '90s' }, { afterMs: 90_000, code: 0 }],
    [{ 'orrery.dev/exit-code': '3' }, { afterMs: 0, code: 3 }],
    [
      { 'orrery.dev/exit-code': '3', 'orrery.dev/exit-code.main': '4' },
      { afterMs: 0, code: 4 },
    ],
    [{ 'orrery.dev/exit-code.other': '3' }, undefined],
    [{ 'orrery.dev/exit-after': 'soon' }, undefined],
    [{ 'orrery.dev/exit-code': 'three' }, undefined],
  ])('%j lets the container main exit as %j', (annotations, exit) => {
    expect(declaredExit(podWith(annotations as Record<string, string>), 'main')).toEqual(exit);
  });

  test('what is said of all containers is not said of init containers', () => {
    const pod = podWith({ 'orrery.dev/exit-code': '3', 'orrery.dev/exit-code.init': '4' });
    expect(declaredInitExit(pod, 'init')).toEqual({ afterMs: 0, code: 4 });
    expect(declaredInitExit(pod, 'other')).toBeUndefined();
  });

  test.each<[Record<string, string>, readonly string[]]>([
    [{}, []],
    [{ 'orrery.dev/log': 'a\n\nb\n' }, ['a', '', 'b']],
    [{ 'orrery.dev/log': 'a\r\nb' }, ['a', 'b']],
    [{ 'orrery.dev/log': 'a', 'orrery.dev/log.main': 'b' }, ['b']],
    [{ 'orrery.dev/log.other': 'a' }, []],
  ])('%j lets the container main print %j', (annotations, lines) => {
    expect(declaredLines(podWith(annotations), 'main')).toEqual(lines);
  });

  test('of very many lines the first thousand are printed', () => {
    const lines = Array.from({ length: 1_100 }, (_, i) => `line ${i}`);
    const pod = podWith({ 'orrery.dev/log': lines.join('\n') });
    expect(declaredLines(pod, 'main')).toEqual(lines.slice(0, 1_000));
  });

  test.each([
    ['10s', 10_000],
    ['1ms', 1_000],
    ['1.0000001s', 1_000],
    ['often', undefined],
  ])('an interval of %s is %p milliseconds', (every, everyMs) => {
    expect(declaredLogEveryMs(podWith({ 'orrery.dev/log-every': every }), 'main')).toBe(everyMs);
  });

  test('a container may be kept from becoming ready', () => {
    const pod = podWith({ 'orrery.dev/ready': 'false', 'orrery.dev/ready.good': 'true' });
    expect([mayBecomeReady(pod, 'bad'), mayBecomeReady(pod, 'good')]).toEqual([false, true]);
  });

  test('a node is simulated when it says so, and on until it is switched off', () => {
    expect(isSimulated(buildNode())).toBe(false);
    expect(isSimulated(nodeWith({ 'orrery.dev/kubelet': 'simulated' }))).toBe(true);
    expect(isPoweredOn(buildNode())).toBe(true);
    expect(isPoweredOn(nodeWith({ 'orrery.dev/power': 'off' }))).toBe(false);
  });
});

describe('simulatedNode', () => {
  test('asks for a machine of the given size in the given place', () => {
    const node = simulatedNode({
      name: 'big',
      cpu: '64',
      memory: '256Gi',
      pods: 500,
      zone: 'a',
      region: 'r',
      labels: { disk: 'ssd' },
      extended: { 'example.com/gpu': '2' },
    });
    expect(node).toMatchObject({
      metadata: {
        name: 'big',
        annotations: { 'orrery.dev/kubelet': 'simulated' },
        labels: {
          'kubernetes.io/hostname': 'big',
          'topology.kubernetes.io/region': 'r',
          'topology.kubernetes.io/zone': 'a',
          disk: 'ssd',
        },
      },
      status: {
        capacity: { cpu: '64', memory: '256Gi', pods: '500', 'example.com/gpu': '2' },
        allocatable: { cpu: '64', memory: '256Gi', pods: '500', 'example.com/gpu': '2' },
      },
    });
  });

  test('is of a common size when nothing is said', () => {
    expect(simulatedNode({ name: 'n' }).status?.capacity).toMatchObject({
      cpu: '4',
      memory: '16Gi',
      pods: '110',
      'ephemeral-storage': '100Gi',
      'hugepages-1Gi': '0',
    });
  });
});
