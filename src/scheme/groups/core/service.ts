import type { Service, ServiceSpec } from '../../generated/types/core-v1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { dropGeneration, neverChangesGeneration } from '../generation.ts';
import { keepSpec } from '../status.ts';
import { serviceColumns } from './service-columns.ts';
import { validateServiceUpdate } from './service-update.ts';
import { validateService, validateServiceStatus } from './service-validation.ts';

/** Three hours. */
const DEFAULT_AFFINITY_SECONDS = 10_800;

/** Whether the world can reach it: through a node port, a load balancer or addresses of its own. */
export function isExternallyAccessible(spec: ServiceSpec): boolean {
  if (spec.type === 'LoadBalancer' || spec.type === 'NodePort') return true;
  return spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0;
}

function applyDefaults({ spec, status }: Service): void {
  if (!spec) return;
  spec.type ??= 'ClusterIP';
  spec.sessionAffinity ??= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  else if (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: DEFAULT_AFFINITY_SECONDS } };
  }
  for (const port of spec.ports ?? []) {
    port.protocol ??= 'TCP';
    port.targetPort ||= port.port;
  }
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ??= 'Cluster';
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type !== 'LoadBalancer') return;
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const ingress of status?.loadBalancer?.ingress ?? []) {
    if (ingress.ip) ingress.ipMode ??= 'VIP';
  }
}

/** The one address and the list of them say the same; whoever knows only the old member sets that one alone. */
function syncClusterIps(spec: ServiceSpec, before: ServiceSpec | undefined): void {
  const ips = spec.clusterIPs ?? [];
  if (!before) {
    if (spec.clusterIP && ips.length === 0) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  const listUnchanged = ips.join() === (before.clusterIPs ?? []).join();
  if (spec.clusterIP === before.clusterIP || !listUnchanged) return;
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP, ...ips.slice(1)];
  else delete spec.clusterIPs;
}

/** What the server chose and the user left out stays as it was chosen. */
function keepAllocated(next: ServiceSpec, current: ServiceSpec): void {
  if (next.type === 'ExternalName' || current.type === 'ExternalName') return;
  if (!next.clusterIP && !next.clusterIPs?.length) {
    next.clusterIP = current.clusterIP;
    next.clusterIPs = current.clusterIPs;
  }
  next.ipFamilies ??= current.ipFamilies;
  next.ipFamilyPolicy ??= current.ipFamilyPolicy;
  if (needsHealthCheck(next)) next.healthCheckNodePort ??= current.healthCheckNodePort;
  if (usesNodePorts(next) && usesNodePorts(current)) keepNodePorts(next, current);
}

function usesNodePorts({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean {
  if (type === 'NodePort') return true;
  return type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false;
}

function keepNodePorts(next: ServiceSpec, current: ServiceSpec): void {
  const used = new Set(next.ports?.map(({ nodePort }) => nodePort));
  for (const port of next.ports ?? []) {
    if (port.nodePort) continue;
    const before = current.ports?.find((one) => {
      return one.port === port.port && one.protocol === port.protocol;
    });
    if (before?.nodePort && !used.has(before.nodePort)) port.nodePort = before.nodePort;
  }
}

/** What belonged to the type that the Service had goes when the type does. */
function dropTypeDependent(next: ServiceSpec, current: ServiceSpec): void {
  if (usesNodePorts(current) && (next.type === 'ClusterIP' || next.type === 'ExternalName')) {
    dropNodePorts(next, current);
  }
  if (isExternallyAccessible(current) && !isExternallyAccessible(next)) {
    dropUnchanged(next, current, 'externalTrafficPolicy');
  }
  if (needsHealthCheck(current) && !needsHealthCheck(next)) delete next.healthCheckNodePort;
  if (current.type === 'LoadBalancer' && next.type !== 'LoadBalancer') {
    delete next.allocateLoadBalancerNodePorts;
    dropUnchanged(next, current, 'loadBalancerClass');
  }
  if (next.type === 'ExternalName' && current.type !== 'ExternalName') dropAddresses(next, current);
}

/** A value that the user set anew is left for validation to judge. */
function dropUnchanged(
  next: ServiceSpec,
  current: ServiceSpec,
  member: 'externalTrafficPolicy' | 'loadBalancerClass',
): void {
  if (next[member] === current[member]) delete next[member];
}

function dropNodePorts(next: ServiceSpec, current: ServiceSpec): void {
  const before = new Set(current.ports?.map(({ nodePort }) => nodePort));
  for (const port of next.ports ?? []) if (before.has(port.nodePort)) delete port.nodePort;
}

function needsHealthCheck({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}

function dropAddresses(next: ServiceSpec, current: ServiceSpec): void {
  if (next.clusterIP === current.clusterIP) {
    delete next.clusterIP;
    delete next.clusterIPs;
  }
  delete next.ipFamilies;
  delete next.ipFamilyPolicy;
}

/** core/Service. Addresses and node ports are allocated elsewhere. */
export const serviceStrategy: KindStrategy<Service> = {
  returnsDeleted: true,
  nameRule: 'dns-1035',
  applyDefaults,
  prepareForCreate(service) {
    if (service.spec) syncClusterIps(service.spec, undefined);
    service.status = { loadBalancer: {} };
    dropGeneration(service);
  },
  prepareForUpdate(next, current) {
    next.status = current.status;
    if (!next.spec || !current.spec) return;
    dropTypeDependent(next.spec, current.spec);
    keepAllocated(next.spec, current.spec);
    syncClusterIps(next.spec, current.spec);
    if (next.spec.type !== 'LoadBalancer' && current.spec.type === 'LoadBalancer') {
      next.status = { ...current.status, loadBalancer: {} };
    }
  },
  prepareForStatusUpdate: keepSpec,
  changesGeneration: neverChangesGeneration,
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  validateStatusUpdate: validateServiceStatus,
  selectableFields: {
    'spec.clusterIP': ({ spec }) => spec?.clusterIP ?? '',
    'spec.type': ({ spec }) => spec?.type ?? '',
  },
  printerColumns: serviceColumns,
};
