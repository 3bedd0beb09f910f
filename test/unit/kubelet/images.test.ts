import { describe, expect, test } from '@jest/globals';
import {
  bytesToFree,
  DEFAULT_IMAGE_GC_POLICY,
  imageGcPolicyOf,
  imagesToRemove,
  outdatedImages,
} from '../../../src/kubelet/images/image-garbage.ts';
import {
  canonicalName,
  isImageName,
  registryOf,
  repositoryOf,
  withDefaultTag,
} from '../../../src/kubelet/images/image-name.ts';
import { imageFacts } from '../../../src/kubelet/images/image-size.ts';
import {
  type ImageUse,
  NodeImages,
  reportedImages,
} from '../../../src/kubelet/images/node-images.ts';
import { nextPullMs, pullPolicyOf } from '../../../src/kubelet/images/pull.ts';
import { buildPod } from '../../support/builders.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('the name of an image', () => {
  test.each([
    ['nginx', true],
    ['nginx:1.7.9', true],
    ['library/nginx', true],
    ['registry.example.com:5000/team/app:v1', true],
    [`nginx@${DIGEST}`, true],
    ['', false],
    ['Nginx', false],
    ['nginx::1', false],
    ['nginx:', false],
    ['nginx:1 2', false],
    ['-nginx', false],
    ['a'.repeat(600), false],
  ])('%j is one: %j', (image, isOne) => {
    expect(isImageName(image)).toBe(isOne);
  });

  test.each([
    ['nginx', 'nginx:latest', 'nginx', 'docker.io', 'docker.io/library/nginx:latest'],
    ['me/app:1', 'me/app:1', 'me/app', 'docker.io', 'docker.io/me/app:1'],
    ['r.io:5000/a', 'r.io:5000/a:latest', 'r.io:5000/a', 'r.io:5000', 'r.io:5000/a:latest'],
    [`a@${DIGEST}`, `a@${DIGEST}`, 'a', 'docker.io', `docker.io/library/a@${DIGEST}`],
    ['localhost/a:1', 'localhost/a:1', 'localhost/a', 'localhost', 'localhost/a:1'],
  ])('%j is taken apart', (image, tagged, repository, registry, canonical) => {
    expect(withDefaultTag(image)).toBe(tagged);
    expect(repositoryOf(image)).toBe(repository);
    expect(registryOf(image)).toBe(registry);
    expect(canonicalName(image)).toBe(canonical);
  });

  test.each([
    ['nginx', undefined, 'Always'],
    ['nginx:latest', undefined, 'Always'],
    ['nginx:1.7.9', undefined, 'IfNotPresent'],
    ['nginx', 'Never', 'Never'],
  ] as const)('%j with the policy %j is pulled %j', (image, imagePullPolicy, policy) => {
    const container = { name: 'c', image, ...(imagePullPolicy ? { imagePullPolicy } : {}) };
    expect(pullPolicyOf(container)).toBe(policy);
  });
});

describe('an image', () => {
  test('is the same whether or not its default tag is written', () => {
    expect(imageFacts('busybox')).toEqual(imageFacts('busybox:latest'));
  });

  test('is between 4 MiB and 512 MiB large', () => {
    for (let index = 0; index < 500; index++) {
      const { sizeBytes } = imageFacts(`app-${index}:1`);
      expect(sizeBytes).toBeGreaterThanOrEqual(4 * 2 ** 20);
      expect(sizeBytes).toBeLessThanOrEqual(512 * 2 ** 20);
    }
  });

  test('that cannot be pulled is tried after 10 s, 20 s and so on, at last every 5 minutes', () => {
    const startTime = '2026-06-01T12:00:00Z';
    const pod = { ...buildPod(), status: { startTime } };
    const startMs = Date.parse(startTime);
    const attempts: number[] = [];
    for (let nowMs = startMs; attempts.length < 8; ) {
      nowMs = nextPullMs(pod, nowMs);
      attempts.push((nowMs - startMs) / 1_000);
    }
    expect(attempts).toEqual([10, 30, 70, 150, 310, 610, 910, 1_210]);
    const dayMs = 86_400_000;
    const nextMs = nextPullMs(pod, startMs + dayMs);
    expect(nextMs).toBeGreaterThan(startMs + dayMs);
    expect(nextMs).toBeLessThanOrEqual(startMs + dayMs + 300_000);
  });
});

describe('the images of a node', () => {
  const use = (usedMs: number, detectedMs = 0): ImageUse => ({ usedMs, detectedMs });
  const images = new Map([
    ['old:1', use(1)],
    ['used:1', use(2)],
    ['new:1', use(3)],
  ]);
  const sizeOf = (...names: string[]): number =>
    names.reduce((sum, name) => sum + imageFacts(name).sizeBytes, 0);
  const options = { nowMs: 600_000, minimumAgeMs: 120_000, isInUse: () => false };

  test.each([
    ['below the higher threshold', 840, 0],
    ['at it by whole hundredths', 841, 41],
    ['at it', 850, 50],
    ['full', 1_000, 200],
    ['fuller than it can be', 1_100, 200],
  ])('leave of a disk that is %s (%d of 1,000) so much to free: %d', (_title, usedBytes, bytes) => {
    expect(bytesToFree({ capacityBytes: 1_000, usedBytes }, DEFAULT_IMAGE_GC_POLICY)).toBe(bytes);
  });

  test.each<[string, number, string[]]>([
    ['the longest unused first', 1, ['old:1']],
    ['as many as it takes', sizeOf('old:1') + 1, ['old:1', 'used:1']],
    ['all that there are', Number.POSITIVE_INFINITY, ['old:1', 'used:1', 'new:1']],
  ])('go %s', (_title, wantedBytes, expected) => {
    const removal = imagesToRemove(images, wantedBytes, options);
    expect(removal).toEqual({ images: expected, freedBytes: sizeOf(...expected) });
  });

  test('stay when they are in use', () => {
    const isInUse = (image: string): boolean => image === 'old:1';
    const removal = imagesToRemove(images, 1, { ...options, isInUse });
    expect(removal.images).toEqual(['used:1']);
  });

  test.each([
    [119_999, []],
    [120_000, ['young:1']],
  ])('stay until they are old enough: after %d ms go %j', (ageMs, expected) => {
    const young = new Map([['young:1', use(1_000, 1_000)]]);
    const removal = imagesToRemove(young, 1, { ...options, nowMs: 1_000 + ageMs });
    expect(removal.images).toEqual(expected);
  });

  test('of two that were used at one time go in the order in which they came', () => {
    const same = new Map([
      ['late:1', use(5, 4)],
      ['early:1', use(5, 2)],
    ]);
    expect(imagesToRemove(same, 1, options).images).toEqual(['early:1']);
  });

  test('go by age alone where there is a highest one, but none that is in use', () => {
    const isInUse = (image: string): boolean => image === 'old:1';
    expect(outdatedImages(images, 10, { nowMs: 13, isInUse })).toEqual(['used:1']);
  });

  test('are kept by a policy that the node is annotated with', () => {
    const policyOf = (annotations?: Record<string, string>) =>
      imageGcPolicyOf({ metadata: { annotations } } as never);
    expect(policyOf()).toEqual(DEFAULT_IMAGE_GC_POLICY);
    expect(
      policyOf({
        'orrery.dev/image-gc-high-threshold-percent': '50',
        'orrery.dev/image-gc-low-threshold-percent': '60',
        'orrery.dev/image-minimum-gc-age': '0s',
        'orrery.dev/image-maximum-gc-age': '24h',
      }),
    ).toEqual({ highPercent: 50, lowPercent: 50, minimumAgeMs: 0, maximumAgeMs: 86_400_000 });
    expect(policyOf({ 'orrery.dev/image-gc-high-threshold-percent': '101' }).highPercent).toBe(85);
  });

  test('are counted as they come and go', () => {
    const known = new NodeImages();
    known.add('n', 'old:1', 1);
    known.add('n', 'old:1', 2);
    known.add('n', 'new:1', 3);
    expect(known.bytesOn('n')).toBe(sizeOf('old:1', 'new:1'));
    known.remove('n', 'old:1');
    known.remove('n', 'old:1');
    expect(known.bytesOn('n')).toBe(sizeOf('new:1'));
    expect(known.bytesOn('other')).toBe(0);
  });

  test('are in use until their last Pod has gone', () => {
    const known = new NodeImages();
    const running = { state: { running: { startedAt: '1970-01-01T00:00:01Z' } } };
    const container = { name: 'c', image: 'a:1', imageID: 'a@x', ready: true, restartCount: 0 };
    const pod = { ...buildPod(), spec: { nodeName: 'n', containers: [] } };
    const status = { containerStatuses: [{ ...container, ...running }] };
    known.observePod({ ...pod, status });
    expect(known.of('n').get('a:1')).toEqual({ detectedMs: 1_000, usedMs: 1_000 });
    known.observePod({ ...pod, status }, 9_000);
    expect(known.of('n').get('a:1')).toEqual({ detectedMs: 1_000, usedMs: 9_000 });
  });

  test('are reported by digest and tag, the largest first, fifty at most', () => {
    const many = new Map(Array.from({ length: 60 }, (_, index) => [`app-${index}:1`, 0]));
    const reported = reportedImages(many);
    const sizes = reported.map(({ sizeBytes = 0 }) => sizeBytes);
    expect(reported).toHaveLength(50);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(reported[0]?.names).toEqual([
      expect.stringMatching(/^app-\d+@sha256:/),
      expect.any(String),
    ]);
  });

  test('are known from what a node reports and what its Pods run', () => {
    const known = new NodeImages();
    const node = { metadata: { name: 'n' }, status: { images: reportedImages(images) } };
    known.observeNode(node as never);
    expect(known.has('n', 'old:1')).toBe(true);
    known.observeChange(node as never, { ...node, status: { images: [] } } as never);
    expect(known.has('n', 'old:1')).toBe(false);
    const status = { name: 'c', image: 'run', imageID: 'run@x', ready: true, restartCount: 0 };
    const pod = { ...buildPod(), spec: { nodeName: 'n', containers: [] } };
    known.observePod({ ...pod, status: { containerStatuses: [status] } });
    expect(known.has('n', 'run:latest')).toBe(true);
    known.forgetNode('n');
    expect(known.of('n').size).toBe(0);
  });
});
