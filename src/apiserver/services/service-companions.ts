/**
 * The addresses of Services: ClusterIPs out of one range, node ports out of another. Each is a reservation object that is
 * created and deleted in the transaction of its Service: two API servers that choose the same one collide in the store, and
 * the loser chooses again. What is taken is what the cache of the reservations shows, so a start has nothing to rebuild.
 */
import { ApiError } from '../../scheme/errors.ts';
import { type FieldError, invalid, invalidObject } from '../../scheme/field-error.ts';
import type { Service, ServiceSpec } from '../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { StoreWrite } from '../../store/store.ts';
import type { CompanionState, Companions } from '../registry/companions.ts';
import { chooseFree, formatIPv4, isWithin, type NumberRange, parseIPv4 } from './address-range.ts';
import { IP_ADDRESSES, isReserved, NODE_PORTS, release, reserve } from './reservations.ts';

const HEADLESS = 'None';
const NOT_CONFIGURED = 'not configured on this cluster';

export interface ServiceRanges {
  /** Where ClusterIPs come from. */
  readonly clusterIPs: NumberRange;
  readonly nodePorts: NumberRange;
}

export function createServiceCompanions(ranges: ServiceRanges): Companions {
  return {
    reads: [IP_ADDRESSES, NODE_PORTS],
    forCreate(next, state) {
      const service = next as Service;
      new Allocation(service, undefined, ranges, state).fill();
      return changeReservations(service, undefined, state);
    },
    forUpdate(next, current, state) {
      new Allocation(next as Service, current as Service, ranges, state).fill();
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

/** One Service's wants, which it fills in on its spec. */
class Allocation {
  readonly #service: Service;
  readonly #spec: ServiceSpec;
  readonly #held: Held;
  readonly #ranges: ServiceRanges;
  readonly #state: CompanionState;
  readonly #ports: Set<number>;
  readonly #errors: FieldError[] = [];

  constructor(
    service: Service,
    current: Service | undefined,
    ranges: ServiceRanges,
    state: CompanionState,
  ) {
    this.#service = service;
    this.#spec = service.spec ?? {};
    this.#held = heldBy(current);
    this.#ports = new Set(this.#held.nodePorts);
    this.#ranges = ranges;
    this.#state = state;
  }

  /** @throws {ApiError} Invalid when a wanted one is out of range or taken, InternalError when a range is used up */
  fill(): void {
    if (this.#spec.type !== 'ExternalName') this.#fillClusterIP();
    if (this.#spec.type === 'NodePort' || this.#spec.type === 'LoadBalancer') this.#fillNodePorts();
    if (this.#errors.length === 0) return;
    const name = this.#service.metadata.name ?? '';
    throw invalidObject({ group: '', kind: 'Service', name }, this.#errors);
  }

  #fillClusterIP(): void {
    const spec = this.#spec;
    this.#checkFamilies();
    const wanted = spec.clusterIP || spec.clusterIPs?.[0];
    const clusterIP = wanted || this.#chooseClusterIP();
    const isChosen = wanted && wanted !== HEADLESS && !this.#held.clusterIPs.has(wanted);
    if (isChosen) this.#checkClusterIP(wanted);
    spec.clusterIP = clusterIP;
    spec.clusterIPs = [clusterIP];
    spec.ipFamilies = ['IPv4'];
    spec.ipFamilyPolicy ??= 'SingleStack';
  }

  /** There is one range of addresses, and it is IPv4. */
  #checkFamilies(): void {
    const { ipFamilies = [], ipFamilyPolicy, clusterIPs = [] } = this.#spec;
    ipFamilies.forEach((family, index) => {
      if (family === 'IPv4') return;
      this.#errors.push(invalid(`spec.ipFamilies[${index}]`, family, NOT_CONFIGURED));
    });
    if (ipFamilyPolicy === 'RequireDualStack') {
      const detail = 'this cluster is not configured for dual-stack services';
      this.#errors.push(invalid('spec.ipFamilyPolicy', ipFamilyPolicy, detail));
    }
    const [, second] = clusterIPs;
    if (second) this.#errors.push(invalid('spec.clusterIPs[1]', second, NOT_CONFIGURED));
  }

  #chooseClusterIP(): string {
    const isTaken = (number: number): boolean =>
      isReserved(IP_ADDRESSES, formatIPv4(number), this.#state);
    const number = chooseFree(this.#ranges.clusterIPs, isTaken, this.#state.random);
    if (number === undefined) throw usedUp('cluster IP addresses', 'spec.clusterIP');
    return formatIPv4(number);
  }

  #checkClusterIP(wanted: string): void {
    const number = parseIPv4(wanted);
    const refuse = (why: string): void => {
      const detail = `failed to allocate IP ${wanted}: ${why}`;
      this.#errors.push(invalid('spec.clusterIPs', [wanted], detail));
    };
    if (number === undefined || !isWithin(this.#ranges.clusterIPs, number)) {
      const { first, last } = this.#ranges.clusterIPs;
      refuse(
        `the provided IP is not in the valid range ${formatIPv4(first)} to ${formatIPv4(last)}`,
      );
    } else if (isReserved(IP_ADDRESSES, wanted, this.#state)) {
      refuse('provided IP is already allocated');
    }
  }

  #fillNodePorts(): void {
    const spec = this.#spec;
    const wantsPorts = spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false;
    const fixed = new Set<number>();
    spec.ports?.forEach(({ nodePort }, index) => {
      if (!nodePort || fixed.has(nodePort)) return;
      fixed.add(nodePort);
      this.#takePort(nodePort, `spec.ports[${index}].nodePort`);
    });
    if (wantsPorts) for (const port of spec.ports ?? []) port.nodePort ||= this.#choosePort();
    if (spec.type !== 'LoadBalancer' || spec.externalTrafficPolicy !== 'Local') return;
    if (spec.healthCheckNodePort)
      this.#takePort(spec.healthCheckNodePort, 'spec.healthCheckNodePort');
    else spec.healthCheckNodePort = this.#choosePort();
  }

  #takePort(port: number, path: string): void {
    if (this.#ports.has(port)) return;
    this.#ports.add(port);
    const { first, last } = this.#ranges.nodePorts;
    if (!isWithin(this.#ranges.nodePorts, port)) {
      const detail = `provided port is not in the valid range. The range of valid ports is ${first}-${last}`;
      this.#errors.push(invalid(path, port, detail));
    } else if (isReserved(NODE_PORTS, `${port}`, this.#state)) {
      this.#errors.push(invalid(path, port, 'provided port is already allocated'));
    }
  }

  #choosePort(): number {
    const isTaken = (port: number): boolean =>
      this.#ports.has(port) || isReserved(NODE_PORTS, `${port}`, this.#state);
    const port = chooseFree(this.#ranges.nodePorts, isTaken, this.#state.random);
    if (port === undefined) throw usedUp('node ports', 'spec.ports[].nodePort');
    this.#ports.add(port);
    return port;
  }
}

function usedUp(what: string, field: string): ApiError {
  return new ApiError(
    'InternalError',
    `failed to allocate ${field}: all ${what} of the range are in use; delete a Service, or give this one ${what} of its own`,
  );
}

interface Held {
  readonly clusterIPs: ReadonlySet<string>;
  readonly nodePorts: ReadonlySet<number>;
}

function heldBy(service: Service | undefined): Held {
  const { clusterIPs = [], ports = [], healthCheckNodePort } = service?.spec ?? {};
  const nodePorts = ports.flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
  if (healthCheckNodePort) nodePorts.push(healthCheckNodePort);
  return {
    clusterIPs: new Set(clusterIPs.filter((address) => address && address !== HEADLESS)),
    nodePorts: new Set(nodePorts),
  };
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
