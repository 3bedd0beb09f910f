/**
 * metrics.k8s.io, by its resources: what containers and nodes use now. Nothing of it is stored: the API server computes it
 * when it is asked.
 */
import type { ApiObject } from '../../object.ts';
import type { ResourceDefinition, ResourceRef, Verb } from '../../resource.ts';
import { dateTime, list, map, quantity, ref, string } from '../../schema-literals.ts';
import type { FieldSchema, TypeSchema } from '../../structural-schema.ts';

/** Of a container or a node: quantities by `cpu` and `memory`. */
export type Usage = Readonly<Record<'cpu' | 'memory', string>>;

interface Measured extends ApiObject {
  /** The end of the time that was measured, RFC 3339. */
  readonly timestamp: string;
  /** How long was measured, as Go writes durations. */
  readonly window: string;
}

export interface NodeMetrics extends Measured {
  readonly usage: Usage;
}

export interface PodMetrics extends Measured {
  readonly containers: readonly { readonly name: string; readonly usage: Usage }[];
}

export const METRICS_GROUP = 'metrics.k8s.io';
const PACKAGE = 'io.k8s.metrics.pkg.apis.metrics.v1beta1';
const VERBS: readonly Verb[] = ['get', 'list'];

const usage: FieldSchema = { type: map(quantity), required: true };
const MEASURED: Readonly<Record<string, FieldSchema>> = {
  apiVersion: { type: string },
  kind: { type: string },
  metadata: { type: ref('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta') },
  timestamp: { type: dateTime, required: true },
  window: { type: { kind: 'string', format: 'duration' }, required: true },
};

export const METRICS_TYPES: readonly TypeSchema[] = [
  {
    name: `${PACKAGE}.ContainerMetrics`,
    fields: { name: { type: string, required: true }, usage },
  },
  { name: `${PACKAGE}.NodeMetrics`, fields: { ...MEASURED, usage } },
  {
    name: `${PACKAGE}.PodMetrics`,
    fields: {
      ...MEASURED,
      containers: { type: list(ref(`${PACKAGE}.ContainerMetrics`)), required: true },
    },
  },
];

function definitionOf(resource: string, singular: string, kind: string): ResourceDefinition {
  return {
    group: METRICS_GROUP,
    version: 'v1beta1',
    resource,
    kind,
    listKind: `${kind}List`,
    singular,
    shortNames: [],
    categories: [],
    namespaced: resource === 'pods',
    verbs: VERBS,
    subresources: [],
    schemaName: `${PACKAGE}.${kind}`,
    stability: 'beta',
    isComputed: true,
    storageVersion: 'v1beta1',
  };
}

const NODE_METRICS = definitionOf('nodes', 'node', 'NodeMetrics');
const POD_METRICS = definitionOf('pods', 'pod', 'PodMetrics');

export const METRICS_DEFINITIONS: readonly ResourceDefinition[] = [NODE_METRICS, POD_METRICS];
export const metricsNodes = NODE_METRICS as ResourceRef<NodeMetrics>;
export const metricsPods = POD_METRICS as ResourceRef<PodMetrics>;
