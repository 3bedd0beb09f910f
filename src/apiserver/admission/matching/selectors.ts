import {
  isEmptySelector,
  type LabelSelector,
  selectorMatcher,
} from '../../../scheme/label-selector.ts';
import type { Labels } from '../../../scheme/labels.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import { NAMESPACES } from '../namespace-lifecycle.ts';
import type { AdmissionRequest } from '../plugin.ts';

export interface Selectors {
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly objectSelector?: LabelSelector | undefined;
}

/** Whether the request's namespace and object have the labels that are asked for. */
export function matchesSelectors(selectors: Selectors, request: AdmissionRequest): boolean {
  return (
    matchesNamespace(selectors.namespaceSelector, request) &&
    matchesObject(selectors.objectSelector, request)
  );
}

/** What has no namespace is in every selection; a namespace is selected by its own labels. */
function matchesNamespace(selector: LabelSelector | undefined, request: AdmissionRequest): boolean {
  if (!selector || isEmptySelector(selector)) return true;
  const { resource } = request;
  const isNamespace = resource.group === '' && resource.resource === 'namespaces';
  if (!resource.namespaced && !isNamespace) return true;
  const labels = isNamespace
    ? request.object.metadata.labels
    : namespaceOf(request)?.metadata.labels;
  return selectorMatcher(selector)(labels as Labels | undefined);
}

/** Either of the object and what it replaces may match: a change must not slip out of a selection. */
function matchesObject(selector: LabelSelector | undefined, request: AdmissionRequest): boolean {
  if (!selector || isEmptySelector(selector)) return true;
  const matches = selectorMatcher(selector);
  const { object, current } = request;
  return matches(object.metadata?.labels) || (!!current && matches(current.metadata.labels));
}

/** The namespace that the request is in, as it is, or as the same transaction creates it. */
export function namespaceOf({ state, namespace }: AdmissionRequest): ApiObject | undefined {
  if (namespace === '') return undefined;
  return state.cache(NAMESPACES).get('', namespace) ?? state.pending(NAMESPACES, '', namespace);
}
