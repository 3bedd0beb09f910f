/** Subsets of Endpoints in one form, however somebody wrote them. Pure. */
import type {
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
} from '../../scheme/generated/types/core-v1.ts';

/** An address, and whether it is ready on some ports. */
interface Readiness {
  readonly address: EndpointAddress;
  readonly ready: boolean;
}

/**
 * The same addresses and ports with as few subsets as can be: ports that have the same addresses, as ready, are of one subset.
 * An address that one subset calls ready on a port and another not ready is not ready there. Everything is in a fixed order.
 */
export function repackSubsets(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  const repacked = new Map<string, { members: Readiness[]; ports: EndpointPort[] }>();
  for (const { port, addresses } of byPort(subsets)) {
    const members = [...addresses].sort(compareEntries).map(([, member]) => member);
    const key = JSON.stringify([...addresses].map(([id, { ready }]) => [id, ready]).sort());
    const known = repacked.get(key) ?? { members, ports: [] };
    repacked.set(key, known);
    // Endpoints without ports are those of a headless Service.
    if (port) known.ports.push(port);
  }
  return [...repacked.values()].map(toSubset);
}

interface AddressesOfPort {
  readonly port: EndpointPort | undefined;
  readonly addresses: Map<string, Readiness>;
}

function byPort(subsets: readonly EndpointSubset[]): Iterable<AddressesOfPort> {
  const ports = new Map<string, AddressesOfPort>();
  for (const { addresses = [], notReadyAddresses = [], ports: own = [] } of subsets) {
    for (const port of own.length > 0 ? own : [undefined]) {
      const key = port ? portKeyOf(port) : '';
      const known = ports.get(key) ?? { port, addresses: new Map() };
      ports.set(key, known);
      note(known.addresses, addresses, true);
      note(known.addresses, notReadyAddresses, false);
    }
  }
  return ports.values();
}

function note(
  known: Map<string, Readiness>,
  addresses: readonly EndpointAddress[],
  ready: boolean,
): void {
  for (const address of addresses) {
    const id = `${address.ip}/${address.targetRef?.uid ?? ''}`;
    const before = known.get(id);
    if (before?.ready !== false) known.set(id, { address: before?.address ?? address, ready });
  }
}

function portKeyOf({ name = '', port, protocol = 'TCP', appProtocol = '' }: EndpointPort): string {
  return `${name}|${port}|${protocol}|${appProtocol}`;
}

function compareEntries([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function toSubset({
  members,
  ports,
}: {
  readonly members: readonly Readiness[];
  readonly ports: readonly EndpointPort[];
}): EndpointSubset {
  const addressesThat = (wanted: boolean) =>
    members.flatMap(({ address, ready }) => (ready === wanted ? [address] : []));
  return {
    addresses: addressesThat(true),
    notReadyAddresses: addressesThat(false),
    ports: [...ports].sort((a, b) => (portKeyOf(a) < portKeyOf(b) ? -1 : 1)),
  };
}
