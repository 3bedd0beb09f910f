import { describe, expect, test } from '@jest/globals';
import { apiextensionsCustomResourceDefinitions as definitions } from '../../../src/scheme/generated/resources.ts';
import type { CustomResourceDefinition } from '../../../src/scheme/generated/types/apiextensions-v1.ts';
import { installDefinition, widgetDefinition } from '../../support/custom-resources.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestApi, testApi } from '../../support/plane.ts';

const gadgets = (names: Partial<CustomResourceDefinition['spec']['names']> = {}) =>
  widgetDefinition({ names: { plural: 'gadgets', kind: 'Gadget', ...names } });

function conditions(api: TestApi, name: string): Promise<Record<string, string>> {
  return eventually(async () => {
    const { status } = await api.client.get(definitions, { name });
    if (!status?.conditions) throw new Error('not judged yet');
    return Object.fromEntries(
      status.conditions.map((one) => [one.type, `${one.status} ${one.reason}`]),
    );
  });
}

const REFUSED: [string, Partial<CustomResourceDefinition['spec']['names']>][] = [
  ['SingularConflict', { singular: 'widget' }],
  ['ShortNamesConflict', { shortNames: ['g', 'w'] }],
  ['ShortNamesConflict', { shortNames: ['widgets'] }],
  ['KindConflict', { kind: 'Widget', listKind: 'GadgetList', singular: 'gadget' }],
  ['ListKindConflict', { listKind: 'WidgetList' }],
];

describe('the names of a definition', () => {
  test.each(REFUSED)(
    'are refused when another of the group has them: %s %j',
    async (reason, names) => {
      await using api = await testApi();
      await installDefinition(api, widgetDefinition({ names: { shortNames: ['w'] } }));
      await api.client.create(definitions, gadgets(names));
      expect(await conditions(api, 'gadgets.example.com')).toEqual({
        NamesAccepted: `False ${reason}`,
        Established: 'False NotAccepted',
      });
      expect(api.scheme.find('example.com', 'v1', 'gadgets')).toBeUndefined();
    },
  );

  test('are accepted once the other lets them go', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition({ names: { shortNames: ['w'] } }));
    await api.client.create(definitions, gadgets({ shortNames: ['w'] }));
    expect(await conditions(api, 'gadgets.example.com')).toMatchObject({
      Established: 'False NotAccepted',
    });
    await api.client.delete(definitions, { name: 'widgets.example.com' });
    await eventually(
      () => conditions(api, 'gadgets.example.com'),
      (now) => {
        expect(now).toEqual({
          NamesAccepted: 'True NoConflicts',
          Established: 'True InitialNamesAccepted',
        });
      },
    );
    expect(api.scheme.search('w').map(({ kind }) => kind)).toEqual(['Gadget']);
  });

  test('do not conflict with those of other groups', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition());
    await installDefinition(api, widgetDefinition({ group: 'example.org' }));
    expect(await conditions(api, 'widgets.example.org')).toMatchObject({
      NamesAccepted: 'True NoConflicts',
    });
  });

  test('of a served definition change as far as they are free, and it goes on being served', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition({ names: { shortNames: ['w'] } }));
    await installDefinition(api, gadgets({ shortNames: ['g'] }));
    const rename = (shortNames: string[]) =>
      api.client.patch(
        definitions,
        { name: 'gadgets.example.com' },
        { type: 'merge', patch: { spec: { names: { shortNames } } } },
      );
    await rename(['w']);
    await eventually(
      () => conditions(api, 'gadgets.example.com'),
      (now) => {
        expect(now).toEqual({
          NamesAccepted: 'False ShortNamesConflict',
          Established: 'True InitialNamesAccepted',
        });
      },
    );
    expect(api.scheme.search('g').map(({ kind }) => kind)).toEqual(['Gadget']);
    await rename(['gg']);
    await eventually(
      () => api.scheme.search('gg').map(({ kind }) => kind),
      (kinds) => expect(kinds).toEqual(['Gadget']),
    );
    expect(api.scheme.search('g')).toEqual([]);
  });

  test('have one owner, however many API servers judge them at once', async () => {
    await using api = await testApi();
    await using other = await testApi({ databaseUrl: api.databaseUrl });
    const plurals = Array.from({ length: 8 }, (_, i) => `things${i}`);
    await Promise.all(
      plurals.map((plural, i) =>
        (i % 2 === 0 ? api : other).client.create(
          definitions,
          widgetDefinition({ names: { plural, kind: `Thing${i}`, shortNames: ['t'] } }),
        ),
      ),
    );
    const judged = await eventually(
      () => api.client.list(definitions),
      ({ items }) => {
        for (const { status } of items) expect(status?.conditions?.length).toBe(2);
      },
    );
    const owners = judged.items.filter(({ status }) =>
      status?.acceptedNames?.shortNames?.includes('t'),
    );
    expect(owners).toHaveLength(1);
    const [owner] = owners.map(({ spec }) => spec.names.kind);
    for (const { scheme } of [api, other]) {
      await eventually(
        () => scheme.search('t').map(({ kind }) => kind),
        (kinds) => expect(kinds).toEqual([owner]),
      );
    }
  });
});
