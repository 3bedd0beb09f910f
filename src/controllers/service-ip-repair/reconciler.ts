/**
 * Repair of cluster IPs: the API server reserves them with their Services, but reservations are objects that anybody may
 * delete or make. One that is missing is made again, one that is nobody's is removed. Invariant: what informers show is asked
 * of the store before anything is done, because a Service and its reservation are not seen at the same moment.
 */
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { ActionRecorder } from '../../machinery/event-recorder.ts';
import type { Informer } from '../../machinery/informer.ts';
import { isApiError } from '../../scheme/errors.ts';
import {
  coreServices,
  networkingIPAddresses,
  networkingServiceCIDRs,
} from '../../scheme/generated/resources.ts';
import type { Service } from '../../scheme/generated/types/core-v1.ts';
import type { IPAddress, ServiceCIDR } from '../../scheme/generated/types/networking-v1.ts';
import { keyOf, namespacedKey, splitKey } from '../../scheme/object.ts';
import { addressLabels, serviceReference } from '../../scheme/service-cidrs.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { clusterIpsOf, holderKeyOf, planAddress, planClusterIp } from './plan.ts';
import { addressNote, serviceNote } from './words.ts';

/** Services by the names of their reservations. */
const INDEX_CLUSTER_IP = 'clusterIp';

/** Its keys are those of Services, and names of IPAddresses, which have no slash. */
export function createServiceIpRepairController(): Controller {
  return {
    name: 'service-ip-repair',
    setUp(context) {
      const repair = new ServiceIpRepair(context);
      return (key) =>
        key.includes('/') ? repair.reconcileService(key) : repair.reconcileAddress(key);
    },
  };
}

class ServiceIpRepair {
  readonly #context: ControllerContext;
  readonly #events: ActionRecorder;
  readonly #services: Informer<Service>;
  readonly #addresses: Informer<IPAddress>;
  readonly #serviceCidrs: Informer<ServiceCIDR>;

  constructor(context: ControllerContext) {
    const { events, informers } = context;
    this.#context = context;
    this.#events = events.reportingAs('ipallocator-repair-controller');
    this.#services = informers.informer(coreServices);
    this.#addresses = informers.informer(networkingIPAddresses);
    this.#serviceCidrs = informers.informer(networkingServiceCIDRs);
    this.#services.addIndex(INDEX_CLUSTER_IP, clusterIpsOf);
    this.#watch();
  }

  async reconcileService(key: string): Promise<ReconcileResult> {
    const seen = this.#services.get(key);
    if (!seen || this.#isServiceFine(seen)) return done;
    const { namespace, name } = seen.metadata;
    const service = await ignoreNotFound(
      this.#context.client.get(coreServices, { namespace, name: name ?? '' }),
    );
    if (!service || service.metadata.deletionTimestamp) return done;
    for (const clusterIp of clusterIpsOf(service)) await this.#repair(service, clusterIp);
    return done;
  }

  async reconcileAddress(name: string): Promise<ReconcileResult> {
    const { client, clock } = this.#context;
    const seen = this.#addresses.get(namespacedKey(undefined, name));
    if (!seen || this.#isAddressFine(seen)) return done;
    const address = await ignoreNotFound(client.get(networkingIPAddresses, { name }));
    if (!address) return done;
    const plan = planAddress(address, await this.#holderOf(address), clock.now());
    if (!plan) return done;
    if ('waitMs' in plan) return requeueAfter(plan.waitMs);
    this.#events.record(address, addressNote(plan.remove, address));
    await this.#remove(address);
    return done;
  }

  #watch(): void {
    const { queue } = this.#context;
    const addService = (service: Service): void => {
      if (!this.#isServiceFine(service)) queue.add(keyOf(service));
    };
    const addAddress = (address: IPAddress): void => {
      if (!this.#isAddressFine(address)) queue.add(address.metadata.name ?? '');
    };
    const addServicesWith = ({ metadata: { name = '' } }: IPAddress): void => {
      for (const service of this.#services.byIndex(INDEX_CLUSTER_IP, name)) addService(service);
    };
    this.#services.addHandler({ onAdd: addService, onUpdate: (_, next) => addService(next) });
    this.#addresses.addHandler({
      onAdd: addAddress,
      onUpdate: (_, next) => {
        addAddress(next);
        addServicesWith(next);
      },
      onDelete: addServicesWith,
    });
  }

  #isServiceFine(service: Service): boolean {
    return clusterIpsOf(service).every((clusterIp) => {
      const address = this.#addresses.get(namespacedKey(undefined, clusterIp));
      const holder = address && this.#services.get(holderKeyOf(address) ?? '');
      const serviceCidrs = this.#serviceCidrs.list();
      return planClusterIp({ service, clusterIp, serviceCidrs, address, holder }) === undefined;
    });
  }

  #isAddressFine(address: IPAddress): boolean {
    const holder = this.#services.get(holderKeyOf(address) ?? '');
    return planAddress(address, holder, this.#context.clock.now()) === undefined;
  }

  async #repair(service: Service, clusterIp: string): Promise<void> {
    const { client } = this.#context;
    const address = await ignoreNotFound(client.get(networkingIPAddresses, { name: clusterIp }));
    const holder = address && (await this.#holderOf(address));
    const serviceCidrs = this.#serviceCidrs.list();
    const plan = planClusterIp({ service, clusterIp, serviceCidrs, address, holder });
    if (!plan) return;
    const { finding, reserve } = plan;
    if (finding) this.#events.record(service, serviceNote(finding, service, clusterIp));
    if (!reserve) return;
    if (address) await this.#remove(address);
    await client.create(networkingIPAddresses, {
      metadata: { name: clusterIp, labels: addressLabels(clusterIp) },
      spec: { parentRef: serviceReference(service) },
    });
  }

  async #holderOf(address: IPAddress): Promise<Service | undefined> {
    const key = holderKeyOf(address);
    if (key === undefined) return undefined;
    const { namespace, name } = splitKey(key);
    return ignoreNotFound(this.#context.client.get(coreServices, { namespace, name }));
  }

  async #remove({ metadata: { name = '', uid = '' } }: IPAddress): Promise<void> {
    try {
      await this.#context.client.delete(
        networkingIPAddresses,
        { name },
        { preconditions: { uid } },
      );
    } catch (thrown) {
      // Ignored: it is gone, or another one has its name, which is looked at when it is seen.
      if (!isApiError(thrown, 'NotFound', 'Conflict')) throw thrown;
    }
  }
}
