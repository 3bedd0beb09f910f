import type { Pod, Toleration } from '../../scheme/generated/types/core-v1.ts';
import { TAINT_NO_EXECUTE } from '../../scheme/taints.ts';
import type { AdmissionPlugin } from './plugin.ts';

const TAINT_NOT_READY = 'node.kubernetes.io/not-ready';
const TAINT_UNREACHABLE = 'node.kubernetes.io/unreachable';

/**
 * Pods stay a while on a node that is not ready or cannot be reached, unless they say otherwise.
 * @param tolerationSeconds how long
 */
export function createDefaultTolerationSeconds(tolerationSeconds: number): AdmissionPlugin {
  return {
    name: 'DefaultTolerationSeconds',
    handles: ({ group, resource }, operation, subresource) =>
      (operation === 'CREATE' || operation === 'UPDATE') &&
      subresource === '' &&
      group === '' &&
      resource === 'pods',
    admit({ object }) {
      const { spec } = object as Pod;
      if (!spec) return;
      const missing = [TAINT_NOT_READY, TAINT_UNREACHABLE].filter(
        (key) => !spec.tolerations?.some((toleration) => covers(toleration, key)),
      );
      if (missing.length === 0) return;
      const added = missing.map((key) => tolerationOf(key, tolerationSeconds));
      spec.tolerations = [...(spec.tolerations ?? []), ...added];
    },
  };
}

function covers({ key, effect }: Toleration, taint: string): boolean {
  return (!key || key === taint) && (!effect || effect === TAINT_NO_EXECUTE);
}

function tolerationOf(key: string, tolerationSeconds: number): Toleration {
  return { key, operator: 'Exists', effect: TAINT_NO_EXECUTE, tolerationSeconds };
}
