import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../../../../../src/scheme/generated/types/core-v1.ts';
import {
  validateEphemeralContainersUpdate,
  validateResize,
  withEphemeralContainersOf,
  withResourcesOf,
} from '../../../../../src/scheme/groups/core/pod-parts.ts';

const podOf = (spec: object, metadata: object = {}, status: object = {}) =>
  ({
    metadata: { name: 'web', ...metadata },
    spec: { containers: [{ name: 'a', image: 'x' }], ...spec },
    status,
  }) as unknown as Pod;

const debug = (name: string, image = 'busybox') => ({ name, image });
const MIRROR = { annotations: { 'kubernetes.io/config.mirror': 'x' } };

const told = (errors: readonly { field: string; detail: string }[]): string[] =>
  errors.map(({ field, detail }) => `${field}: ${detail.trim()}`);

describe('ephemeral containers', () => {
  const path = 'spec.ephemeralContainers';
  test.each([
    { before: [], after: [debug('a')], errors: [] },
    { before: [debug('a')], after: [debug('a'), debug('b')], errors: [] },
    { before: [debug('a')], after: [debug('a')], errors: [] },
    {
      before: [debug('a')],
      after: [debug('b')],
      errors: [`${path}: existing ephemeral containers "a" may not be removed`],
    },
    {
      before: [debug('a'), debug('b')],
      after: [debug('a', 'other')],
      errors: [
        `${path}: existing ephemeral containers "a" may not be changed`,
        `${path}: existing ephemeral containers "b" may not be removed`,
      ],
    },
  ])('change from $before to $after: $errors', ({ before, after, errors }) => {
    const next = podOf({ ephemeralContainers: after });
    const current = podOf({ ephemeralContainers: before });
    expect(told(validateEphemeralContainersUpdate(next, current))).toEqual(errors);
  });

  test('are not for Pods that a node runs from a file', () => {
    const next = podOf({ ephemeralContainers: [debug('a')] }, MIRROR);
    expect(told(validateEphemeralContainersUpdate(next, podOf({}, MIRROR)))).toEqual([
      `${path}: static pods do not support ephemeral containers`,
    ]);
  });

  test('are all that their door takes', () => {
    const current = podOf({ hostNetwork: true });
    const wanted = podOf(
      { ephemeralContainers: [debug('a')], nodeName: 'n2' },
      { labels: { a: 'b' } },
    );
    const next = withEphemeralContainersOf(wanted, current);
    expect(next).toEqual(podOf({ hostNetwork: true, ephemeralContainers: [debug('a')] }));
    expect(withEphemeralContainersOf(podOf({}), next)).toEqual(current);
  });
});

describe('a resize', () => {
  const sized = (resources: object, extra: object = {}) =>
    podOf({ containers: [{ name: 'a', image: 'x', resources }], ...extra });
  const small = { requests: { cpu: '100m' }, limits: { cpu: '1' } };
  const at = 'spec.containers[0].resources';
  test.each([
    { before: small, after: { requests: { cpu: '200m' }, limits: { cpu: '2' } }, errors: [] },
    { before: small, after: { ...small, requests: { cpu: '100m', memory: '1Gi' } }, errors: [] },
    { before: small, after: small, errors: [] },
    {
      before: small,
      after: { requests: { cpu: '100m' } },
      errors: [`${at}.limits: resource limits cannot be removed`],
    },
    {
      before: small,
      after: { limits: { cpu: '1' } },
      errors: [`${at}.requests: resource requests cannot be removed`],
    },
    {
      before: small,
      after: { ...small, requests: { cpu: '100m', 'example.com/gpu': '1' } },
      errors: [`${at}.requests: only cpu and memory resources are mutable`],
    },
    {
      before: { requests: { cpu: '1' }, limits: { cpu: '1' } },
      after: {},
      errors: [
        `${at}.limits: resource limits cannot be removed`,
        `${at}.requests: resource requests cannot be removed`,
        'spec: Pod QOS Class may not change as a result of resizing',
      ],
    },
    {
      before: {},
      after: { requests: { cpu: '1' } },
      errors: ['spec: Pod QOS Class may not change as a result of resizing'],
    },
  ])('from $before to $after: $errors', ({ before, after, errors }) => {
    expect(told(validateResize(sized(after), sized(before)))).toEqual(errors);
  });

  test.each([
    { before: undefined, after: { requests: { cpu: '1' } }, errors: [] },
    { before: { requests: { cpu: '1' } }, after: { requests: { cpu: '2' } }, errors: [] },
    {
      before: { requests: { cpu: '1' } },
      after: undefined,
      errors: ['spec.resources.requests: resource requests cannot be removed'],
    },
    {
      before: { requests: { cpu: '1', 'hugepages-2Mi': '2Mi' } },
      after: { requests: { cpu: '1', 'hugepages-2Mi': '4Mi' } },
      errors: ['spec.resources.requests: only cpu and memory resources are mutable'],
    },
    {
      before: { requests: { cpu: '1' } },
      after: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } },
      errors: ['spec: Pod QOS Class may not change as a result of resizing'],
    },
  ])('of the Pod as a whole from $before to $after: $errors', ({ before, after, errors }) => {
    const next = sized(small, { resources: after });
    expect(told(validateResize(next, sized(small, { resources: before })))).toEqual(errors);
  });

  test.each([
    { resources: {}, errors: [] },
    {
      resources: undefined,
      errors: ['spec: Pod running on node without support for resize'],
    },
  ])('of a container that has $resources: $errors', ({ errors, resources }) => {
    const containerStatuses = [{ name: 'a', state: { running: {} }, resources }];
    const pod = podOf({}, {}, { containerStatuses });
    expect(told(validateResize(pod, pod))).toEqual(errors);
  });

  test.each([
    { metadata: MIRROR, spec: {}, error: 'spec: static pods cannot be resized' },
    {
      metadata: {},
      spec: { os: { name: 'windows' } },
      error: 'spec: windows pods cannot be resized',
    },
  ])('is not for a Pod of $metadata and $spec', ({ metadata, spec, error }) => {
    const pod = podOf(spec, metadata);
    expect(told(validateResize(pod, pod))).toEqual([error]);
  });

  test.each([
    { restartPolicy: 'Always', errors: [] },
    {
      restartPolicy: undefined,
      errors: [
        'spec.initContainers[0].resources: resources for non-sidecar init containers are immutable',
      ],
    },
  ])('of an init container that restarts $restartPolicy: $errors', ({ restartPolicy, errors }) => {
    const init = (cpu: string) => ({
      initContainers: [{ name: 'i', image: 'x', restartPolicy, resources: { requests: { cpu } } }],
    });
    const next = sized(small, init('2'));
    expect(told(validateResize(next, sized(small, init('1'))))).toEqual(errors);
  });

  test('changes what its containers take, by their names, and nothing else', () => {
    const current = podOf({
      containers: [
        { name: 'a', image: 'x', resources: small },
        { name: 'b', image: 'y' },
      ],
    });
    const wanted = podOf(
      {
        nodeName: 'elsewhere',
        containers: [
          { name: 'b', image: 'z', resources: { requests: { cpu: '1' } } },
          { name: 'a', image: 'z', resizePolicy: [{ resourceName: 'cpu' }] },
          { name: 'c', image: 'z' },
        ],
      },
      { labels: { a: 'b' } },
    );
    expect(withResourcesOf(wanted, current)).toEqual(
      podOf({
        containers: [
          { name: 'a', image: 'x', resizePolicy: [{ resourceName: 'cpu' }] },
          { name: 'b', image: 'y', resources: { requests: { cpu: '1' } } },
        ],
      }),
    );
  });
});
