import type { Pod, PodSpec } from '../scheme/generated/types/core-v1.ts';

const EVERY_ADDRESS = '0.0.0.0';

interface HostPort {
  readonly address: string;
  readonly protocol: string;
  readonly port: number;
}

const portsBySpec = new WeakMap<PodSpec, readonly HostPort[]>();

/** The ports of its node that a Pod takes. A spec is looked through once. */
function hostPortsOf({ spec }: Pod): readonly HostPort[] {
  if (!spec) return [];
  let ports = portsBySpec.get(spec);
  if (!ports) {
    ports = [...(spec.initContainers ?? []), ...spec.containers].flatMap((container) =>
      (container.ports ?? []).flatMap(({ hostIP, hostPort, protocol = 'TCP' }) =>
        hostPort ? [{ address: hostIP || EVERY_ADDRESS, protocol, port: hostPort }] : [],
      ),
    );
    portsBySpec.set(spec, ports);
  }
  return ports;
}

/** Whether both Pods want the same port of their node. */
export function shareHostPort(one: Pod, other: Pod): boolean {
  return hostPortsOf(one).some((port) => hostPortsOf(other).some((taken) => isSame(port, taken)));
}

function isSame(one: HostPort, other: HostPort): boolean {
  if (one.port !== other.port || one.protocol !== other.protocol) return false;
  return (
    one.address === other.address ||
    one.address === EVERY_ADDRESS ||
    other.address === EVERY_ADDRESS
  );
}
