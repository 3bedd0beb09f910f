import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { concerning } from './match.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** A Pod that asks for a resource of somebody's own may run on the nodes that are kept for such Pods. */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  handles: concerning('pods', ['CREATE']),
  admit({ object }) {
    const { spec } = object as Pod;
    if (!spec) return;
    const containers = [...spec.containers, ...(spec.initContainers ?? [])];
    const wanted = containers.flatMap(({ resources }) => Object.keys(resources?.requests ?? {}));
    const own = spec.tolerations ?? [];
    const missing = [...new Set(wanted.filter(isExtended))]
      .sort()
      .filter((key) => !own.some((each) => each.key === key && each.operator === 'Exists'));
    if (missing.length === 0) return;
    spec.tolerations = [...own, ...missing.map((key) => ({ key, operator: 'Exists' as const }))];
  },
};

function isExtended(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/');
}
