import { deepEqual } from '../../lib/deep-equal.ts';
import { findCondition } from '../../scheme/conditions.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { areReported, reportedImages } from '../images/node-images.ts';
import type { NodeStage } from '../nodes/node-stage.ts';
import {
  addressesOf,
  isReported,
  NODE_ABILITIES,
  pressureNotes,
  readinessNotes,
  reportedConditions,
} from '../nodes/node-status.ts';
import { isRegistered } from './node-register.ts';

function lastReportMs({ status }: Node): number {
  return Date.parse(findCondition(status?.conditions, 'Ready')?.lastHeartbeatTime ?? '');
}

/** The kubelet says again that the machine is well: now and then, and at once when something else was said of it. */
export const nodeReport: NodeStage = {
  name: 'node-report',
  matches: (node, { imagesOf, nowMs, pressuresOf, settings, volumesInUse }) =>
    isRegistered(node) &&
    (!deepEqual(volumesInUse ?? node.status?.volumesInUse ?? [], node.status?.volumesInUse ?? []) ||
      !isReported(node, pressuresOf(node)) ||
      !(nowMs - lastReportMs(node) < settings.nodeStatusReportMs) ||
      !areReported(imagesOf(node.metadata.name ?? ''), node)),
  next: (node, { imagesOf, ipsOf, nowMs, pressuresOf, volumesInUse }) => {
    const pressures = pressuresOf(node);
    const images = reportedImages(imagesOf(node.metadata.name ?? ''));
    const status = {
      ...node.status,
      conditions: reportedConditions(node, nowMs, pressures),
      addresses: addressesOf(node, ipsOf(node.spec?.podCIDRs ?? [])),
      ...NODE_ABILITIES,
      ...(volumesInUse ? { volumesInUse: [...volumesInUse] } : {}),
      ...(images.length > 0 || node.status?.images ? { images } : {}),
    };
    const events = [...pressureNotes(node, pressures), ...readinessNotes(node)];
    return { status, ...(events.length > 0 ? { events } : {}) };
  },
};
