import type { ReplicaSet } from '../../../scheme/generated/types/apps-v1.ts';
import { formatLabelSelector } from '../../../scheme/label-selector.ts';
import { controllerOf } from '../../../scheme/object.ts';
import {
  DescribeReplicaSetDocument,
  type DescribeReplicaSetQuery,
} from '../../generated/operations.ts';
import { defineDescriber } from '../describer.ts';
import { Description } from '../description.ts';
import { describeEvents } from '../events.ts';
import { annotationLines, labelLines } from '../formats.ts';
import { describePodTemplate } from '../pod-template.ts';
import { podsStatus } from '../pods-status.ts';

export const replicaSetDescriber = defineDescriber({
  words: ['replicaset', 'replicasets', 'rs'],
  resource: 'replicasets.v1.apps',
  document: DescribeReplicaSetDocument,
  describe: (answer, nowMs) => describeReplicaSet(answer, nowMs),
});

/** A ReplicaSet, with the phases of its Pods and its events. */
export function describeReplicaSet(
  { object, apps }: DescribeReplicaSetQuery,
  nowMs: number,
): string {
  const replicaSet = object as ReplicaSet;
  const { metadata, spec, status } = replicaSet;
  const related = apps.v1.replicaSet;
  const description = new Description();
  description.field(0, 'Name', metadata.name).field(0, 'Namespace', metadata.namespace);
  description.field(0, 'Selector', formatLabelSelector(spec?.selector));
  description.list(0, 'Labels', labelLines(metadata.labels));
  description.list(0, 'Annotations', annotationLines(metadata.annotations));
  const controller = controllerOf(replicaSet);
  if (controller) description.field(0, 'Controlled By', `${controller.kind}/${controller.name}`);
  description.field(
    0,
    'Replicas',
    `${status?.replicas ?? 0} current / ${spec?.replicas ?? 1} desired`,
  );
  description.field(0, 'Pods Status', podsStatus(related?.pods));
  describePodTemplate(description, spec?.template);
  if (status?.conditions?.length) {
    description
      .line(0, 'Conditions:')
      .line(1, 'Type', 'Status', 'Reason')
      .line(1, '----', '------', '------');
    for (const { type, status: value, reason = '' } of status.conditions) {
      description.line(1, `${type} `, value, reason);
    }
  }
  describeEvents(description, related?.events, nowMs);
  return description.toString();
}
