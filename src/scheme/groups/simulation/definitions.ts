import type { ResourceDefinition, ResourceRef, Verb } from '../../resource.ts';
import { SIMULATION_PACKAGE } from './schemas.ts';
import {
  type Fault,
  type NodeProfile,
  SIMULATION_GROUP,
  SIMULATION_VERSION,
  type Stage,
} from './types.ts';

const VERBS: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
const STATUS = { name: 'status', verbs: ['get', 'patch', 'update'] } as const;
const SCALE = {
  name: 'scale',
  verbs: ['get', 'patch', 'update'],
  kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
} as const;

function definitionOf(
  singular: string,
  kind: string,
  subresources: ResourceDefinition['subresources'],
): ResourceDefinition {
  return {
    group: SIMULATION_GROUP,
    version: SIMULATION_VERSION,
    resource: `${singular}s`,
    kind,
    listKind: `${kind}List`,
    singular,
    shortNames: [],
    categories: ['simulation'],
    namespaced: false,
    verbs: VERBS,
    subresources,
    schemaName: `${SIMULATION_PACKAGE}.${kind}`,
    stability: 'alpha',
    storageVersion: SIMULATION_VERSION,
  };
}

const FAULTS = definitionOf('fault', 'Fault', [STATUS]);
const NODE_PROFILES = definitionOf('nodeprofile', 'NodeProfile', [SCALE, STATUS]);
const STAGES = definitionOf('stage', 'Stage', [STATUS]);

export const SIMULATION_DEFINITIONS: readonly ResourceDefinition[] = [
  FAULTS,
  NODE_PROFILES,
  STAGES,
];
export const simulationFaults = FAULTS as ResourceRef<Fault>;
export const simulationNodeProfiles = NODE_PROFILES as ResourceRef<NodeProfile>;
export const simulationStages = STAGES as ResourceRef<Stage>;
