import { describe, expect, test } from '@jest/globals';
import { imagesToRemove } from '../../../src/kubelet/images/image-garbage.ts';
import {
  canonicalName,
  isImageName,
  registryOf,
  repositoryOf,
  withDefaultTag,
} from '../../../src/kubelet/images/image-name.ts';
import { imageFacts } from '../../../src/kubelet/images/image-size.ts';
import { NodeImages, reportedImages } from '../../../src/kubelet/images/node-images.ts';
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
  const images = new Map([
    ['old:1', 1],
    ['used:1', 2],
    ['new:1', 3],
  ]);
  const total = [...images.keys()].reduce((sum, name) => sum + imageFacts(name).sizeBytes, 0);

  test('stay while there is room', () => {
    const disk = { capacityBytes: total * 2, isInUse: () => false };
    expect(imagesToRemove(images, disk)).toEqual([]);
  });

  test('go when the disk is full, the longest unused first, but none that is in use', () => {
    const disk = { capacityBytes: 1, isInUse: (image: string) => image === 'used:1' };
    expect(imagesToRemove(images, disk)).toEqual(['old:1', 'new:1']);
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
