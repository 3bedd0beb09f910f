import { humanDuration } from '../../../scheme/duration.ts';
import type { Pod } from '../../../scheme/generated/types/core-v1.ts';
import { controllerOf } from '../../../scheme/object.ts';
import { DescribePodDocument, type DescribePodQuery } from '../../generated/operations.ts';
import { valueAt } from '../../output/json-values.ts';
import { describeContainers, describeResources } from '../containers.ts';
import { defineDescriber } from '../describer.ts';
import { Description } from '../description.ts';
import { describeEvents } from '../events.ts';
import { annotationLines, formatTime, labelLines, tolerationLines } from '../formats.ts';
import { describeTopologySpread } from '../pod-template.ts';
import { describeVolumes } from '../volumes.ts';

export const podDescriber = defineDescriber({
  words: ['pod', 'pods', 'po'],
  resource: 'pods.v1.',
  document: DescribePodDocument,
  describe: (answer, nowMs) => describePod(answer, nowMs),
});

/** A Pod, with its node and its events. */
export function describePod({ object, core }: DescribePodQuery, nowMs: number): string {
  const pod = object as Pod;
  const description = new Description();
  describeIdentity(description, pod);
  describePhase(description, pod, nowMs);
  describeAddresses(description, pod);
  describeAllContainers(description, pod);
  describeConditions(description, pod);
  describeVolumes(description, pod.spec?.volumes);
  description.field(0, 'QoS Class', pod.status?.qosClass);
  description.list(0, 'Node-Selectors', labelLines(pod.spec?.nodeSelector));
  description.list(0, 'Tolerations', tolerationLines(pod.spec?.tolerations));
  describeTopologySpread(description, 0, pod.spec?.topologySpreadConstraints);
  describeEvents(description, core.v1.pod?.events, nowMs);
  return description.toString();
}

function describeIdentity(description: Description, { metadata, spec, status }: Pod): void {
  description.field(0, 'Name', metadata.name).field(0, 'Namespace', metadata.namespace);
  description.optionalField(0, 'Priority', spec?.priority);
  description.optionalField(0, 'Priority Class Name', spec?.priorityClassName);
  description.optionalField(0, 'Runtime Class Name', spec?.runtimeClassName);
  description.optionalField(0, 'Service Account', spec?.serviceAccountName);
  description.field(
    0,
    'Node',
    spec?.nodeName ? `${spec.nodeName}/${status?.hostIP ?? ''}` : '<none>',
  );
  if (status?.startTime) description.field(0, 'Start Time', formatTime(status.startTime));
  description.list(0, 'Labels', labelLines(metadata.labels));
  description.list(0, 'Annotations', annotationLines(metadata.annotations));
}

function describePhase(
  description: Description,
  { metadata, spec, status }: Pod,
  nowMs: number,
): void {
  const hasEnded = status?.phase === 'Failed' || status?.phase === 'Succeeded';
  if (metadata.deletionTimestamp && !hasEnded) {
    const lasts = humanDuration(nowMs - Date.parse(metadata.deletionTimestamp));
    description.field(0, 'Status', `Terminating (lasts ${lasts})`);
    description.field(
      0,
      'Termination Grace Period',
      `${metadata.deletionGracePeriodSeconds ?? 0}s`,
    );
  } else {
    description.field(0, 'Status', status?.phase);
  }
  description
    .optionalField(0, 'Reason', status?.reason)
    .optionalField(0, 'Message', status?.message);
  const seccomp = spec?.securityContext?.seccompProfile;
  if (seccomp) description.field(0, 'SeccompProfile', seccomp.type);
}

function describeAddresses(description: Description, pod: Pod): void {
  const { podIP, podIPs = [], nominatedNodeName } = pod.status ?? {};
  description.field(0, 'IP', podIP);
  if (podIPs.length === 0) description.line(0, 'IPs:', '<none>');
  else description.line(0, 'IPs:');
  for (const { ip } of podIPs) description.field(1, 'IP', ip);
  const controller = controllerOf(pod);
  if (controller) description.field(0, 'Controlled By', `${controller.kind}/${controller.name}`);
  description.optionalField(0, 'NominatedNodeName', nominatedNodeName);
}

function describeAllContainers(description: Description, pod: Pod): void {
  const { spec, status } = pod;
  const readField = (fieldPath: string): string => readPodField(pod, fieldPath);
  if (spec?.resources) {
    description.line(0, 'Resources:');
    describeResources(description, 1, spec.resources);
  }
  if (spec?.initContainers?.length) {
    const statuses = status?.initContainerStatuses;
    describeContainers(description, {
      label: 'Init Containers',
      containers: spec.initContainers,
      statuses,
      readField,
    });
  }
  describeContainers(description, {
    label: 'Containers',
    containers: spec?.containers,
    statuses: status?.containerStatuses,
    readField,
  });
  if (spec?.ephemeralContainers?.length) {
    const statuses = status?.ephemeralContainerStatuses;
    describeContainers(description, {
      label: 'Ephemeral Containers',
      containers: spec.ephemeralContainers,
      statuses,
      readField,
    });
  }
}

/** `metadata.labels['app']`, `status.podIP`. */
function readPodField(pod: Pod, fieldPath: string): string {
  const [, path = fieldPath, key] = /^(.*)\['(.*)'\]$/.exec(fieldPath) ?? [];
  const value = valueAt(pod, [...path.split('.'), ...(key === undefined ? [] : [key])]);
  return typeof value === 'string' ? value : '';
}

function describeConditions(description: Description, { spec, status }: Pod): void {
  const conditions = status?.conditions ?? [];
  if (spec?.readinessGates?.length) {
    description.line(0, 'Readiness Gates:').line(1, 'Type', 'Status');
    for (const { conditionType } of spec.readinessGates) {
      const found = conditions.find(({ type }) => type === conditionType);
      description.line(1, `${conditionType} `, `${found?.status ?? '<none>'} `);
    }
  }
  if (conditions.length === 0) return;
  description.line(0, 'Conditions:').line(1, 'Type', 'Status');
  for (const { type, status: value } of conditions) description.line(1, `${type} `, `${value} `);
}
