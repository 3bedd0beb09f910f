import { deepEqual } from '../../lib/deep-equal.ts';
import type { Pod, PodSpec, Toleration } from '../../scheme/generated/types/core-v1.ts';
import type { RuntimeClass } from '../../scheme/generated/types/node-v1.ts';
import { compareQuantities } from '../../scheme/quantity.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts';
import { earlyRefusal, refusal } from './refuse.ts';

const RUNTIME_CLASSES: GroupResource = { group: 'node.k8s.io', resource: 'runtimeclasses' };

type ResourceList = Readonly<Record<string, string>>;

/** A Pod costs what the overhead of its runtime class says, and goes to nodes that have the runtime. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  reads: [RUNTIME_CLASSES],
  handles: concerning('pods', ['CREATE']),
  admit(request) {
    const { spec } = request.object as Pod;
    const found = spec && classOf(request, spec);
    if (!found) return;
    const { overhead, scheduling } = found;
    if (overhead?.podFixed) applyOverhead(request, spec, overhead.podFixed);
    if (!scheduling) return;
    const { nodeSelector, tolerations } = scheduling;
    if (nodeSelector) applyNodeSelector(request, spec, nodeSelector);
    if (tolerations) spec.tolerations = joined(spec.tolerations ?? [], tolerations);
  },
  validate(request) {
    const { spec } = request.object as Pod;
    if (!spec?.overhead || Object.keys(spec.overhead).length === 0) return;
    if (classOf(request, spec)?.overhead?.podFixed) return;
    const why =
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
    throw refusal(request, why);
  },
};

function classOf(
  request: AdmissionRequest,
  { runtimeClassName }: PodSpec,
): RuntimeClass | undefined {
  if (!runtimeClassName) return undefined;
  const { state } = request;
  const found =
    state.cache(RUNTIME_CLASSES).get('', runtimeClassName) ??
    state.pending(RUNTIME_CLASSES, '', runtimeClassName);
  if (found) return found as RuntimeClass;
  throw earlyRefusal(request, `pod rejected: RuntimeClass "${runtimeClassName}" not found`);
}

function applyOverhead(request: AdmissionRequest, spec: PodSpec, overhead: ResourceList): void {
  if (spec.overhead && !isSameAmount(spec.overhead, overhead)) {
    const why = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
    throw earlyRefusal(request, why);
  }
  spec.overhead = { ...overhead };
}

function isSameAmount(a: ResourceList, b: ResourceList): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every(
    (name) => name in b && compareQuantities(a[name] as string, b[name] as string) === 0,
  );
}

function applyNodeSelector(request: AdmissionRequest, spec: PodSpec, wanted: ResourceList): void {
  const own = spec.nodeSelector ?? {};
  for (const [key, value] of Object.entries(wanted)) {
    if (own[key] === undefined || own[key] === value) continue;
    throw earlyRefusal(
      request,
      `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own[key]}`,
    );
  }
  spec.nodeSelector = { ...own, ...wanted };
}

function joined(own: readonly Toleration[], more: readonly Toleration[]): Toleration[] {
  const added = more.filter((toleration) => !own.some((each) => deepEqual(each, toleration)));
  return [...own, ...added];
}
