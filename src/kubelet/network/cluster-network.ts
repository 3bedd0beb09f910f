/**
 * The network of simulated containers: names, Services and Pods of the cluster, as Services and EndpointSlices say. Nothing
 * outside of the simulation is ever reached.
 */
import { isIP } from 'node:net';
import type { ApiClient } from '../../apiserver/client.ts';
import type { Random } from '../../lib/random.ts';
import { coreServices, discoveryEndpointSlices } from '../../scheme/generated/resources.ts';
import type { Pod, Service } from '../../scheme/generated/types/core-v1.ts';
import type { Endpoint, EndpointSlice } from '../../scheme/generated/types/discovery-v1.ts';
import { type HttpTarget, type NameAnswer, type Network, NetworkError } from '../shell/process.ts';
import { type ClusterName, fullName, parseClusterName } from './cluster-names.ts';
import type { PortListener } from './port-listener.ts';

/** A port of an address that nothing but Pods has. */
export interface PodPort {
  readonly address: string;
  readonly port: number;
}

export interface ClusterNetworkParts {
  /** Sees Services and EndpointSlices. */
  readonly services: ApiClient;
  /** What listens there. @throws {NetworkError} where no Pod has the address, or nothing listens */
  listenerAt(target: PodPort): Promise<PortListener>;
  readonly random: Random;
}

const NOT_HERE = 'nothing in this cluster has the address';

/** The network as a Pod sees it. */
export function createNetwork(parts: ClusterNetworkParts, pod: Pod): Network {
  const network = new ClusterNetwork(parts, pod);
  return {
    lookUp: (name) => network.lookUp(name),
    request: async (target, request) => {
      const { answer } = await parts.listenerAt(await network.route(target));
      if (!answer) throw new NetworkError('refused', 'what listens there does not speak HTTP');
      return answer(request);
    },
  };
}

class ClusterNetwork {
  readonly #parts: ClusterNetworkParts;
  readonly #pod: Pod;

  constructor(parts: ClusterNetworkParts, pod: Pod) {
    this.#parts = parts;
    this.#pod = pod;
  }

  async lookUp(name: string): Promise<NameAnswer | undefined> {
    const own = this.#pod.spec?.hostname ?? this.#pod.metadata.name;
    if (name === 'localhost') return { name, addresses: ['127.0.0.1'] };
    if (name === own) return { name, addresses: [this.#pod.status?.podIP ?? '127.0.0.1'] };
    const parsed = parseClusterName(name, this.#pod.metadata.namespace ?? '');
    const service = parsed && (await this.#findService(parsed));
    if (!parsed || !service) return undefined;
    const addresses = await this.#addressesOf(service, parsed);
    return addresses.length > 0 ? { name: fullName(parsed), addresses } : undefined;
  }

  /** Which port of which Pod a connection leads to. @throws {NetworkError} */
  async route({ host, port }: HttpTarget): Promise<PodPort> {
    const name = isIP(host) === 0 ? await this.lookUp(host) : undefined;
    const address = isIP(host) === 0 ? name?.addresses[0] : host;
    if (address === undefined) throw new NetworkError('bad address', host);
    if (address.startsWith('127.') || address === '::1') {
      return { address: this.#pod.status?.podIP ?? '', port };
    }
    const service = await this.#serviceAt(address);
    return service ? this.#endpointOf(service, port) : { address, port };
  }

  async #findService({ namespace, service }: ClusterName): Promise<Service | undefined> {
    const fieldSelector = `metadata.name=${service}`;
    const { items } = await this.#parts.services.list(coreServices, { namespace, fieldSelector });
    return items[0];
  }

  async #serviceAt(address: string): Promise<Service | undefined> {
    const { items } = await this.#parts.services.list(coreServices, { resourceVersion: '0' });
    return items.find(({ spec }) => (spec?.clusterIPs ?? [spec?.clusterIP]).includes(address));
  }

  async #slicesOf({ metadata }: Service): Promise<EndpointSlice[]> {
    const { name, namespace = '' } = metadata;
    const labelSelector = `kubernetes.io/service-name=${name}`;
    const { items } = await this.#parts.services.list(discoveryEndpointSlices, {
      namespace,
      labelSelector,
    });
    return [...items];
  }

  /** Of a headless Service those of its Pods. */
  async #addressesOf(service: Service, { hostname }: ClusterName): Promise<string[]> {
    const { clusterIP, publishNotReadyAddresses = false } = service.spec ?? {};
    if (clusterIP && clusterIP !== 'None') return hostname === undefined ? [clusterIP] : [];
    const slices = await this.#slicesOf(service);
    return slices
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter((endpoint) => publishNotReadyAddresses || isReady(endpoint))
      .filter((endpoint) => hostname === undefined || endpoint.hostname === hostname)
      .flatMap(({ addresses }) => addresses);
  }

  /** One of the ready endpoints, by lot. @throws {NetworkError} */
  async #endpointOf(service: Service, port: number): Promise<PodPort> {
    const wanted = service.spec?.ports?.find((candidate) => candidate.port === port);
    if (!wanted) throw new NetworkError('timed out', `the Service has no port ${port}`);
    const ports = (await this.#slicesOf(service)).flatMap((slice) =>
      (slice.endpoints ?? []).filter(isReady).flatMap(({ addresses }) => {
        const target = slice.ports?.find(({ name = '' }) => name === (wanted.name ?? ''))?.port;
        const [address] = addresses;
        return target && address ? [{ address, port: target }] : [];
      }),
    );
    const chosen = ports[Math.floor(this.#parts.random() * ports.length)];
    if (!chosen) throw new NetworkError('refused', 'the Service has no ready endpoints');
    return chosen;
  }
}

const isReady = ({ conditions }: Endpoint): boolean => conditions?.ready !== false;

/** Nobody has the address. */
export function unreachable(): NetworkError {
  return new NetworkError('timed out', NOT_HERE);
}
