/** Which Pods a Service selects, and which Services select a Pod, by index: neither question scans a namespace. */
import { deepEqual } from '../../lib/deep-equal.ts';
import type { Informer, InformerHandler } from '../../machinery/informer.ts';
import type { Pod, Service } from '../../scheme/generated/types/core-v1.ts';
import { hasLabels, type Labels } from '../../scheme/labels.ts';
import { keyOf } from '../../scheme/object.ts';
import { isPodReady, isPodTerminal } from './pods.ts';

/** Pods by namespace and each of their labels. */
const INDEX_POD_LABELS = 'namespaceAndLabel';
/** Services by namespace and one label of their selector: the rest is compared. */
const INDEX_SERVICE_SELECTOR = 'namespaceAndSelectorLabel';

const NO_VALUES: readonly string[] = [];

/** The selector of a Service whose endpoints are found for it; undefined for those that others fill. */
export function selectorOf(service: Service): Labels | undefined {
  const { spec } = service;
  if (!spec?.selector || spec.type === 'ExternalName') return undefined;
  for (const _key in spec.selector) return spec.selector;
  return undefined;
}

export class ServicePods {
  readonly #services: Informer<Service>;
  readonly #pods: Informer<Pod>;

  constructor(services: Informer<Service>, pods: Informer<Pod>) {
    this.#services = services;
    this.#pods = pods;
    pods.addIndex(INDEX_POD_LABELS, ({ metadata: { namespace, labels } }) =>
      labels ? Object.keys(labels).map((key) => pair(namespace, key, labels[key])) : NO_VALUES,
    );
    services.addIndex(INDEX_SERVICE_SELECTOR, (service) => {
      const selector = selectorOf(service);
      const key = selector && Object.keys(selector).sort()[0];
      return key === undefined
        ? NO_VALUES
        : [pair(service.metadata.namespace, key, selector?.[key])];
    });
  }

  podsOf(service: Service): readonly Pod[] {
    const selector = selectorOf(service);
    if (!selector) return [];
    const candidates = Object.keys(selector)
      .map((key) =>
        this.#pods.byIndex(INDEX_POD_LABELS, pair(service.metadata.namespace, key, selector[key])),
      )
      .reduce((fewest, pods) => (pods.length < fewest.length ? pods : fewest));
    return candidates.filter(({ metadata }) => hasLabels(metadata.labels, selector));
  }

  /** A handler that names each Service that a change of a Pod can matter to. */
  podHandler(addService: (key: string) => void): InformerHandler<Pod> {
    const addServices = (pod: Pod): void => {
      for (const service of this.#servicesOf(pod)) addService(keyOf(service));
    };
    return {
      onAdd: addServices,
      onUpdate: (previous, pod) => {
        const isRelabelled = !deepEqual(previous.metadata.labels, pod.metadata.labels);
        if (isRelabelled) addServices(previous);
        if (isRelabelled || isOtherEndpoint(previous, pod)) addServices(pod);
      },
      onDelete: addServices,
    };
  }

  #servicesOf({ metadata: { namespace, labels } }: Pod): readonly Service[] {
    const found: Service[] = [];
    for (const key in labels) {
      const services = this.#services.byIndex(
        INDEX_SERVICE_SELECTOR,
        pair(namespace, key, labels[key]),
      );
      for (const service of services) {
        if (hasLabels(labels, selectorOf(service) ?? {})) found.push(service);
      }
    }
    return found;
  }
}

function pair(namespace: string | undefined, key: string, value: string | undefined): string {
  return `${namespace}/${key}=${value}`;
}

/** Whether the Pod's endpoint differs; most changes of a Pod's life do not touch it. */
function isOtherEndpoint(previous: Pod, pod: Pod): boolean {
  return (
    isPodReady(previous) !== isPodReady(pod) ||
    isPodTerminal(previous) !== isPodTerminal(pod) ||
    previous.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ||
    previous.spec?.nodeName !== pod.spec?.nodeName ||
    !deepEqual(previous.status?.podIPs, pod.status?.podIPs)
  );
}
