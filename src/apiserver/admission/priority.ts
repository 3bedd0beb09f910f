import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { PriorityClass } from '../../scheme/generated/types/scheduling-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { ResourceCache } from '../../store/store.ts';
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts';
import { earlyRefusal } from './refuse.ts';

const PRIORITY_CLASSES: GroupResource = { group: 'scheduling.k8s.io', resource: 'priorityclasses' };

interface Priority {
  readonly className: string;
  readonly value: number;
  readonly preemptionPolicy: NonNullable<NonNullable<Pod['spec']>['preemptionPolicy']>;
}

const NO_CLASS: Priority = { className: '', value: 0, preemptionPolicy: 'PreemptLowerPriority' };

/** Turns a Pod's `priorityClassName`, or the class that is the cluster's default, into the number the scheduler goes by. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  reads: [PRIORITY_CLASSES],
  handles: ({ group, resource }, operation, subresource) =>
    operation === 'CREATE' && subresource === '' && group === '' && resource === 'pods',
  admit(request) {
    const { spec } = request.object as Pod;
    if (!spec) return;
    const computed = spec.priorityClassName
      ? priorityOfClass(request, spec.priorityClassName)
      : defaultPriority(request.state.cache(PRIORITY_CLASSES));
    if (spec.priority !== undefined && spec.priority !== computed.value) {
      const why = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${computed.value} from the given PriorityClass name`;
      throw earlyRefusal(request, why);
    }
    if (computed.className) spec.priorityClassName = computed.className;
    spec.priority = computed.value;
    spec.preemptionPolicy ??= computed.preemptionPolicy;
  },
};

function priorityOfClass(request: AdmissionRequest, className: string): Priority {
  const { state } = request;
  const found =
    state.cache(PRIORITY_CLASSES).get('', className) ??
    state.pending(PRIORITY_CLASSES, '', className);
  if (found) return toPriority(found);
  throw earlyRefusal(request, `no PriorityClass with name ${className} was found`);
}

/** Of several classes that claim to be the default, the lowest is. */
function defaultPriority(classes: ResourceCache): Priority {
  let lowest: Priority | undefined;
  for (const object of classes.list().items) {
    if (!(object as PriorityClass).globalDefault) continue;
    const claim = toPriority(object);
    if (!lowest || claim.value < lowest.value) lowest = claim;
  }
  return lowest ?? NO_CLASS;
}

function toPriority(object: ApiObject): Priority {
  const { metadata, value = 0, preemptionPolicy } = object as PriorityClass;
  return {
    className: metadata.name ?? '',
    value,
    preemptionPolicy: (preemptionPolicy ??
      NO_CLASS.preemptionPolicy) as Priority['preemptionPolicy'],
  };
}
