import { GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql';
import { showManagers } from '../../scheme/managed-fields/managers.ts';
import type { ApiObject, ListMeta, WatchEvent } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import { cellText, tableOf } from '../../scheme/table.ts';
import { JSON_SCALAR } from '../schema/scalars.ts';
import { LIST_META_TYPE, nonNullString, WATCH_EVENT_TYPE } from '../schema/shared-types.ts';
import { API_RESOURCE_TYPE, type ApiResource, toApiResource } from './api-resource-type.ts';

const TABLE_COLUMN_TYPE = new GraphQLObjectType({
  name: 'TableColumn',
  description: 'A column of a table.',
  fields: {
    name: { type: nonNullString, description: 'Its heading: `Ready`.' },
    priority: {
      type: new GraphQLNonNull(GraphQLInt),
      description: '0 shows always, 1 in wide tables.',
    },
  },
});

const fromMetadata = (field: 'name' | 'namespace' | 'uid' | 'resourceVersion') => ({
  type: GraphQLString,
  resolve: ({ object }: TableRow) => object.metadata[field],
});

export interface TableRow {
  readonly cells: readonly string[];
  readonly object: ApiObject;
}

const TABLE_ROW_TYPE = new GraphQLObjectType<TableRow>({
  name: 'TableRow',
  description: 'One object as a line of text.',
  fields: {
    cells: {
      type: new GraphQLNonNull(new GraphQLList(nonNullString)),
      description: 'One text a column.',
    },
    name: { ...fromMetadata('name'), description: 'The name of the object.' },
    namespace: { ...fromMetadata('namespace'), description: 'Its namespace, where it has one.' },
    uid: {
      ...fromMetadata('uid'),
      description: 'Its uid: the identity that survives no re-creation.',
    },
    resourceVersion: { ...fromMetadata('resourceVersion'), description: 'Its version.' },
    object: {
      type: new GraphQLNonNull(JSON_SCALAR),
      description: 'The whole object, as JSON.',
      resolve: ({ object }) => showManagers(object),
    },
  },
});

const columnsField = {
  type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(TABLE_COLUMN_TYPE))),
  description: 'What the cells are.',
};

export const TABLE_TYPE = new GraphQLObjectType({
  name: 'Table',
  description: 'Objects of one resource as `kubectl get` prints them.',
  fields: {
    resource: {
      type: new GraphQLNonNull(API_RESOURCE_TYPE),
      description: 'The resource that it shows.',
    },
    columns: columnsField,
    rows: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(TABLE_ROW_TYPE))),
      description: 'One row an object.',
    },
    metadata: {
      type: new GraphQLNonNull(LIST_META_TYPE),
      description: 'The moment that it shows.',
    },
  },
});

export const TABLE_EVENT_TYPE = new GraphQLObjectType({
  name: 'TableWatchEvent',
  description: 'One change of a watched object, as a line of text.',
  fields: {
    type: { type: new GraphQLNonNull(WATCH_EVENT_TYPE), description: 'What happened.' },
    resourceVersion: { type: nonNullString, description: 'The version that the change made.' },
    resource: {
      type: new GraphQLNonNull(API_RESOURCE_TYPE),
      description: 'The resource of the object.',
    },
    columns: columnsField,
    row: { type: TABLE_ROW_TYPE, description: 'The object after the change; null for BOOKMARK.' },
  },
});

export interface TableOptions {
  readonly scheme: Scheme;
  readonly definition: ResourceDefinition;
  readonly wide: boolean;
  readonly now: number;
}

export interface TableValue {
  readonly resource: ApiResource;
  readonly columns: readonly { readonly name: string; readonly priority: number }[];
  readonly rows: readonly TableRow[];
  readonly metadata: ListMeta;
}

export function toTableValue(
  { scheme, definition, wide, now }: TableOptions,
  { items, metadata }: { items: readonly ApiObject[]; metadata: ListMeta },
): TableValue {
  const { columns, row } = tableOf(scheme, definition, { wide });
  return {
    resource: toApiResource(scheme, definition),
    columns,
    rows: items.map((object) => ({ cells: row(object, now).cells.map(cellText), object })),
    metadata,
  };
}

/** A watch event as a row; a bookmark has none. */
export function toTableEventValue(options: TableOptions, { type, object }: WatchEvent) {
  const resourceVersion = object.metadata.resourceVersion ?? '';
  const items = type === 'BOOKMARK' ? [] : [object];
  const { resource, columns, rows } = toTableValue(options, {
    items,
    metadata: { resourceVersion },
  });
  return { type, resourceVersion, resource, columns, row: rows[0] ?? null };
}
