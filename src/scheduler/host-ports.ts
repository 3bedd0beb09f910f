import type { PodSpec } from '../scheme/generated/types/core-v1.ts';
import { isSidecar } from '../scheme/resources-of-pod.ts';

/** A port of the node that a pod takes. */
export interface HostPort {
  /** `0.0.0.0` for every address. */
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

const ANY_ADDRESS = '0.0.0.0';
const NO_PORTS: readonly HostPort[] = [];

/** The host ports of containers that run together: of init containers, the sidecars alone. */
export function hostPortsOf({ containers, initContainers = [] }: PodSpec): readonly HostPort[] {
  let ports: HostPort[] | undefined;
  for (const container of [...containers, ...initContainers.filter(isSidecar)]) {
    for (const { hostIP, hostPort, protocol } of container.ports ?? []) {
      if (!hostPort) continue;
      ports ??= [];
      ports.push({ ip: hostIP || ANY_ADDRESS, protocol: protocol || 'TCP', port: hostPort });
    }
  }
  return ports ?? NO_PORTS;
}

/** Whether both cannot be had at once: same port and protocol, and an address in common. */
export function portsConflict(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.ip === b.ip || a.ip === ANY_ADDRESS || b.ip === ANY_ADDRESS;
}
