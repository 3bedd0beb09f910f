import { randomUUID } from 'node:crypto';
import { toRfc3339 } from '../../lib/clock.ts';
import type { Namespace } from '../../scheme/generated/types/core-v1.ts';
import { NAMESPACES } from './namespace-lifecycle.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** Whoever creates something in a namespace that does not exist makes it exist. */
export const namespaceAutoProvision: AdmissionPlugin = {
  name: 'NamespaceAutoProvision',
  reads: [NAMESPACES],
  handles: ({ namespaced }, operation, subresource) =>
    namespaced && operation === 'CREATE' && subresource === '',
  admit({ namespace, state }) {
    if (state.cache(NAMESPACES).get('', namespace)) return;
    if (state.pending(NAMESPACES, '', namespace)) return;
    const object: Namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        uid: randomUUID(),
        creationTimestamp: toRfc3339(state.clock.now()),
        labels: { 'kubernetes.io/metadata.name': namespace },
      },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    };
    state.write({ type: 'create', key: { ...NAMESPACES, namespace: '', name: namespace }, object });
  },
};
