import { describe, expect, test } from '@jest/globals';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import type { View, ViewRequest } from '../../../../src/rest/content/view.ts';
import { partialMetadataView } from '../../../../src/rest/table/partial-metadata-view.ts';
import { tableView } from '../../../../src/rest/table/table-view.ts';
import { STRATEGIES } from '../../../../src/scheme/groups/strategies.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import type { ResourceDefinition } from '../../../../src/scheme/resource.ts';
import { createScheme } from '../../../../src/scheme/scheme.ts';

const scheme = createScheme({ strategies: STRATEGIES });
const context = { scheme, clock: new VirtualClock(Date.UTC(2026, 0, 1, 0, 1)) };
const V1 = 'meta.k8s.io/v1';

const MAP: ApiObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', resourceVersion: '7', creationTimestamp: '2026-01-01T00:00:00Z' },
  data: { k: 'v' },
} as ApiObject;
const BOOKMARK: ApiObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { resourceVersion: '9' },
};
const META = { kind: 'PartialObjectMetadata', apiVersion: V1, metadata: MAP.metadata };
const LIST_META = { resourceVersion: '8', continue: 'c', remainingItemCount: 3 };

interface Ask {
  readonly as: string;
  readonly v?: string;
  readonly g?: string;
  readonly include?: string;
  readonly isList?: boolean;
}

const request = ({ as, v = 'v1', g = 'meta.k8s.io', include, isList = true }: Ask) =>
  ({
    kind: as,
    group: g,
    version: v,
    definition: scheme.find('', 'v1', 'configmaps') as ResourceDefinition,
    isList,
    query: new URLSearchParams(include === undefined ? {} : { includeObject: include }),
  }) satisfies ViewRequest;

const table = (ask: Omit<Ask, 'as'> = {}): View =>
  tableView(request({ as: 'Table', ...ask }), context) as View;
const partial = (ask: Ask): View => partialMetadataView(request(ask), context) as View;

/** A list as it is answered: the head with its items. */
function listed(view: View): Record<string, unknown> {
  const { head, field, item } = view.list({
    apiVersion: 'v1',
    kind: 'ConfigMapList',
    metadata: LIST_META,
    items: [MAP],
  });
  return { ...head, [field]: [item(MAP)] };
}

describe('a table', () => {
  const COLUMNS = [
    expect.objectContaining({ name: 'Name', type: 'string', format: 'name', priority: 0 }),
    expect.objectContaining({ name: 'Data', type: 'string', format: '', priority: 0 }),
    expect.objectContaining({ name: 'Age', type: 'string', format: '', priority: 0 }),
  ];
  const CELLS = ['a', 1, '60s'];

  test('of an object has its version and one row', () => {
    expect(table().object(MAP)).toEqual({
      kind: 'Table',
      apiVersion: V1,
      metadata: { resourceVersion: '7' },
      columnDefinitions: COLUMNS,
      rows: [{ cells: CELLS, object: META }],
    });
  });

  test('of a list has the list metadata and a row an object', () => {
    expect(listed(table())).toEqual({
      kind: 'Table',
      apiVersion: V1,
      metadata: LIST_META,
      columnDefinitions: COLUMNS,
      rows: [{ cells: CELLS, object: META }],
    });
  });

  test.each([
    [undefined, META],
    ['', META],
    ['Metadata', META],
    ['Object', MAP],
    ['None', null],
  ])('with includeObject=%s has that of each object', (include, object) => {
    const view = table(include === undefined ? {} : { include });
    expect(view.object(MAP)).toMatchObject({ rows: [{ object }] });
  });

  test('with an unknown includeObject is refused', () => {
    expect(() => table({ include: 'All' })).toThrow('unrecognized includeObject value: "All"');
  });

  test('of v1beta1 says so, of its rows as well', () => {
    expect(table({ v: 'v1beta1' }).object(MAP)).toMatchObject({
      apiVersion: 'meta.k8s.io/v1beta1',
      rows: [{ object: { apiVersion: 'meta.k8s.io/v1beta1', kind: 'PartialObjectMetadata' } }],
    });
  });

  test('of a watch tells the columns in its first event alone', () => {
    const view = table();
    expect(view.marksFirst).toBe(true);
    expect(view.eventObject(MAP, true)).toMatchObject({ columnDefinitions: COLUMNS });
    expect(view.eventObject(MAP, false)).toMatchObject({
      columnDefinitions: null,
      rows: [{ cells: CELLS, object: META }],
    });
  });

  test('of a bookmark has a row without values, whose object has the version', () => {
    expect(table().eventObject(BOOKMARK, false)).toEqual({
      kind: 'Table',
      apiVersion: V1,
      metadata: { resourceVersion: '9' },
      columnDefinitions: null,
      rows: [
        {
          cells: [null, null, null],
          object: { kind: 'PartialObjectMetadata', apiVersion: V1, metadata: BOOKMARK.metadata },
        },
      ],
    });
  });

  test('marks the rows of Pods that have ended', () => {
    const definition = scheme.find('', 'v1', 'pods') as ResourceDefinition;
    const view = tableView({ ...request({ as: 'Table' }), definition }, context) as View;
    const pod = { ...MAP, kind: 'Pod', status: { phase: 'Succeeded' } } as ApiObject;
    expect(view.object(pod)).toMatchObject({
      rows: [{ conditions: [{ type: 'Completed', status: 'True', reason: 'Succeeded' }] }],
    });
  });

  test('differs by version and by what it includes', () => {
    const views = [table(), table({ v: 'v1beta1' }), table({ include: 'None' })];
    expect(new Set(views.map(({ key }) => key)).size).toBe(3);
  });
});

describe('metadata alone', () => {
  test('of an object is its metadata under a kind of its own', () => {
    const view = partial({ as: 'PartialObjectMetadata', isList: false });
    expect(view.object(MAP)).toEqual(META);
  });

  test('of a list is a list of them', () => {
    expect(listed(partial({ as: 'PartialObjectMetadataList' }))).toEqual({
      kind: 'PartialObjectMetadataList',
      apiVersion: V1,
      metadata: LIST_META,
      items: [META],
    });
  });

  test('of an event is that of its object', () => {
    expect(partial({ as: 'PartialObjectMetadata' }).eventObject(MAP, true)).toEqual(META);
    expect(partial({ as: 'PartialObjectMetadata', v: 'v1beta1' }).eventObject(MAP, false)).toEqual({
      ...META,
      apiVersion: 'meta.k8s.io/v1beta1',
    });
  });

  test('of a list is refused to whoever asks for that of one object', () => {
    expect(() => listed(partial({ as: 'PartialObjectMetadata' }))).toThrow(
      'you requested PartialObjectMetadata, but the requested object is a list',
    );
  });

  test('of one object is refused to whoever asks for a list', () => {
    expect(() => partial({ as: 'PartialObjectMetadataList', isList: false })).toThrow(
      'you requested PartialObjectMetadataList, but the requested object is not a list',
    );
  });
});

describe('what is none of them', () => {
  test.each([
    { as: '' },
    { as: 'Status' },
    { as: 'Table', v: 'v2' },
    { as: 'Table', g: '' },
    { as: 'PartialObjectMetadata', v: 'v1alpha1' },
    { as: 'PartialObjectMetadataList', g: 'apps' },
  ])('is left to others: %j', (ask) => {
    expect(tableView(request(ask), context)).toBeUndefined();
    expect(partialMetadataView(request(ask), context)).toBeUndefined();
  });
});
