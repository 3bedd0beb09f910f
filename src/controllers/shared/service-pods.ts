/** The Pods of Services, as those who publish their addresses ask for them. */
import { deepEqual } from '../../lib/deep-equal.ts';
import type { Informer } from '../../machinery/informer.ts';
import type { Pod, Service } from '../../scheme/generated/types/core-v1.ts';
import { hasLabels, type Labels } from '../../scheme/labels.ts';
import { isPodReady, isPodTerminal } from './pods.ts';
import { SelectedPods } from './selected-pods.ts';

/** The selector of a Service whose endpoints are found for it; undefined for those that others fill. */
export function selectorOf(service: Service): Labels | undefined {
  const { spec } = service;
  if (!spec?.selector || spec.type === 'ExternalName') return undefined;
  for (const _key in spec.selector) return spec.selector;
  return undefined;
}

/** Finds the Pods of Services, and the Services of Pods. */
export function servicePods(
  services: Informer<Service>,
  pods: Informer<Pod>,
): SelectedPods<Service> {
  return new SelectedPods({
    selecting: services,
    pods,
    requiredLabels: selectorOf,
    matches: (service, labels) => hasLabels(labels, selectorOf(service) ?? {}),
    matters: isOtherEndpoint,
  });
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
