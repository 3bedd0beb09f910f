import { andThen, type MaybePromise } from '../../../lib/maybe-promise.ts';
import { fromStorage } from '../../../scheme/conversion/convert.ts';
import type {
  ParamKind,
  ParamRef,
} from '../../../scheme/generated/types/admissionregistration-v1.ts';
import { selectorMatcher } from '../../../scheme/label-selector.ts';
import { type ApiObject, parseApiVersion } from '../../../scheme/object.ts';
import type { ResourceDefinition } from '../../../scheme/resource.ts';
import type { ResourceCache } from '../../../store/store.ts';
import type { AdmissionRequest } from '../plugin.ts';

/** The objects that a policy is judged with, one after another; undefined where it takes none. */
export type Params = readonly (ApiObject | undefined)[];

/** Parameters cannot be found: the policy's failure policy says what follows. */
export class ParamError extends Error {
  override readonly name = 'ParamError';
}

const WITHOUT_PARAMS: Params = [undefined];

/**
 * The parameters that a binding names, in the version that the policy names. None where the binding allows that none are
 * found. @throws {ParamError}
 */
export function paramsOf(
  request: AdmissionRequest,
  kind: ParamKind | undefined,
  ref: ParamRef | undefined,
): MaybePromise<Params> {
  if (!kind) return WITHOUT_PARAMS;
  if (!ref) throw new ParamError('the policy takes parameters, and its binding names none');
  const definition = definitionOf(request, kind);
  const storage = request.state.scheme.storageOf(definition);
  return andThen(request.state.open(storage), (cache) =>
    find(request, ref, definition, cache).map((object) =>
      definition.served === undefined
        ? fromStorage(request.state.scheme, definition, object)
        : { ...object, apiVersion: kind.apiVersion ?? '' },
    ),
  );
}

function definitionOf({ state }: AdmissionRequest, { apiVersion = '', kind = '' }: ParamKind) {
  const { group, version } = parseApiVersion(apiVersion);
  const definition = state.scheme.findByKind(group, version, kind);
  if (definition) return definition;
  throw new ParamError(
    `failed to find resource referenced by paramKind: '${apiVersion}, Kind=${kind}'`,
  );
}

function find(
  { namespace: requestNamespace }: AdmissionRequest,
  ref: ParamRef,
  { namespaced }: ResourceDefinition,
  cache: ResourceCache,
): ApiObject[] {
  const namespace = namespaced ? (ref.namespace ?? requestNamespace) : '';
  if (namespaced && namespace === '') {
    throw new ParamError(
      'failed to use a namespaced paramKind with a request that has no namespace',
    );
  }
  const found = select(ref, namespace, cache);
  if (found.length > 0 || ref.parameterNotFoundAction === 'Allow') return found;
  throw new ParamError('no params found for policy binding with `Deny` parameterNotFoundAction');
}

function select(ref: ParamRef, namespace: string, cache: ResourceCache): ApiObject[] {
  if (ref.name !== undefined && ref.name !== '') {
    const object = cache.get(namespace, ref.name);
    return object ? [object] : [];
  }
  const matches = selectorMatcher(ref.selector);
  return cache.list(namespace).items.filter(({ metadata }) => matches(metadata.labels));
}
