import { describe, expect, test } from '@jest/globals';
import { admissionOf } from '../../../src/kubelet/admission.ts';
import { preemptedPod } from '../../../src/kubelet/stages/preempted-pod.ts';
import { findCondition } from '../../../src/scheme/conditions.ts';
import type { Node, Pod, PodSpec } from '../../../src/scheme/generated/types/core-v1.ts';
import { buildNode, buildPod } from '../../support/builders.ts';

const CRITICAL = 2_000_000_000;

interface Size {
  readonly cpu?: string;
  readonly memory?: string;
  /** It is held to what it asks for. */
  readonly isGuaranteed?: boolean;
  readonly priority?: number;
}

function podOf(name: string, { cpu, isGuaranteed, memory, priority = 0 }: Size = {}): Pod {
  const requests = { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) };
  const resources = { requests, ...(isGuaranteed ? { limits: requests } : {}) };
  const spec: PodSpec = { priority, containers: [{ name: 'c', image: 'c', resources }] };
  return { ...buildPod(), metadata: { name, namespace: 'default' }, spec };
}

const node: Node = {
  ...buildNode(),
  status: { allocatable: { cpu: '10', memory: '10Gi', pods: '4' } },
};

const admit = (pod: Pod, neighbours: readonly Pod[]) => {
  const { preempts, problem } = admissionOf(pod, node, neighbours);
  return { victims: preempts?.map(({ metadata }) => metadata.name), reason: problem?.reason };
};

describe('a critical Pod', () => {
  const small = { cpu: '2' };
  const guaranteed = { cpu: '4', memory: '1Gi', isGuaranteed: true };
  interface Case {
    readonly what: string;
    readonly asks: Size;
    readonly neighbours: readonly Pod[];
    readonly victims: readonly string[] | undefined;
  }
  test.each<Case>([
    {
      what: 'ends nobody where it finds room',
      asks: { cpu: '4' },
      neighbours: [podOf('a', { cpu: '6' })],
      victims: undefined,
    },
    {
      what: 'ends the one Pod that is enough, not two smaller ones',
      asks: { cpu: '4' },
      neighbours: [podOf('a', small), podOf('b', small), podOf('c', { cpu: '5' })],
      victims: ['c'],
    },
    {
      what: 'ends the smallest of those that are each enough',
      asks: { cpu: '2' },
      neighbours: [podOf('a', { cpu: '6' }), podOf('b', { cpu: '3' })],
      victims: ['b'],
    },
    {
      what: 'ends as many as it takes',
      asks: { cpu: '8' },
      neighbours: [podOf('a', { cpu: '4' }), podOf('b', { cpu: '5' })],
      victims: ['b', 'a'],
    },
    {
      what: 'spares a Guaranteed Pod while Burstable ones are enough',
      asks: { cpu: '4' },
      neighbours: [podOf('a', guaranteed), podOf('b', { cpu: '5' })],
      victims: ['b'],
    },
    {
      what: 'ends a Guaranteed Pod where the others are too few',
      asks: { cpu: '8' },
      neighbours: [podOf('a', guaranteed), podOf('b', { cpu: '4' }), podOf('c', small)],
      victims: ['b', 'a'],
    },
    {
      what: 'ends a BestEffort Pod where the node can take no more Pods',
      asks: small,
      neighbours: [podOf('a', small), podOf('b'), podOf('c', small), podOf('d', guaranteed)],
      victims: ['b'],
    },
    {
      what: 'ends a critical Pod of lower priority',
      asks: { cpu: '8', priority: CRITICAL + 1 },
      neighbours: [podOf('a', { cpu: '8', priority: CRITICAL })],
      victims: ['a'],
    },
  ])('$what', ({ asks, neighbours, victims }) => {
    const pod = podOf('critical', { priority: CRITICAL, ...asks });
    expect(admit(pod, neighbours)).toEqual({ victims, reason: undefined });
  });

  test('is refused where the end of all that it may end is not enough', () => {
    const pod = podOf('critical', { cpu: '8', priority: CRITICAL });
    const { preempts, problem } = admissionOf(pod, node, [
      podOf('a', { cpu: '5', priority: CRITICAL }),
    ]);
    expect(preempts).toBeUndefined();
    expect(problem?.reason).toBe('UnexpectedAdmissionError');
    expect(problem?.note).toMatch(
      /no set of running pods found to reclaim resources: \[\(res: cpu, q: 3000\), \]$/,
    );
  });

  test('is refused without ending anybody where something else speaks against it', () => {
    const pod = podOf('critical', { cpu: '8', priority: CRITICAL });
    const spec: PodSpec = { containers: [], ...pod.spec, nodeSelector: { a: 'b' } };
    expect(admit({ ...pod, spec }, [podOf('a', { cpu: '5' })])).toEqual({
      victims: undefined,
      reason: 'NodeAffinity',
    });
  });
});

test('a Pod that is not critical ends nobody', () => {
  expect(admit(podOf('usual', { cpu: '8', priority: 1000 }), [podOf('a', { cpu: '5' })])).toEqual({
    victims: undefined,
    reason: 'OutOfcpu',
  });
});

test('a Pod that is ended in favour of a critical one has failed, and was disrupted by its kubelet', () => {
  const { events, status } = preemptedPod(podOf('a'), Date.parse('2026-06-01T12:00:00Z'));
  const message = 'Preempted in order to admit critical pod';
  expect(status).toMatchObject({ phase: 'Failed', reason: 'Preempting', message });
  expect(findCondition(status.conditions, 'DisruptionTarget')).toMatchObject({
    status: 'True',
    reason: 'TerminationByKubelet',
    message: 'Pod was preempted by Kubelet to accommodate a critical pod.',
  });
  expect(events[0]).toEqual({ type: 'Warning', reason: 'Preempting', message });
});
