import { findCondition } from '../../conditions.ts';
import { duplicate, type FieldError, forbiddenField, invalid } from '../../field-error.ts';
import type { Node, NodeSpec, NodeStatus } from '../../generated/types/core-v1.ts';
import { cidrFamilyOf, validateCidr } from '../../ip.ts';
import type { KindStrategy, PrinterColumn } from '../../kind-strategy.ts';
import type { Labels } from '../../labels.ts';
import { ageColumn, NONE, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';
import { keepSpec, keepStatus } from '../status.ts';
import { normalizeResourceList } from './pod-spec/container-defaults.ts';
import { validateQuantityOf } from './pod-spec/validate-resources.ts';
import { validateTaints } from './pod-spec/validate-tolerations.ts';

function applyDefaults(node: Node): void {
  const { spec, status } = node;
  if (spec) mirrorCidrs(spec);
  if (!status) return;
  normalizeResourceList(status.capacity);
  normalizeResourceList(status.allocatable);
  if (status.capacity) status.allocatable ??= { ...status.capacity };
}

/** The first range is also shown under the name that was there before there could be two. */
function mirrorCidrs(spec: NodeSpec): void {
  if (spec.podCIDR && !spec.podCIDRs?.length) spec.podCIDRs = [spec.podCIDR];
  const [first] = spec.podCIDRs ?? [];
  if (first) spec.podCIDR = first;
}

function validate({ spec, status }: Node): FieldError[] {
  const errors: FieldError[] = [];
  if (spec?.taints?.length) validateTaints(spec.taints, 'metadata.taints', errors);
  if (spec?.podCIDRs?.length) validatePodCidrs(spec.podCIDRs, errors);
  if (status) validateResourceLists(status, errors);
  return errors;
}

function validateResourceLists(status: NodeStatus, errors: FieldError[]): void {
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const name in status[list]) {
      const quantity = status[list]?.[name] as string;
      validateQuantityOf(name, quantity, `status.${list}.${name}`, errors);
    }
  }
}

function validatePodCidrs(cidrs: readonly string[], errors: FieldError[]): void {
  const path = 'spec.podCIDRs';
  cidrs.forEach((cidr, index) => {
    validateCidr(cidr, `${path}[${index}]`, errors);
    if (cidrs.indexOf(cidr) < index) errors.push(duplicate(`${path}[${index}]`, cidr));
  });
  const families = new Set(cidrs.map(cidrFamilyOf));
  if (cidrs.length > 1 && (cidrs.length > 2 || families.size < 2)) {
    errors.push(invalid(path, cidrs, 'may specify no more than one CIDR for each IP family'));
  }
}

function validateUpdate(next: Node, current: Node): FieldError[] {
  const errors: FieldError[] = [];
  const before = current.spec ?? {};
  const after = next.spec ?? {};
  if (before.podCIDRs?.length && before.podCIDRs.join() !== after.podCIDRs?.join()) {
    const detail = 'node updates may not change podCIDR except from "" to valid';
    errors.push(forbiddenField('spec.podCIDRs', detail));
  }
  if (before.providerID && before.providerID !== after.providerID) {
    const detail = 'node updates may not change providerID except from "" to valid';
    errors.push(forbiddenField('spec.providerID', detail));
  }
  return errors;
}

function validateStatusUpdate({ status }: Node): FieldError[] {
  const errors: FieldError[] = [];
  if (!status) return errors;
  validateResourceLists(status, errors);
  const seen = new Set<string>();
  status.addresses?.forEach((address, index) => {
    const key = `${address.type}/${address.address}`;
    if (seen.has(key)) errors.push(duplicate(`status.addresses[${index}]`, address));
    seen.add(key);
  });
  return errors;
}

function nodeStatus({ spec, status }: Node): string {
  const ready = findCondition(status?.conditions, 'Ready');
  const readiness = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return spec?.unschedulable ? `${readiness},SchedulingDisabled` : readiness;
}

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

function nodeRoles(labels: Labels = {}): string {
  const roles = new Set<string>();
  for (const key in labels) {
    if (key.startsWith(ROLE_PREFIX)) roles.add(key.slice(ROLE_PREFIX.length));
    else if (key === ROLE_LABEL) roles.add(labels[key] as string);
  }
  roles.delete('');
  return [...roles].sort().join(',') || NONE;
}

const addressColumn = (name: string, type: string): PrinterColumn<Node> => ({
  name,
  description: `Its address of type ${type}.`,
  priority: 1,
  cell: ({ status }) => status?.addresses?.find((one) => one.type === type)?.address ?? NONE,
});

type NodeInfo = NonNullable<NodeStatus['nodeInfo']>;

const infoColumn = (
  name: string,
  member: 'osImage' | 'kernelVersion' | 'containerRuntimeVersion',
  description: string,
): PrinterColumn<Node> => ({
  name,
  description,
  priority: 1,
  cell: ({ status }) => (status?.nodeInfo as NodeInfo | undefined)?.[member] || '<unknown>',
});

/** core/Node. */
export const nodeStrategy: KindStrategy<Node> = {
  applyDefaults,
  // A kubelet brings its status along when it registers: create keeps it.
  ...WITHOUT_GENERATION,
  prepareForUpdate: keepStatus,
  prepareForStatusUpdate: keepSpec,
  validate,
  validateUpdate,
  validateStatusUpdate,
  selectableFields: { 'spec.unschedulable': ({ spec }) => `${spec?.unschedulable ?? false}` },
  printerColumns: [
    nameColumn,
    { name: 'Status', description: 'Whether it is ready.', cell: nodeStatus },
    {
      name: 'Roles',
      description: 'What it is for.',
      cell: ({ metadata }) => nodeRoles(metadata.labels),
    },
    ageColumn,
    {
      name: 'Version',
      description: 'The version of its kubelet.',
      cell: ({ status }) => status?.nodeInfo?.kubeletVersion ?? '',
    },
    addressColumn('Internal-IP', 'InternalIP'),
    addressColumn('External-IP', 'ExternalIP'),
    infoColumn('OS-Image', 'osImage', 'Its operating system.'),
    infoColumn('Kernel-Version', 'kernelVersion', 'Its kernel.'),
    infoColumn('Container-Runtime', 'containerRuntimeVersion', 'What runs its containers.'),
  ],
};
