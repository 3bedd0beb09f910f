import type { Service } from '../../scheme/generated/types/core-v1.ts';
import { CLUSTER_IP_NONE } from '../../scheme/groups/core/service-cluster-ips.ts';
import { canonicalIp } from '../../scheme/ip.ts';

/** What a Service has reserved. */
export interface HeldAddresses {
  /** In their canonical text, by which they are reserved. */
  readonly clusterIPs: ReadonlySet<string>;
  readonly nodePorts: ReadonlySet<number>;
}

export function heldBy(service: Service | undefined): HeldAddresses {
  const { clusterIPs = [], ports = [], healthCheckNodePort } = service?.spec ?? {};
  const nodePorts = ports.flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
  if (healthCheckNodePort) nodePorts.push(healthCheckNodePort);
  return {
    clusterIPs: new Set(
      clusterIPs.filter((address) => address && address !== CLUSTER_IP_NONE).map(canonicalIp),
    ),
    nodePorts: new Set(nodePorts),
  };
}
