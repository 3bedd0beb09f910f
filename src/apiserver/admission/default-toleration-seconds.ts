import type { Pod, Toleration } from '../../scheme/generated/types/core-v1.ts';
import { TAINT_NO_EXECUTE } from '../../scheme/taints.ts';
import type { AdmissionPlugin } from './plugin.ts';

const TAINT_NOT_READY = 'node.kubernetes.io/not-ready';
const TAINT_UNREACHABLE = 'node.kubernetes.io/unreachable';

/** How long a Pod stays on a node that is not ready or cannot be reached, in seconds. */
const DEFAULT_TOLERATION_SECONDS = 300;

/** Pods stay five minutes on a node that has failed, unless they say otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: ({ group, resource }, operation) =>
    (operation === 'CREATE' || operation === 'UPDATE') && group === '' && resource === 'pods',
  admit({ object }) {
    const { spec } = object as Pod;
    if (!spec) return;
    const missing = [TAINT_NOT_READY, TAINT_UNREACHABLE].filter(
      (key) => !spec.tolerations?.some((toleration) => covers(toleration, key)),
    );
    if (missing.length === 0) return;
    spec.tolerations = [...(spec.tolerations ?? []), ...missing.map(tolerationOf)];
  },
};

function covers({ key, effect }: Toleration, taint: string): boolean {
  return (!key || key === taint) && (!effect || effect === TAINT_NO_EXECUTE);
}

function tolerationOf(key: string): Toleration {
  return {
    key,
    operator: 'Exists',
    effect: TAINT_NO_EXECUTE,
    tolerationSeconds: DEFAULT_TOLERATION_SECONDS,
  };
}
