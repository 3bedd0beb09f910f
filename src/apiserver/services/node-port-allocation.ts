import { type FieldError, invalid } from '../../scheme/field-error.ts';
import type { ServiceSpec } from '../../scheme/generated/types/core-v1.ts';
import type { CompanionState } from '../registry/companions.ts';
import type { HeldAddresses } from './held-addresses.ts';
import { chooseFree, isWithin, type NumberRange } from './number-range.ts';
import { isReserved, NODE_PORTS } from './reservations.ts';
import { usedUp } from './used-up.ts';

export interface NodePortAllocationOptions {
  readonly spec: ServiceSpec;
  readonly held: HeldAddresses;
  readonly range: NumberRange;
  readonly state: CompanionState;
}

/** The node ports of one Service, which it fills in on its spec. */
export class NodePortAllocation {
  readonly #options: NodePortAllocationOptions;
  readonly #ports: Set<number>;
  readonly #errors: FieldError[] = [];

  constructor(options: NodePortAllocationOptions) {
    this.#options = options;
    this.#ports = new Set(options.held.nodePorts);
  }

  /** @returns what is wrong with those that it wants. @throws {ApiError} InternalError when the range is used up */
  fill(): readonly FieldError[] {
    const { spec } = this.#options;
    const wantsPorts = spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false;
    const fixed = new Set<number>();
    spec.ports?.forEach(({ nodePort }, index) => {
      if (!nodePort || fixed.has(nodePort)) return;
      fixed.add(nodePort);
      this.#take(nodePort, `spec.ports[${index}].nodePort`);
    });
    if (wantsPorts) for (const port of spec.ports ?? []) port.nodePort ||= this.#choose();
    if (spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local') {
      if (spec.healthCheckNodePort)
        this.#take(spec.healthCheckNodePort, 'spec.healthCheckNodePort');
      else spec.healthCheckNodePort = this.#choose();
    }
    return this.#errors;
  }

  #take(port: number, path: string): void {
    if (this.#ports.has(port)) return;
    this.#ports.add(port);
    const { range, state } = this.#options;
    if (!isWithin(range, port)) {
      const detail = `provided port is not in the valid range. The range of valid ports is ${range.first}-${range.last}`;
      this.#errors.push(invalid(path, port, detail));
    } else if (isReserved(NODE_PORTS, `${port}`, state)) {
      this.#errors.push(invalid(path, port, 'provided port is already allocated'));
    }
  }

  #choose(): number {
    const { range, state } = this.#options;
    const isTaken = (port: number): boolean =>
      this.#ports.has(port) || isReserved(NODE_PORTS, `${port}`, state);
    const port = chooseFree(range, isTaken, state.random);
    if (port === undefined)
      throw usedUp('nodePort', 'start the server with a larger --service-node-port-range');
    this.#ports.add(port);
    return port;
  }
}
