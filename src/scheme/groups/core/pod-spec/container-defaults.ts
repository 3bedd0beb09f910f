import type {
  Container,
  ContainerPort,
  EnvVar,
  EphemeralContainer,
  HTTPGetAction,
  LifecycleHandler,
  Probe,
} from '../../../generated/types/core-v1.ts';
import { roundQuantityUpToMilli } from '../../../quantity.ts';

const TERMINATION_MESSAGE_PATH = '/dev/termination-log';

/** Fills what a container of any sort leaves out. */
export function applyContainerDefaults(container: Container | EphemeralContainer): void {
  container.imagePullPolicy ??= defaultPullPolicy(container.image);
  container.terminationMessagePath ||= TERMINATION_MESSAGE_PATH;
  container.terminationMessagePolicy ??= 'File';
  container.resources ??= {};
  normalizeResourceList(container.resources.limits);
  normalizeResourceList(container.resources.requests);
  container.ports?.forEach(applyPortDefaults);
  container.env?.forEach(applyEnvDefaults);
  if (container.livenessProbe) applyProbeDefaults(container.livenessProbe);
  if (container.readinessProbe) applyProbeDefaults(container.readinessProbe);
  if (container.startupProbe) applyProbeDefaults(container.startupProbe);
  if (container.lifecycle) {
    applyHandlerDefaults(container.lifecycle.postStart);
    applyHandlerDefaults(container.lifecycle.preStop);
  }
}

/** An image that may change behind its name (`latest`, or no tag) is pulled each time. */
export function defaultPullPolicy(image: string | undefined): 'Always' | 'IfNotPresent' {
  if (!image) return 'IfNotPresent';
  const digest = image.indexOf('@');
  const named = digest < 0 ? image : image.slice(0, digest);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  if (colon < 0) return digest < 0 ? 'Always' : 'IfNotPresent';
  return named.slice(colon + 1) === 'latest' ? 'Always' : 'IfNotPresent';
}

/** Writes quantities as Kubernetes keeps them in resource lists: canonical, in whole thousandths. */
export function normalizeResourceList(list: Record<string, string> | undefined): void {
  for (const name in list) list[name] = roundQuantityUpToMilli(list[name] as string);
}

function applyPortDefaults(port: ContainerPort): void {
  port.protocol ??= 'TCP';
}

function applyEnvDefaults({ valueFrom }: EnvVar): void {
  if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ||= 'v1';
  if (valueFrom?.resourceFieldRef) valueFrom.resourceFieldRef.divisor ??= '0';
  if (valueFrom?.fileKeyRef) valueFrom.fileKeyRef.optional ??= false;
}

function applyProbeDefaults(probe: Probe): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.httpGet) applyHttpGetDefaults(probe.httpGet);
  if (probe.grpc) probe.grpc.service ??= '';
}

function applyHandlerDefaults(handler: LifecycleHandler | undefined): void {
  if (handler?.httpGet) applyHttpGetDefaults(handler.httpGet);
}

function applyHttpGetDefaults(action: HTTPGetAction): void {
  action.path ||= '/';
  action.scheme ??= 'HTTP';
}
