import { expect, test } from '@jest/globals';
import type { InformerFactory, InformerHandler } from '../../../src/machinery/informer.ts';
import { VolumeState } from '../../../src/scheduler/volumes/volume-state.ts';
import type { VolumeAttachment } from '../../../src/scheme/generated/types/storage-v1.ts';
import { newVolume } from '../../support/storage.ts';

const attachment: VolumeAttachment = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'VolumeAttachment',
  metadata: { name: 'one' },
  spec: { attacher: 'disk', nodeName: 'n', source: { persistentVolumeName: 'pv' } },
};

/** Informers that know nothing until they are told: `tell` is how. */
function toldInformers() {
  const handlers = new Map<string, InformerHandler[]>();
  const factory = {
    informer: ({ kind }: { readonly kind: string }) => ({
      get: () => undefined,
      list: () => [],
      addIndex: () => {},
      byIndex: () => [],
      addHandler: (handler: InformerHandler) =>
        handlers.set(kind, [...(handlers.get(kind) ?? []), handler]),
    }),
  } as unknown as InformerFactory;
  return { factory, tell: (kind: string) => handlers.get(kind) ?? [] };
}

test('a volume that leaves its node may let a pod in; one that comes to it only makes old answers void', () => {
  const { factory, tell } = toldInformers();
  let changes = 0;
  const state = new VolumeState(factory, () => changes++);
  const before = state.version;
  for (const { onAdd } of tell('VolumeAttachment')) onAdd?.(attachment);
  expect([changes, state.version - before]).toEqual([0, 1]);
  for (const { onDelete } of tell('VolumeAttachment')) onDelete?.(attachment);
  expect([changes, state.version - before]).toEqual([1, 2]);
});

test('a volume that changes may let a pod in', () => {
  const { factory, tell } = toldInformers();
  let changes = 0;
  const state = new VolumeState(factory, () => changes++);
  const before = state.version;
  const [first, second] = [newVolume('pv'), newVolume('pv', { labels: { zone: 'a' } })];
  for (const { onUpdate } of tell('PersistentVolume')) onUpdate?.(first, second);
  expect([changes, state.version - before]).toEqual([1, 1]);
});
