/** The nodes of a profile: which there are to be, and what they are. Pure. */
import type { NewObject } from '../../apiserver/client.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import {
  type NodeProfile,
  type NodeProfileSpec,
  SIMULATION_GROUP,
  SIMULATION_VERSION,
} from '../../scheme/groups/simulation/types.ts';
import { allocatableOf } from '../nodes/allocatable.ts';
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
  const { labels, region, taints, zones = [] } = spec;
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
  const described = {
    ...node.metadata,
    annotations: { ...annotationsOf(spec), ...node.metadata.annotations },
    ownerReferences: [ownerReferenceTo(profile)],
  };
  const kept = { node: { metadata: described }, capacity, reserved: spec.reserved ?? {} };
  return {
    ...node,
    metadata: described,
    status: { ...node.status, capacity, allocatable: allocatableOf(kept) },
  };
}

function annotationsOf({ annotations, pricePerHour }: NodeProfileSpec): Record<string, string> {
  return {
    ...annotations,
    ...(pricePerHour === undefined ? {} : { [ANNOTATION_PRICE]: pricePerHour }),
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
