import type { StatefulSet } from '../../../scheme/generated/types/apps-v1.ts';
import type { PersistentVolumeClaim } from '../../../scheme/generated/types/core-v1.ts';
import { formatLabelSelector } from '../../../scheme/label-selector.ts';
import {
  DescribeStatefulSetDocument,
  type DescribeStatefulSetQuery,
} from '../../generated/operations.ts';
import { defineDescriber } from '../describer.ts';
import { Description } from '../description.ts';
import { describeEvents } from '../events.ts';
import { annotationLines, formatTime, labelLines } from '../formats.ts';
import { describePodTemplate } from '../pod-template.ts';
import { podsStatus } from '../pods-status.ts';

export const statefulSetDescriber = defineDescriber({
  words: ['statefulset', 'statefulsets', 'sts'],
  resource: 'statefulsets.v1.apps',
  document: DescribeStatefulSetDocument,
  describe: (answer, nowMs) => describeStatefulSet(answer, nowMs),
});

/** A StatefulSet, with the phases of its Pods, its claims and its events. */
export function describeStatefulSet(
  { object, apps }: DescribeStatefulSetQuery,
  nowMs: number,
): string {
  const { metadata, spec, status } = object as StatefulSet;
  const description = new Description();
  description.field(0, 'Name', metadata.name).field(0, 'Namespace', metadata.namespace);
  description.field(0, 'CreationTimestamp', formatTime(metadata.creationTimestamp));
  description.field(0, 'Selector', formatLabelSelector(spec?.selector));
  description.list(0, 'Labels', labelLines(metadata.labels));
  description.list(0, 'Annotations', annotationLines(metadata.annotations));
  const desired = spec?.replicas ?? 1;
  description.field(0, 'Replicas', `${desired} desired | ${status?.replicas ?? 0} total`);
  description.field(0, 'Update Strategy', spec?.updateStrategy?.type);
  const partition = spec?.updateStrategy?.rollingUpdate?.partition;
  if (partition !== undefined) description.field(1, 'Partition', String(partition));
  description.field(0, 'Pods Status', podsStatus(apps.v1.set?.pods));
  describePodTemplate(description, spec?.template);
  describeClaims(description, spec?.volumeClaimTemplates ?? []);
  describeEvents(description, apps.v1.set?.events, nowMs);
  return description.toString();
}

function describeClaims(description: Description, claims: readonly PersistentVolumeClaim[]): void {
  if (claims.length === 0) {
    description.field(0, 'Volume Claims', '<none>');
    return;
  }
  description.line(0, 'Volume Claims:');
  for (const { metadata, spec } of claims) {
    description.field(1, 'Name', metadata.name);
    description.field(1, 'StorageClass', spec?.storageClassName);
    description.list(1, 'Labels', labelLines(metadata.labels));
    description.list(1, 'Annotations', annotationLines(metadata.annotations));
    description.field(1, 'Capacity', spec?.resources?.requests?.storage ?? '<default>');
    description.field(1, 'Access Modes', `[${spec?.accessModes?.join(' ') ?? ''}]`);
  }
}
