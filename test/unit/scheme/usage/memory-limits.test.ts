import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../../../../src/scheme/generated/types/core-v1.ts';
import {
  alwaysExceedsMemory,
  mayExceedMemory,
  memoryExcess,
} from '../../../../src/scheme/usage/memory-limits.ts';

const START = Date.UTC(2026, 0, 1);
const MOMENTS = Array.from({ length: 400 }, (_, i) => START + i * 60_000);

interface Case {
  readonly what: string;
  /** By container: what it uses, and is held to. */
  readonly containers: Record<string, { readonly uses?: string; readonly limit?: string }>;
  readonly limitOfPod?: string;
  readonly running?: readonly string[];
  /** Who is ended, of those that are ever. */
  readonly ended: readonly string[];
  readonly always?: true;
}

function podOf({ containers, limitOfPod, running }: Case): Pod {
  const names = Object.keys(containers);
  const annotations = Object.fromEntries(
    Object.entries(containers).flatMap(([name, { uses }]) =>
      uses ? [[`orrery.dev/usage-memory.${name}`, uses]] : [],
    ),
  );
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'u-1', annotations },
    spec: {
      ...(limitOfPod ? { resources: { limits: { memory: limitOfPod } } } : {}),
      containers: Object.entries(containers).map(([name, { limit }]) => ({
        name,
        ...(limit ? { resources: { limits: { memory: limit } } } : {}),
      })),
    },
    status: {
      phase: 'Running',
      containerStatuses: (running ?? names).map((name) => ({
        name,
        image: '',
        imageID: '',
        ready: true,
        restartCount: 0,
        state: { running: {} },
      })),
    },
  };
}

describe('the kernel', () => {
  test.each<Case>([
    { what: 'ends nobody of whom nothing is said', containers: { a: { limit: '1Mi' } }, ended: [] },
    {
      what: 'ends nobody who keeps to a limit',
      containers: { a: { uses: '64Mi', limit: '64Mi' } },
      ended: [],
    },
    { what: 'ends nobody without a limit', containers: { a: { uses: '64Gi' } }, ended: [] },
    {
      what: 'ends a container that wants more than it may have',
      containers: { a: { uses: '10Mi', limit: '64Mi' }, b: { uses: '65Mi', limit: '64Mi' } },
      ended: ['b'],
      always: true,
    },
    {
      what: 'ends a container when it comes to that',
      containers: { a: { uses: '10Mi..100Mi', limit: '64Mi' } },
      ended: ['a'],
    },
    {
      what: 'ends the largest of the containers that exceed what their Pod may have',
      containers: { a: { uses: '40Mi' }, b: { uses: '50Mi' } },
      limitOfPod: '64Mi',
      ended: ['b'],
      always: true,
    },
    {
      what: 'ends nobody in a Pod that keeps to its limit',
      containers: { a: { uses: '10Mi' }, b: { uses: '50Mi' } },
      limitOfPod: '64Mi',
      ended: [],
    },
    {
      what: 'counts only what runs',
      containers: { a: { uses: '40Mi' }, b: { uses: '50Mi' } },
      limitOfPod: '64Mi',
      running: ['a'],
      ended: [],
    },
  ])('$what', ({ always = false, ended, ...given }) => {
    const pod = podOf({ ended, ...given });
    const found = MOMENTS.map((nowMs) => memoryExcess(pod, nowMs));
    expect([...new Set(found)].filter((name) => name !== undefined)).toEqual(ended);
    expect(mayExceedMemory(pod)).toBe(ended.length > 0);
    expect(alwaysExceedsMemory(pod)).toBe(always);
    expect(found.every((name) => name !== undefined)).toBe(always);
  });
});
