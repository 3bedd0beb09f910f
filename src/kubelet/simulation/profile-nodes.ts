/** The nodes of a profile: which there are to be, and what they are. Pure. */
import type { NewObject } from '../../apiserver/client.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import {
  type NodeProfile,
  type NodeProfileSpec,
  SIMULATION_GROUP,
  SIMULATION_VERSION,
} from '../../scheme/groups/simulation/types.ts';
import { formatQuantity, subtractQuantities } from '../../scheme/quantity.ts';
import { simulatedNode } from '../nodes/simulated-node.ts';

/** On a Node: the profile that it is of. */
export const LABEL_PROFILE = `${SIMULATION_GROUP}/profile`;
/** On a Node: what it costs an hour. */
const ANNOTATION_PRICE = 'orrery.dev/price-per-hour';
const DEFAULT_REPLICAS = 1;

export interface ProfilePlan {
  readonly create: readonly NewObject<Node>[];
  readonly remove: readonly Node[];
}

/** What is missing of `profile`, and what there is too much, the newest first. @param nodes those of the profile */
export function planNodes(profile: NodeProfile, nodes: readonly Node[]): ProfilePlan {
  const { replicas = DEFAULT_REPLICAS } = profile.spec;
  const taken = new Set(nodes.map(({ metadata }) => metadata.name));
  const isWanted = new Set(Array.from({ length: replicas }, (_, index) => nameOf(profile, index)));
  const create: NewObject<Node>[] = [];
  for (let index = 0; index < replicas; index++) {
    if (!taken.has(nameOf(profile, index))) create.push(nodeOf(profile, index));
  }
  const remove = nodes.filter(({ metadata }) => !isWanted.has(metadata.name ?? ''));
  return { create, remove };
}

function nameOf({ metadata }: NodeProfile, index: number): string {
  return `${metadata.name}-${index + 1}`;
}

function nodeOf(profile: NodeProfile, index: number): NewObject<Node> {
  const { metadata, spec } = profile;
  const { annotations, labels, pricePerHour, region, taints, zones = [] } = spec;
  const zone = zones[index % zones.length];
  const node = simulatedNode({
    name: nameOf(profile, index),
    labels: { ...labels, [LABEL_PROFILE]: metadata.name ?? '' },
    ...(spec.capacity ? { extended: spec.capacity } : {}),
    ...(region === undefined ? {} : { region }),
    ...(zone === undefined ? {} : { zone }),
    ...(taints ? { taints } : {}),
  });
  const capacity = node.status?.capacity ?? {};
  return {
    ...node,
    metadata: {
      ...node.metadata,
      annotations: {
        ...annotations,
        ...(pricePerHour === undefined ? {} : { [ANNOTATION_PRICE]: pricePerHour }),
        ...node.metadata.annotations,
      },
      ownerReferences: [ownerReferenceTo(profile)],
    },
    status: { ...node.status, capacity, allocatable: allocatableOf(capacity, spec) },
  };
}

function ownerReferenceTo({ metadata }: NodeProfile) {
  return {
    apiVersion: `${SIMULATION_GROUP}/${SIMULATION_VERSION}`,
    kind: 'NodeProfile',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    controller: true,
  };
}

/** What is left for Pods of what the node has. */
function allocatableOf(
  capacity: Readonly<Record<string, string>>,
  { reserved = {} }: NodeProfileSpec,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(capacity).map(([name, amount]) => {
      const kept = reserved[name];
      return [name, kept === undefined ? amount : formatQuantity(subtractQuantities(amount, kept))];
    }),
  );
}
