import { ApiError } from '../../scheme/errors.ts';
import { showManagers } from '../../scheme/managed-fields/managers.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ViewFactory } from '../content/view.ts';

export const META_GROUP = 'meta.k8s.io';
export const META_VERSIONS: ReadonlySet<string> = new Set(['v1', 'v1beta1']);

const ONE = 'PartialObjectMetadata';
const MANY = 'PartialObjectMetadataList';

/** Objects without all that their kinds give them: for clients that look after any kind, as garbage collectors do. */
export const partialMetadataView: ViewFactory = ({ kind, group, version, isList }) => {
  if (kind !== ONE && kind !== MANY) return undefined;
  if (group !== META_GROUP || !META_VERSIONS.has(version)) return undefined;
  if (kind === MANY && !isList) {
    throw notAcceptable(
      'you requested PartialObjectMetadataList, but the requested object is not a list',
    );
  }
  const apiVersion = `${META_GROUP}/${version}`;
  const toPartial = (object: ApiObject) => toPartialObject(object, apiVersion);
  return {
    key: `${apiVersion}/${kind}`,
    object: toPartial,
    list({ metadata }) {
      // Watches of many ask for what their events have: only a list can tell that it is not what was asked for.
      if (kind === ONE) {
        throw notAcceptable(
          'you requested PartialObjectMetadata, but the requested object is a list',
        );
      }
      const head = { kind: MANY, apiVersion, metadata };
      return { head, field: 'items', item: toPartial };
    },
    eventObject: toPartial,
    marksFirst: false,
  };
};

function notAcceptable(message: string): ApiError {
  return new ApiError('NotAcceptable', message);
}

/** What every object has: its metadata, under the kind that says there is no more. */
export function toPartialObject(object: ApiObject, apiVersion: string): object {
  return { kind: ONE, apiVersion, metadata: showManagers(object).metadata };
}
