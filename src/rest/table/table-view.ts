import { badRequest } from '../../scheme/errors.ts';
import { showManagers } from '../../scheme/managed-fields/managers.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { type TableColumn, type TableRow, tableOf } from '../../scheme/table.ts';
import type { ViewFactory } from '../content/view.ts';
import { META_GROUP, META_VERSIONS, toPartialObject } from './partial-metadata-view.ts';

/** Ages are told in seconds at the finest. */
const SHORTEST_AGE_MS = 1_000;

/** Objects as rows of cells, which a client can print without knowing their kind: `kubectl get` asks for it. */
export const tableView: ViewFactory = (request, { scheme, clock }) => {
  const { kind, group, version, definition, query } = request;
  if (kind !== 'Table' || group !== META_GROUP || !META_VERSIONS.has(version)) return undefined;
  const apiVersion = `${META_GROUP}/${version}`;
  const include = query.get('includeObject') || 'Metadata';
  const toMember = memberOf(include, apiVersion);
  // Clients leave out the columns that they do not want: Kubernetes sends them all.
  const { columns, row } = tableOf(scheme, definition, { wide: true });
  const noCells = columns.map(() => null);
  const toRow = (object: ApiObject): object => {
    const isBookmark = object.metadata.name === undefined;
    const shown = isBookmark ? { cells: noCells, conditions: [] } : row(object, clock.now());
    return tableRow(shown, toMember(object));
  };
  const tableOfOne = (object: ApiObject, columnDefinitions: readonly TableColumn[] | null) => {
    const { resourceVersion } = object.metadata;
    const rows = [toRow(object)];
    return { kind: 'Table', apiVersion, metadata: { resourceVersion }, columnDefinitions, rows };
  };
  return {
    key: `${apiVersion}/Table/${include}`,
    object: (object) => tableOfOne(object, columns),
    list: ({ metadata }) => ({
      head: { kind: 'Table', apiVersion, metadata, columnDefinitions: columns },
      field: 'rows',
      item: toRow,
    }),
    // Columns do not change while a watch lasts: they are told once.
    eventObject: (object, isFirst) => tableOfOne(object, isFirst ? columns : null),
    marksFirst: true,
    moment: () => Math.floor(clock.now() / SHORTEST_AGE_MS),
  };
};

type Member = (object: ApiObject) => object | null;

/** What a row has of its object. @throws {ApiError} BadRequest when it is none of what may be asked for */
function memberOf(include: string, apiVersion: string): Member {
  switch (include) {
    case 'None':
      return () => null;
    case 'Metadata':
      return (object) => toPartialObject(object, apiVersion);
    case 'Object':
      return showManagers;
    default:
      throw badRequest(`unrecognized includeObject value: ${JSON.stringify(include)}`);
  }
}

function tableRow({ cells, conditions }: TableRow, object: object | null): object {
  return conditions.length > 0 ? { cells, conditions, object } : { cells, object };
}
