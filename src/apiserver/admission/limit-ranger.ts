import type {
  Container,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
} from '../../scheme/generated/types/core-v1.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import { brokenLimits, brokenRequestBounds } from './limit-range-bounds.ts';
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts';
import { podAmountsOf } from './pod-resource-lists.ts';
import { refusal } from './refuse.ts';

const LIMIT_RANGES: GroupResource = { group: '', resource: 'limitranges' };
const ANNOTATION = 'kubernetes.io/limit-ranger';

type ResourceList = Record<string, string>;

/**
 * Gives containers the requests and limits that the namespace has for those that name none, and refuses Pods, containers and
 * claims outside of the namespace's bounds.
 *
 * @see https://kubernetes.io/docs/concepts/policy/limit-range/
 */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  reads: [LIMIT_RANGES],
  handles({ group, resource }, operation, subresource) {
    if (group !== '') return false;
    if (resource === 'pods') {
      // What a Pod asks for changes through this door alone.
      return subresource === 'resize' ? operation === 'UPDATE' : isCreate(operation, subresource);
    }
    const isClaim = resource === 'persistentvolumeclaims' && subresource === '';
    return isClaim && (operation === 'CREATE' || operation === 'UPDATE');
  },
  admit(request) {
    const ranges = rangesOf(request);
    if (ranges.length === 0 || request.resource.resource !== 'pods') return;
    for (const range of ranges) applyDefaults(request.object as Pod, range);
  },
  validate(request) {
    const isPod = request.resource.resource === 'pods';
    for (const range of rangesOf(request)) {
      const items = range.spec?.limits ?? [];
      const broken = items.flatMap((item) =>
        isPod
          ? brokenByPod(item, request.object as Pod)
          : brokenByClaim(item, request.object as PersistentVolumeClaim),
      );
      if (broken.length > 0) throw refuse(request, broken);
    }
  },
};

function isCreate(operation: string, subresource: string): boolean {
  return operation === 'CREATE' && subresource === '';
}

function rangesOf({ state, namespace }: AdmissionRequest): readonly LimitRange[] {
  return state.cache(LIMIT_RANGES).list(namespace).items as readonly LimitRange[];
}

function refuse(request: AdmissionRequest, broken: readonly string[]): Error {
  const [only = ''] = broken;
  return refusal(request, broken.length === 1 ? only : `[${broken.join(', ')}]`);
}

function applyDefaults(pod: Pod, { spec }: LimitRange): void {
  const items = spec?.limits?.filter(({ type }) => type === 'Container') ?? [];
  const requests: ResourceList = Object.assign({}, ...items.map((item) => item.defaultRequest));
  const limits: ResourceList = Object.assign({}, ...items.map((item) => item.default));
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  const notes = [
    ...containers.flatMap((each) => complete(each, 'container', requests, limits)),
    ...initContainers.flatMap((each) => complete(each, 'init container', requests, limits)),
  ];
  if (notes.length === 0) return;
  const note = `LimitRanger plugin set: ${notes.join('; ')}`;
  pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: note };
}

/** Fills in what the container does not say; returns what was filled in, in words. */
function complete(
  container: Container,
  what: string,
  requests: ResourceList,
  limits: ResourceList,
): string[] {
  const own = container.resources ?? {};
  const missing = (wanted: ResourceList, given: ResourceList | undefined): string[] =>
    Object.keys(wanted).filter((name) => given?.[name] === undefined);
  const setRequests = missing(requests, own.requests).sort();
  const setLimits = missing(limits, own.limits).sort();
  if (setRequests.length + setLimits.length === 0) return [];
  container.resources = {
    ...own,
    ...(setRequests.length > 0 ? { requests: { ...requests, ...own.requests } } : {}),
    ...(setLimits.length > 0 ? { limits: { ...limits, ...own.limits } } : {}),
  };
  const note = (names: readonly string[], bound: string): string[] =>
    names.length === 0 ? [] : [`${names.join(', ')} ${bound} for ${what} ${container.name}`];
  return [...note(setRequests, 'request'), ...note(setLimits, 'limit')];
}

function brokenByPod(item: LimitRangeItem, { spec }: Pod): string[] {
  if (!spec) return [];
  if (item.type === 'Container') {
    const containers = [...spec.containers, ...(spec.initContainers ?? [])];
    return containers.flatMap(({ resources }) => brokenLimits(item, resources ?? {}));
  }
  return item.type === 'Pod' ? brokenLimits(item, podAmountsOf(spec)) : [];
}

function brokenByClaim(item: LimitRangeItem, { spec }: PersistentVolumeClaim): string[] {
  if (item.type !== 'PersistentVolumeClaim') return [];
  return brokenRequestBounds(item, spec?.resources?.requests ?? {});
}
