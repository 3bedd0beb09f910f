import { deepEqual } from '../../lib/deep-equal.ts';
import { findCondition } from '../../scheme/conditions.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { seedOf } from '../../scheme/usage/wave.ts';
import { areReported, reportedImages } from '../images/node-images.ts';
import type { NodeContext, NodeStage } from '../nodes/node-stage.ts';
import {
  addressesOf,
  isReported,
  NODE_ABILITIES,
  pressureNotes,
  readinessNotes,
  reportedConditions,
} from '../nodes/node-status.ts';
import { isRegistered } from './node-register.ts';

const UINT_32 = 2 ** 32;

function lastReportMs({ status }: Node): number {
  return Date.parse(findCondition(status?.conditions, 'Ready')?.lastHeartbeatTime ?? '');
}

/**
 * When an unchanged status is reported again: once a period, at a time within it that is the node's own. The first time after
 * a change that is half a period later, or up to one and a half, as kubelets draw it: nodes that came together would write
 * all their statuses together ever after.
 */
export function nextReportMs(node: Node, periodMs: number): number {
  const phaseMs = (seedOf(node.metadata.name ?? '') / UINT_32) * periodMs;
  const earliestMs = lastReportMs(node) + periodMs / 2;
  const periods = Math.ceil((earliestMs - phaseMs) / periodMs);
  return phaseMs + periods * periodMs;
}

function isReportDue(node: Node, { nowMs, settings }: NodeContext): boolean {
  // One that has never reported has no time for the next report either.
  return !(nowMs < nextReportMs(node, settings.nodeStatusReportMs));
}

/** The kubelet says again that the machine is well: now and then, and at once when something else was said of it. */
export const nodeReport: NodeStage = {
  name: 'node-report',
  matches: (node, ctx) => {
    if (!isRegistered(node)) return false;
    const { imagesOf, pressuresOf, volumesInUse } = ctx;
    return (
      !deepEqual(
        volumesInUse ?? node.status?.volumesInUse ?? [],
        node.status?.volumesInUse ?? [],
      ) ||
      !isReported(node, pressuresOf(node)) ||
      isReportDue(node, ctx) ||
      !areReported(imagesOf(node.metadata.name ?? ''), node)
    );
  },
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
