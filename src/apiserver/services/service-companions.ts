/**
 * The addresses of Services: ClusterIPs out of the ServiceCIDRs, node ports out of one range. Each is a reservation object that is
 * created and deleted in the transaction of its Service: two API servers that choose the same one collide in the store, and
 * the loser chooses again. What is taken is what the cache of the reservations shows, so a start has nothing to rebuild.
 */
import { type FieldError, invalidObject } from '../../scheme/field-error.ts';
import type { Service } from '../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { StoreWrite } from '../../store/store.ts';
import type { CompanionState, Companions } from '../registry/companions.ts';
import { type AddressRanges, familiesOf } from './address-range.ts';
import { fillClusterIps } from './cluster-ip-allocation.ts';
import { heldBy } from './held-addresses.ts';
import { NodePortAllocation } from './node-port-allocation.ts';
import type { NumberRange } from './number-range.ts';
import { IP_ADDRESSES, NODE_PORTS, release, reserve, SERVICE_CIDRS } from './reservations.ts';

export interface ServiceRanges {
  /** What the cluster's own ServiceCIDR has; of their families may Services be. */
  readonly clusterIPs: AddressRanges;
  readonly nodePorts: NumberRange;
}

export function createServiceCompanions(ranges: ServiceRanges): Companions {
  return {
    reads: [IP_ADDRESSES, NODE_PORTS, SERVICE_CIDRS],
    forCreate(next, state) {
      fillIn(next as Service, undefined, ranges, state);
      return changeReservations(next as Service, undefined, state);
    },
    forUpdate(next, current, state) {
      fillIn(next as Service, current as Service, ranges, state);
      return changeReservations(next as Service, current as Service, state);
    },
    forDelete: (current, state) => changeReservations(undefined, current as Service, state),
    isLostRace({ reason, details }) {
      return (
        reason === 'AlreadyExists' &&
        (details?.kind === IP_ADDRESSES.resource || details?.kind === NODE_PORTS.resource)
      );
    },
  };
}

/**
 * Gives the Service what it wants and lacks.
 * @throws {ApiError} Invalid when a wanted one is out of range or taken, InternalError when a range is used up
 */
function fillIn(
  service: Service,
  current: Service | undefined,
  ranges: ServiceRanges,
  state: CompanionState,
): void {
  const spec = service.spec ?? {};
  const held = heldBy(current);
  const errors: FieldError[] = [];
  if (spec.type !== 'ExternalName') {
    const before = current?.spec;
    const families = familiesOf(ranges.clusterIPs);
    errors.push(...fillClusterIps({ spec, before, held, families, state }));
  }
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') {
    const ports = new NodePortAllocation({ spec, held, range: ranges.nodePorts, state });
    errors.push(...ports.fill());
  }
  if (errors.length === 0) return;
  const name = service.metadata.name ?? '';
  throw invalidObject({ group: '', kind: 'Service', name }, errors);
}

/** The writes that turn what `current` holds into what `next` holds. */
function changeReservations(
  next: Service | undefined,
  current: Service | undefined,
  state: CompanionState,
): StoreWrite[] {
  const owner = (next ?? current) as ApiObject;
  const before = heldBy(current);
  const after = heldBy(next);
  const change = (
    resource: GroupResource,
    old: Iterable<unknown>,
    now: Iterable<unknown>,
  ): StoreWrite[] => {
    const oldNames = new Set([...old].map(String));
    const nowNames = new Set([...now].map(String));
    const added = [...nowNames].filter((name) => !oldNames.has(name));
    const removed = [...oldNames].filter((name) => !nowNames.has(name));
    return [
      ...added.map((name) => reserve(resource, name, owner, state)),
      ...removed.flatMap((name) => release(resource, name, owner, state)),
    ];
  };
  return [
    ...change(IP_ADDRESSES, before.clusterIPs, after.clusterIPs),
    ...change(NODE_PORTS, before.nodePorts, after.nodePorts),
  ];
}
