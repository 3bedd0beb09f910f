import type { Binding } from '../../scheme/generated/types/core-v1.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin } from './plugin.ts';

const NODES: GroupResource = { group: '', resource: 'nodes' };
const TOPOLOGY_LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** A Pod that is bound to a node learns by its labels where that is: its containers can read them. */
export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  reads: [NODES],
  handles: concerning('pods', ['CREATE'], 'binding'),
  admit({ object, state }) {
    const { target } = object as Binding;
    const labels = state.cache(NODES).get('', target?.name ?? '')?.metadata.labels;
    if (!labels) return;
    const known = TOPOLOGY_LABELS.filter((key) => labels[key] !== undefined);
    if (known.length === 0) return;
    const topology = Object.fromEntries(known.map((key) => [key, labels[key] as string]));
    object.metadata.labels = { ...object.metadata.labels, ...topology };
  },
};
