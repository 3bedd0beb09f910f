import { describe, expect, test } from '@jest/globals';
import { toPodInfo } from '../../../src/scheduler/pod-info.ts';
import type { ResourceRequirements } from '../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../support/builders.ts';

const MEBIBYTE = 1024 * 1024;

describe('a pod is scored by what it asks for, and by what is assumed', () => {
  interface Case {
    readonly what: string;
    readonly whole?: ResourceRequirements;
    readonly own: Record<string, string>;
    readonly scored: { readonly cpu: number; readonly memory: number };
  }
  test.each<Case>([
    {
      what: 'of each container that asks for nothing',
      own: { cpu: '1' },
      scored: { cpu: 1100, memory: 400 * MEBIBYTE },
    },
    {
      what: 'of none where the pod asks as a whole',
      whole: { requests: { cpu: '2', memory: '1Gi' } },
      own: { cpu: '1' },
      scored: { cpu: 2000, memory: 1024 * MEBIBYTE },
    },
    {
      what: 'only of what neither the pod nor a container of it asks for',
      whole: { requests: { memory: '1Gi' } },
      own: { cpu: '1' },
      scored: { cpu: 1000, memory: 1024 * MEBIBYTE },
    },
  ])('$what', ({ own, scored, whole }) => {
    const containers = [
      { name: 'a', image: 'a', resources: { requests: own } },
      { name: 'b', image: 'b' },
    ];
    const pod = buildPod({ spec: { containers, ...(whole ? { resources: whole } : {}) } });
    expect(toPodInfo(pod).scoredRequests).toEqual(scored);
  });
});
