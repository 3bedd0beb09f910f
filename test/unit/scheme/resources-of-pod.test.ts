import { describe, expect, test } from '@jest/globals';
import type { Container, PodSpec } from '../../../src/scheme/generated/types/core-v1.ts';
import { podLimits, podRequests, qosClassOf } from '../../../src/scheme/resources-of-pod.ts';

const asking = (cpu: string, memory?: string, extra: Partial<Container> = {}): Container => ({
  name: 'c',
  resources: { requests: memory ? { cpu, memory } : { cpu } },
  ...extra,
});
const SIDECAR: Partial<Container> = { restartPolicy: 'Always' };

describe('what a Pod asks for', () => {
  test.each<[string, PodSpec, Record<string, number>]>([
    ['is nothing when its containers ask for nothing', { containers: [{ name: 'c' }] }, {}],
    [
      'is the sum of its containers',
      { containers: [asking('100m', '1Mi'), asking('1', '1Ki')] },
      { cpu: 1100, memory: 1_049_600 },
    ],
    [
      'is what its largest init container needs when that is more',
      { containers: [asking('100m')], initContainers: [asking('2'), asking('1')] },
      { cpu: 2000 },
    ],
    [
      'counts sidecars beside the containers and beside later init containers',
      {
        containers: [asking('1')],
        initContainers: [asking('500m', undefined, SIDECAR), asking('2')],
      },
      { cpu: 2500 },
    ],
    [
      'does not count a sidecar beside earlier init containers',
      {
        containers: [asking('100m')],
        initContainers: [asking('2'), asking('500m', undefined, SIDECAR)],
      },
      { cpu: 2000 },
    ],
    [
      'is what the Pod as a whole says, where it does',
      { containers: [asking('1', '1Ki')], resources: { requests: { cpu: '3' } } },
      { cpu: 3000, memory: 1024 },
    ],
    [
      'has the overhead on top',
      { containers: [asking('1')], overhead: { cpu: '250m', memory: '1Ki' } },
      { cpu: 1250, memory: 1024 },
    ],
    [
      'counts extended resources in whole units',
      { containers: [{ name: 'c', resources: { requests: { 'example.com/gpu': '2' } } }] },
      { 'example.com/gpu': 2 },
    ],
  ])('%s', (_, spec, expected) => {
    expect(podRequests(spec)).toEqual(expected);
  });
});

test('overhead raises limits only where there are any', () => {
  const spec: PodSpec = {
    containers: [{ name: 'c', resources: { limits: { cpu: '1' } } }],
    overhead: { cpu: '250m', memory: '1Ki' },
  };
  expect(podLimits(spec)).toEqual({ cpu: 1250 });
});

describe('the class of service', () => {
  const both = { cpu: '1', memory: '1Gi' };
  test.each<[string, PodSpec, string]>([
    ['is BestEffort without requests and limits', { containers: [{ name: 'c' }] }, 'BestEffort'],
    [
      'is BestEffort when only other resources are asked for',
      { containers: [{ name: 'c', resources: { requests: { 'ephemeral-storage': '1Gi' } } }] },
      'BestEffort',
    ],
    ['is BestEffort when nothing is asked for', { containers: [asking('0')] }, 'BestEffort'],
    ['is Burstable with requests alone', { containers: [asking('1')] }, 'Burstable'],
    [
      'is Guaranteed when limits are what is asked for',
      {
        containers: [
          { name: 'c', resources: { limits: both, requests: { cpu: '1000m', memory: '1024Mi' } } },
        ],
      },
      'Guaranteed',
    ],
    [
      'is Guaranteed with limits alone',
      { containers: [{ name: 'c', resources: { limits: both } }] },
      'Guaranteed',
    ],
    [
      'is Burstable when one container is not limited',
      { containers: [{ name: 'c', resources: { limits: both } }, { name: 'd' }] },
      'Burstable',
    ],
    [
      'is Burstable when less is asked for than the limit',
      { containers: [{ name: 'c', resources: { limits: both, requests: { cpu: '500m' } } }] },
      'Burstable',
    ],
    [
      'counts init containers',
      { containers: [{ name: 'c', resources: { limits: both } }], initContainers: [{ name: 'i' }] },
      'Burstable',
    ],
    [
      'is the one of the Pod-level resources where there are any',
      { containers: [{ name: 'c' }], resources: { limits: both } },
      'Guaranteed',
    ],
  ])('%s', (_, spec, expected) => {
    expect(qosClassOf(spec)).toBe(expected);
  });
});
