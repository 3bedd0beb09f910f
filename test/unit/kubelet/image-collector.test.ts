import { expect, test } from '@jest/globals';
import { ImageCollector } from '../../../src/kubelet/images/image-collector.ts';
import { imageFacts } from '../../../src/kubelet/images/image-size.ts';
import { NodeImages } from '../../../src/kubelet/images/node-images.ts';
import type { Node, Pod } from '../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../support/builders.ts';

const MINUTE_MS = 60_000;
const nodeOf = (capacityBytes: number, annotations: Record<string, string> = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', annotations },
  status: { capacity: { 'ephemeral-storage': String(capacityBytes) } },
});
const podOf = (image: string): Pod => ({
  ...buildPod(),
  status: {
    containerStatuses: [{ name: 'c', image, imageID: 'x', ready: true, restartCount: 0 }],
  },
});

function stockOf(...names: string[]) {
  const images = new NodeImages();
  for (const [index, name] of names.entries()) images.add('n', name, index);
  const bytes = names.reduce((sum, name) => sum + imageFacts(name).sizeBytes, 0);
  return { images, bytes, collector: new ImageCollector(images) };
}

test('one image that fills a disk goes, however few there are', () => {
  const { bytes, collector, images } = stockOf('only:1');
  const collection = { node: nodeOf(bytes), pods: [], writtenBytes: 0, nowMs: 5 * MINUTE_MS };
  expect(collector.collect(collection)).toEqual([]);
  expect([...images.of('n').keys()]).toEqual([]);
});

test('what containers have written counts, and takes room from images', () => {
  const { bytes, collector, images } = stockOf('a:1', 'b:1');
  const node = nodeOf(bytes * 10);
  const collection = { node, pods: [], writtenBytes: 0, nowMs: 5 * MINUTE_MS };
  collector.collect(collection);
  expect(images.of('n').size).toBe(2);
  collector.collect({ ...collection, writtenBytes: bytes * 9 });
  expect(images.of('n').size).toBe(0);
});

test('what cannot be freed is told of, tried again after five minutes, and then told of twice', () => {
  const { bytes, collector } = stockOf('used:1');
  const node = nodeOf(bytes);
  const reasonsAt = (nowMs: number): string[] =>
    collector
      .collect({ node, pods: [podOf('used:1')], writtenBytes: 0, nowMs })
      .map(({ reason }) => reason);
  expect(reasonsAt(5 * MINUTE_MS)).toEqual(['FreeDiskSpaceFailed']);
  expect(reasonsAt(6 * MINUTE_MS)).toEqual([]);
  expect(reasonsAt(10 * MINUTE_MS)).toEqual(['FreeDiskSpaceFailed', 'ImageGCFailed']);
  const [note] = collector.collect({
    node,
    pods: [podOf('used:1')],
    writtenBytes: 0,
    nowMs: 15 * MINUTE_MS,
  });
  const wanted = bytes - Math.ceil(bytes * 0.8);
  expect(note).toEqual({
    type: 'Warning',
    reason: 'FreeDiskSpaceFailed',
    message: `Failed to garbage collect required amount of images. Attempted to free ${wanted} bytes, but only found 0 bytes eligible to free.`,
  });
});

test('images that nothing uses go when they are too old, once the kubelet knows that for sure', () => {
  const { bytes, collector, images } = stockOf('a:1', 'used:1');
  const node = nodeOf(bytes * 10, { 'orrery.dev/image-maximum-gc-age': '1h' });
  const collection = { node, pods: [podOf('used:1')], writtenBytes: 0 };
  collector.collect({ ...collection, nowMs: 120 * MINUTE_MS });
  collector.collect({ ...collection, nowMs: 180 * MINUTE_MS });
  expect(images.of('n').size).toBe(2);
  collector.collect({ ...collection, nowMs: 181 * MINUTE_MS });
  expect([...images.of('n').keys()]).toEqual(['used:1']);
});

test('a node without a disk has nothing to collect', () => {
  const { collector, images } = stockOf('a:1');
  collector.collect({ node: nodeOf(0), pods: [], writtenBytes: 0, nowMs: 5 * MINUTE_MS });
  expect(images.of('n').size).toBe(1);
});
