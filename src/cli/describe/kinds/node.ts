import type { Node } from '../../../scheme/generated/types/core-v1.ts';
import { DescribeNodeDocument, type DescribeNodeQuery } from '../../generated/operations.ts';
import { compareTexts } from '../../output/compare.ts';
import { defineDescriber } from '../describer.ts';
import { Description } from '../description.ts';
import { describeEvents } from '../events.ts';
import { annotationLines, formatTime, labelLines, orNone, sortedEntries } from '../formats.ts';
import { describePodsOfNode } from './node-pods.ts';

export const nodeDescriber = defineDescriber({
  words: ['node', 'nodes', 'no'],
  resource: 'nodes.v1.',
  document: DescribeNodeDocument,
  describe: (answer, nowMs) => describeNode(answer, nowMs),
});

type Lease = NonNullable<DescribeNodeQuery['coordination']['v1']['leases']>['items'][number];

const ROLE_LABEL = 'node-role.kubernetes.io/';

/** A Node, with its lease, its Pods and what they take of it, and its events. */
export function describeNode(
  { object, core, coordination }: DescribeNodeQuery,
  nowMs: number,
): string {
  const node = object as Node;
  const description = new Description();
  describeIdentity(description, node);
  describeLease(description, coordination.v1.leases?.items[0]);
  describeConditions(description, node);
  description.line(0, 'Addresses:');
  for (const { type, address } of node.status?.addresses ?? []) description.field(1, type, address);
  describeAmounts(description, 'Capacity', node.status?.capacity);
  describeAmounts(description, 'Allocatable', node.status?.allocatable);
  describeSystem(description, node);
  describePodsOfNode(description, { node, pods: core.v1.node?.pods ?? [], nowMs });
  describeEvents(description, core.v1.node?.events, nowMs);
  return description.toString();
}

function describeIdentity(description: Description, { metadata, spec }: Node): void {
  const roles = Object.keys(metadata.labels ?? {}).filter((label) => label.startsWith(ROLE_LABEL));
  const names = roles.map((label) => label.slice(ROLE_LABEL.length)).sort(compareTexts);
  description.field(0, 'Name', metadata.name).field(0, 'Roles', orNone(names.join(',')));
  description.list(0, 'Labels', labelLines(metadata.labels));
  description.list(0, 'Annotations', annotationLines(metadata.annotations));
  description.field(0, 'CreationTimestamp', formatTime(metadata.creationTimestamp));
  const taints = (spec?.taints ?? []).map(
    ({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`,
  );
  description.list(0, 'Taints', taints.sort(compareTexts));
  description.field(0, 'Unschedulable', spec?.unschedulable ?? false);
}

function describeLease(description: Description, lease: Lease | undefined): void {
  const { holderIdentity, acquireTime, renewTime } = lease?.spec ?? {};
  description.line(0, 'Lease:').field(1, 'HolderIdentity', holderIdentity || '<unset>');
  description
    .field(1, 'AcquireTime', formatTime(acquireTime))
    .field(1, 'RenewTime', formatTime(renewTime));
}

function describeConditions(description: Description, { status }: Node): void {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return;
  description.line(0, 'Conditions:');
  description.line(
    1,
    'Type',
    'Status',
    'LastHeartbeatTime',
    'LastTransitionTime',
    'Reason',
    'Message',
  );
  description.line(
    1,
    '----',
    '------',
    '-----------------',
    '------------------',
    '------',
    '-------',
  );
  for (const condition of conditions) {
    const {
      type,
      status: value,
      lastHeartbeatTime,
      lastTransitionTime,
      reason = '',
      message = '',
    } = condition;
    const times = [`${formatTime(lastHeartbeatTime)} `, `${formatTime(lastTransitionTime)} `];
    description.line(1, `${type} `, `${value} `, ...times, `${reason} `, message);
  }
}

function describeAmounts(
  description: Description,
  label: string,
  amounts: Readonly<Record<string, string>> | undefined,
): void {
  const entries = sortedEntries(amounts);
  if (entries.length === 0) return;
  description.line(0, `${label}:`);
  for (const [name, amount] of entries) description.field(1, name, amount);
}

function describeSystem(description: Description, { spec, status }: Node): void {
  const info = status?.nodeInfo;
  description.line(0, 'System Info:');
  description.field(1, 'Machine ID', info?.machineID).field(1, 'System UUID', info?.systemUUID);
  description.field(1, 'Boot ID', info?.bootID).field(1, 'Kernel Version', info?.kernelVersion);
  description
    .field(1, 'OS Image', info?.osImage)
    .field(1, 'Operating System', info?.operatingSystem);
  description.field(1, 'Architecture', info?.architecture);
  description.field(1, 'Container Runtime Version', info?.containerRuntimeVersion);
  description.field(1, 'Kubelet Version', info?.kubeletVersion);
  description.optionalField(1, 'Kube-Proxy Version', info?.kubeProxyVersion);
  description.optionalField(0, 'PodCIDR', spec?.podCIDR);
  if (spec?.podCIDRs?.length) description.field(0, 'PodCIDRs', spec.podCIDRs.join(','));
  description.optionalField(0, 'ProviderID', spec?.providerID);
}
