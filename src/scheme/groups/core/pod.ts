import { findCondition, isConditionTrue } from '../../conditions.ts';
import { type FieldError, forbiddenField } from '../../field-error.ts';
import type { Pod, PodAffinityTerm, PodSpec } from '../../generated/types/core-v1.ts';
import type { KindStrategy, PrinterColumn, RowCondition } from '../../kind-strategy.ts';
import type { Labels } from '../../labels.ts';
import { dnsLabelProblems } from '../../names.ts';
import { qosClassOf } from '../../resources-of-pod.ts';
import { ageColumn, NONE, nameColumn } from '../columns.ts';
import {
  applyPodOnlyDefaults,
  applyPodSpecDefaults,
  mirrorServiceAccount,
} from './pod-spec/pod-spec-defaults.ts';
import { validatePodAnnotations } from './pod-spec/validate-pod-annotations.ts';
import { validatePodSpec } from './pod-spec/validate-pod-spec.ts';
import { preparePodStatusUpdate, validatePodStatusUpdate } from './pod-status.ts';
import { formatRestarts, summarizePod } from './pod-summary.ts';
import { validatePodUpdate } from './pod-update.ts';

const EMPTY_SPEC: PodSpec = { containers: [] };

function prepareForCreate(pod: Pod): void {
  const spec = pod.spec ?? EMPTY_SPEC;
  mirrorServiceAccount(spec);
  pod.status = { phase: 'Pending', qosClass: qosClassOf(spec) };
  if (spec.schedulingGates?.length) {
    pod.status.conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      },
    ];
  }
  resolveLabelKeys(spec, pod.metadata.labels ?? {});
}

/** Turns the keys that stand for the Pod's own labels into requirements on their values. */
function resolveLabelKeys(spec: PodSpec, labels: Labels): void {
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
      resolveTerm(term, labels);
    }
    for (const weighted of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      resolveTerm(weighted.podAffinityTerm, labels);
    }
  }
}

function resolveTerm(term: PodAffinityTerm, labels: Labels): void {
  const { labelSelector } = term;
  if (!labelSelector) return;
  const resolve = (keys: readonly string[] | undefined, operator: 'In' | 'NotIn'): void => {
    for (const key of keys ?? []) {
      const value = labels[key];
      if (typeof value !== 'string') continue;
      labelSelector.matchExpressions ??= [];
      labelSelector.matchExpressions.push({ key, operator, values: [value] });
    }
  };
  resolve(term.matchLabelKeys, 'In');
  resolve(term.mismatchLabelKeys, 'NotIn');
}

function validate(pod: Pod): FieldError[] {
  const errors: FieldError[] = [];
  const spec = pod.spec ?? EMPTY_SPEC;
  const { name, annotations } = pod.metadata;
  if (annotations) validatePodAnnotations(annotations, spec, 'metadata.annotations', errors);
  validatePodSpec(spec, 'spec', errors, { isPod: true, podName: name });
  if (!spec.serviceAccountName && spec.volumes) refuseTokens(spec, errors);
  return errors;
}

/** A token is somebody's: without a service account there is none to be had. */
function refuseTokens(spec: PodSpec, errors: FieldError[]): void {
  spec.volumes?.forEach(({ projected }, index) => {
    projected?.sources?.forEach(({ serviceAccountToken }, place) => {
      if (!serviceAccountToken) return;
      const path = `spec.volumes[${index}].projected.sources[${place}].serviceAccountToken`;
      const detail = 'must not be specified when serviceAccountName is not set';
      errors.push(forbiddenField(path, detail));
    });
  });
}

function validateCreate({ spec }: Pod): FieldError[] {
  const errors: FieldError[] = [];
  if (spec?.ephemeralContainers?.length) {
    errors.push(forbiddenField('spec.ephemeralContainers', 'cannot be set on create'));
  }
  if (spec?.nodeName && spec.schedulingGates?.length) {
    const detail = 'cannot be set until all schedulingGates have been cleared';
    errors.push(forbiddenField('spec.nodeName', detail));
  }
  return errors;
}

function warnings({ metadata: { name = '' } }: Pod): string[] {
  const problems = dnsLabelProblems(name);
  if (problems.length === 0) return [];
  return [
    `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`,
  ];
}

/** Pods that no kubelet holds, or that have ended, go at once. */
function defaultGracePeriodSeconds({ spec, status }: Pod): number {
  const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  if (!spec?.nodeName || ended) return 0;
  const seconds = spec.terminationGracePeriodSeconds ?? 0;
  return seconds < 0 ? 1 : seconds;
}

function readinessGates({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return NONE;
  const passed = gates.filter(({ conditionType }) => {
    return isConditionTrue(status?.conditions, conditionType);
  });
  return `${passed.length}/${gates.length}`;
}

const printerColumns: readonly PrinterColumn<Pod>[] = [
  nameColumn,
  {
    name: 'Ready',
    description: 'How many of its containers are ready.',
    cell(pod) {
      const { readyContainers, totalContainers } = summarizePod(pod);
      return `${readyContainers}/${totalContainers}`;
    },
  },
  {
    name: 'Status',
    description: 'What it is doing, or what keeps it from doing it.',
    cell: (pod) => summarizePod(pod).reason,
  },
  {
    name: 'Restarts',
    description: 'How often its containers were started again, and how long ago the last time.',
    cell: (pod, now) => formatRestarts(summarizePod(pod), now),
  },
  ageColumn,
  {
    name: 'IP',
    description: 'Its address.',
    priority: 1,
    cell: ({ status }) => status?.podIPs?.[0]?.ip || status?.podIP || NONE,
  },
  {
    name: 'Node',
    description: 'The node that it runs on.',
    priority: 1,
    cell: ({ spec }) => spec?.nodeName || NONE,
  },
  {
    name: 'Nominated Node',
    description: 'The node that is being cleared for it.',
    priority: 1,
    cell: ({ status }) => status?.nominatedNodeName || NONE,
  },
  {
    name: 'Readiness Gates',
    description: 'How many of its readiness gates are open.',
    priority: 1,
    cell: readinessGates,
  },
];

const SUCCEEDED: readonly RowCondition[] = [
  {
    type: 'Completed',
    status: 'True',
    reason: 'Succeeded',
    message: 'The pod has completed successfully.',
  },
];

const FAILED: readonly RowCondition[] = [
  { type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' },
];

function rowConditions({ status }: Pod): readonly RowCondition[] {
  if (status?.phase === 'Succeeded') return SUCCEEDED;
  return status?.phase === 'Failed' ? FAILED : [];
}

/** core/Pod. */
export const podStrategy: KindStrategy<Pod> = {
  returnsDeleted: true,
  applyDefaults(pod) {
    pod.spec ??= { containers: [] };
    applyPodSpecDefaults(pod.spec);
    applyPodOnlyDefaults(pod.spec);
  },
  prepareForCreate,
  prepareForUpdate(next, current) {
    next.status = current.status;
  },
  prepareForStatusUpdate: preparePodStatusUpdate,
  validate,
  validateCreate,
  validateUpdate: validatePodUpdate,
  validateStatusUpdate: validatePodStatusUpdate,
  warnings,
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
    // What spec.nodeName was called before v1.
    'spec.host': ({ spec }) => spec?.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec?.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec?.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec?.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => `${spec?.hostNetwork ?? false}`,
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': ({ status }) => status?.podIPs?.[0]?.ip ?? status?.podIP ?? '',
    // Kubernetes lets selectors name it and says of every pod that it has none.
    'status.podIPs': () => '',
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
  },
  printerColumns,
  rowConditions,
  defaultGracePeriodSeconds,
};

/** Whether the Pod's Ready condition is True. */
export function isPodReady({ status }: Pod): boolean {
  return findCondition(status?.conditions, 'Ready')?.status === 'True';
}
