/**
 * ServiceCIDRs: one that is there gives out addresses, one that is being deleted goes when no Service has an address that
 * would then be in none. Invariant: it goes no sooner than every API server has seen that nothing is to be taken from it.
 *
 * @see https://kubernetes.io/docs/reference/networking/virtual-ips/#ip-address-objects
 */
import { deepEqual } from '../../lib/deep-equal.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import type { Informer } from '../../machinery/informer.ts';
import { networkingIPAddresses, networkingServiceCIDRs } from '../../scheme/generated/resources.ts';
import type { IPAddress, ServiceCIDR } from '../../scheme/generated/types/networking-v1.ts';
import { namespacedKey } from '../../scheme/object.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { withFinalizer, withoutFinalizer } from '../shared/finalizers.ts';
import { mayGo, namesOverlapping, namesWith } from './plan.ts';
import { withReadiness } from './status.ts';

const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
/** How long API servers are given to see a deletion: Kubernetes' number. */
const GRACE_MS = 10_000;

/** Its keys are names of ServiceCIDRs. */
export function createServiceCidrController(): Controller {
  return {
    name: 'service-cidr',
    serviceAccount: 'service-cidrs-controller',
    setUp(context) {
      const reconciler = new ServiceCidrReconciler(context);
      return (name) => reconciler.reconcile(name);
    },
  };
}

class ServiceCidrReconciler {
  readonly #context: ControllerContext;
  readonly #serviceCidrs: Informer<ServiceCIDR>;
  readonly #addresses: Informer<IPAddress>;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#serviceCidrs = context.informers.informer(networkingServiceCIDRs);
    this.#addresses = context.informers.informer(networkingIPAddresses);
    this.#watch();
  }

  async reconcile(name: string): Promise<ReconcileResult> {
    const { clock } = this.#context;
    const found = this.#serviceCidrs.get(namespacedKey(undefined, name));
    if (!found) return done;
    const { deletionTimestamp } = found.metadata;
    if (deletionTimestamp === undefined) return this.#hold(found);
    const all = [...this.#serviceCidrs.list()];
    if (!mayGo({ serviceCidr: found, all, addresses: [...this.#addresses.list()] })) {
      await this.#writeStatus(withReadiness(found, 'held up', clock.now()), found);
      return done;
    }
    const waitMs = Date.parse(deletionTimestamp) + GRACE_MS - clock.now();
    if (waitMs > 0) return requeueAfter(waitMs);
    const free = withoutFinalizer(found, FINALIZER);
    if (free !== found) {
      await ignoreNotFound(this.#context.client.update(networkingServiceCIDRs, free));
    }
    return done;
  }

  #watch(): void {
    const { queue } = this.#context;
    const addAll = (names: readonly string[]): void => {
      for (const name of names) queue.add(name);
    };
    const addOverlapping = (one: ServiceCIDR): void =>
      addAll(namesOverlapping(one, this.#serviceCidrs.list()));
    this.#serviceCidrs.addHandler({
      onAdd: addOverlapping,
      onUpdate: (_, next) => addOverlapping(next),
      onDelete: addOverlapping,
    });
    // An address that went may have been the last that held up a deletion; one that came is seen when that is judged.
    this.#addresses.addHandler({
      onDelete: (address) => {
        const going = [...this.#serviceCidrs.list()].filter(
          ({ metadata }) => metadata.deletionTimestamp !== undefined,
        );
        addAll(namesWith(address, going));
      },
    });
  }

  async #hold(found: ServiceCIDR): Promise<ReconcileResult> {
    const { client, clock } = this.#context;
    const held = withFinalizer(found, FINALIZER);
    const current =
      held === found ? found : await ignoreNotFound(client.update(networkingServiceCIDRs, held));
    if (current) await this.#writeStatus(withReadiness(current, 'ready', clock.now()), current);
    return done;
  }

  async #writeStatus(next: ServiceCIDR, current: ServiceCIDR): Promise<void> {
    if (deepEqual(next.status, current.status)) return;
    const { client } = this.#context;
    await ignoreNotFound(client.update(networkingServiceCIDRs, next, { subresource: 'status' }));
  }
}
