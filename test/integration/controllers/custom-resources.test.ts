import { describe, expect, test } from '@jest/globals';
import { coreConfigMaps, coreNamespaces } from '../../../src/scheme/generated/resources.ts';
import { configMap } from '../../support/api-objects.ts';
import { testPlane } from '../../support/control-plane.ts';
import {
  installDefinition,
  widget,
  widgetDefinition,
  widgets,
} from '../../support/custom-resources.ts';

const owned = <T extends { metadata: object }>(
  object: T,
  owner: { kind: string; apiVersion: string; metadata: { name?: string; uid?: string } },
): T => ({
  ...object,
  metadata: {
    ...object.metadata,
    ownerReferences: [
      {
        apiVersion: owner.apiVersion,
        kind: owner.kind,
        name: owner.metadata.name ?? '',
        uid: owner.metadata.uid ?? '',
      },
    ],
  },
});

describe('controllers that were running before a definition came', () => {
  test('empty a namespace of its custom resources', async () => {
    await using plane = await testPlane({ controllers: ['namespace'] });
    await installDefinition(plane.api, widgetDefinition());
    await plane.client.create(coreNamespaces, { metadata: { name: 'shop' } });
    await plane.client.create(widgets, {
      ...widget('a'),
      metadata: { name: 'a', namespace: 'shop' },
    });
    await plane.client.delete(coreNamespaces, { name: 'shop' });
    await plane.eventually(
      async () => (await plane.list(coreNamespaces)).map(({ metadata }) => metadata.name),
      (names) => expect(names).not.toContain('shop'),
    );
    expect((await plane.client.list(widgets)).items).toEqual([]);
  });

  test('collect what custom resources own, and custom resources that are owned', async () => {
    await using plane = await testPlane({ controllers: ['garbage-collector'] });
    await installDefinition(plane.api, widgetDefinition());
    const parent = await plane.client.create(widgets, widget('parent'));
    const child = await plane.client.create(widgets, owned(widget('child'), parent));
    await plane.client.create(coreConfigMaps, owned(configMap('grandchild'), child));
    await plane.client.delete(widgets, { namespace: 'default', name: 'parent' });
    await plane.eventually(
      async () =>
        [...(await plane.list(widgets)), ...(await plane.list(coreConfigMaps, 'default'))].map(
          ({ metadata }) => metadata.name,
        ),
      (names) =>
        expect(names).not.toEqual(expect.arrayContaining([expect.stringMatching('child')])),
    );
  });
});
