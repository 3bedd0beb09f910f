/** The Node objects that `nodes add` creates. Pure. */

/** What makes the control plane's kubelets run a Node, and what silences them: see docs/simulation.md. */
const ANNOTATION_KUBELET = 'orrery.dev/kubelet';
const KUBELET_SIMULATED = 'simulated';
export const ANNOTATION_POWER = 'orrery.dev/power';
export const POWER_OFF = 'off';
export const POWER_SHUTDOWN = 'shutdown';

export interface NodeShape {
  readonly cpu: string;
  readonly memory: string;
  readonly pods: string;
  readonly ephemeralStorage: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A Node of `shape`, for the API. */
export function simulatedNode(name: string, zone: string | undefined, shape: NodeShape): object {
  const capacity = {
    cpu: shape.cpu,
    memory: shape.memory,
    pods: shape.pods,
    'ephemeral-storage': shape.ephemeralStorage,
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...(zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone }),
        ...shape.labels,
      },
      annotations: { [ANNOTATION_KUBELET]: KUBELET_SIMULATED },
    },
    status: { capacity, allocatable: capacity },
  };
}

/** `count` names with `prefix` that nobody has: `node-4`, `node-5` where there are three. */
export function nextNames(prefix: string, count: number, taken: Iterable<string>): string[] {
  let highest = 0;
  for (const name of taken) {
    const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (/^\d{1,9}$/.test(digits)) highest = Math.max(highest, Number(digits));
  }
  return Array.from({ length: count }, (_, index) => `${prefix}${highest + index + 1}`);
}
