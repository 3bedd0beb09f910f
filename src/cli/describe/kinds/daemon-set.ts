import type { DaemonSet } from '../../../scheme/generated/types/apps-v1.ts';
import { formatLabelSelector } from '../../../scheme/label-selector.ts';
import { formatLabels } from '../../../scheme/labels.ts';
import {
  DescribeDaemonSetDocument,
  type DescribeDaemonSetQuery,
} from '../../generated/operations.ts';
import { defineDescriber } from '../describer.ts';
import { Description } from '../description.ts';
import { describeEvents } from '../events.ts';
import { annotationLines, labelLines } from '../formats.ts';
import { describePodTemplate } from '../pod-template.ts';
import { podsStatus } from '../pods-status.ts';

export const daemonSetDescriber = defineDescriber({
  words: ['daemonset', 'daemonsets', 'ds'],
  resource: 'daemonsets.v1.apps',
  document: DescribeDaemonSetDocument,
  describe: (answer, nowMs) => describeDaemonSet(answer, nowMs),
});

/** A DaemonSet, with how many nodes it is on, the phases of its Pods and its events. */
export function describeDaemonSet({ object, apps }: DescribeDaemonSetQuery, nowMs: number): string {
  const { metadata, spec, status } = object as DaemonSet;
  const description = new Description();
  description.field(0, 'Name', metadata.name).field(0, 'Namespace', metadata.namespace);
  description.field(0, 'Selector', formatLabelSelector(spec?.selector));
  description.field(0, 'Node-Selector', formatLabels(spec?.template.spec?.nodeSelector));
  description.list(0, 'Labels', labelLines(metadata.labels));
  description.list(0, 'Annotations', annotationLines(metadata.annotations));
  const counts = [
    ['Desired Number of Nodes Scheduled', status?.desiredNumberScheduled],
    ['Current Number of Nodes Scheduled', status?.currentNumberScheduled],
    ['Number of Nodes Scheduled with Up-to-date Pods', status?.updatedNumberScheduled],
    ['Number of Nodes Scheduled with Available Pods', status?.numberAvailable],
    ['Number of Nodes Misscheduled', status?.numberMisscheduled],
  ] as const;
  for (const [what, count = 0] of counts) description.line(0, `${what}: ${count}`);
  description.field(0, 'Pods Status', podsStatus(apps.v1.set?.pods));
  describePodTemplate(description, spec?.template);
  describeEvents(description, apps.v1.set?.events, nowMs);
  return description.toString();
}
