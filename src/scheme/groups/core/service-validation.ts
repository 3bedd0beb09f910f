import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts';
import type { Service, ServicePort, ServiceSpec } from '../../generated/types/core-v1.ts';
import { ipFamilyOf, validateCidr, validateIp, validateNonSpecialIp } from '../../ip.ts';
import { pushProblems, validateLabels } from '../../metadata-validation.ts';
import { portNumberProblems } from '../../names.ts';
import {
  checkDnsLabel,
  checkDnsSubdomain,
  checkOneOf,
  checkPortNumberOrName,
  checkQualifiedName,
  PROTOCOLS,
  requireOneOf,
} from '../checks.ts';
import { isHeadless, validateClusterIps } from './service-cluster-ips.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const AFFINITIES = ['ClientIP', 'None'];
const POLICIES = ['Cluster', 'Local'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];
const MAX_AFFINITY_SECONDS = 86_400;

/** Judges a Service, after its defaults are in. */
export function validateService({ spec, metadata }: Service): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec) return [required('spec')];
  requireOneOf(spec.type, TYPES, 'spec.type', errors);
  validateByType(spec, errors);
  validatePorts(spec, errors);
  if (spec.selector) validateLabels(spec.selector, 'spec.selector', errors);
  requireOneOf(spec.sessionAffinity, AFFINITIES, 'spec.sessionAffinity', errors);
  validateAffinity(spec, errors);
  if (spec.type !== 'ExternalName') validateClusterIps(spec, errors);
  spec.externalIPs?.forEach((ip, index) => {
    validateNonSpecialIp(ip, `spec.externalIPs[${index}]`, errors);
  });
  validateLoadBalancer(spec, metadata.annotations ?? {}, errors);
  validateTraffic(spec, errors);
  return errors;
}

function validateByType(spec: ServiceSpec, errors: FieldError[]): void {
  const { type } = spec;
  if (!spec.ports?.length && !isHeadless(spec) && type !== 'ExternalName') {
    errors.push(required('spec.ports'));
  }
  if (type === 'ExternalName') validateExternalName(spec, errors);
  else if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    const detail = `may not be set to 'None' for ${type} services`;
    errors.push(invalid('spec.clusterIPs[0]', 'None', detail));
  }
}

function validateExternalName(spec: ServiceSpec, errors: FieldError[]): void {
  const detail = 'may not be set for ExternalName services';
  for (const member of ['clusterIPs', 'ipFamilies'] as const) {
    if (spec[member]?.length) errors.push(forbiddenField(`spec.${member}`, detail));
  }
  if (spec.ipFamilyPolicy) errors.push(forbiddenField('spec.ipFamilyPolicy', detail));
  const name = spec.externalName?.replace(/\.$/, '');
  if (name) checkDnsSubdomain(name, 'spec.externalName', errors);
  else errors.push(required('spec.externalName'));
}

function validatePorts({ ports = [], type }: ServiceSpec, errors: FieldError[]): void {
  const names = new Set<string>();
  const numbers = new Set<string>();
  const nodePorts = new Set<string>();
  ports.forEach((port, index) => {
    const at = `spec.ports[${index}]`;
    validatePortName(port.name, at, errors, { needed: ports.length > 1, names });
    validatePort(port, at, errors);
    const { protocol, nodePort } = port;
    const key = `${protocol}/${port.port}`;
    if (numbers.has(key)) errors.push(duplicate(at, { protocol, port: port.port }));
    numbers.add(key);
    if (!nodePort) return;
    if (type === 'ClusterIP') {
      const detail = "may not be used when `type` is 'ClusterIP'";
      errors.push(forbiddenField(`${at}.nodePort`, detail));
    }
    const nodeKey = `${protocol}/${nodePort}`;
    if (nodePorts.has(nodeKey)) errors.push(duplicate(`${at}.nodePort`, nodePort));
    nodePorts.add(nodeKey);
  });
}

function validatePortName(
  name: string | undefined,
  path: string,
  errors: FieldError[],
  { needed, names }: { readonly needed: boolean; readonly names: Set<string> },
): void {
  if (!name) {
    if (needed) errors.push(required(`${path}.name`));
    return;
  }
  checkDnsLabel(name, `${path}.name`, errors);
  if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
  names.add(name);
}

function validatePort(port: ServicePort, path: string, errors: FieldError[]): void {
  pushProblems(errors, `${path}.port`, port.port, portNumberProblems(port.port));
  requireOneOf(port.protocol, PROTOCOLS, `${path}.protocol`, errors);
  checkPortNumberOrName(port.targetPort, `${path}.targetPort`, errors);
  if (port.appProtocol) checkQualifiedName(port.appProtocol, `${path}.appProtocol`, errors);
  if (port.nodePort) {
    pushProblems(errors, `${path}.nodePort`, port.nodePort, portNumberProblems(port.nodePort));
  }
}

function validateAffinity(
  { sessionAffinity, sessionAffinityConfig }: ServiceSpec,
  errors: FieldError[],
): void {
  if (sessionAffinity !== 'ClientIP') return;
  const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined) {
    errors.push(required(field, 'when session affinity type is ClientIP'));
  } else if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
    const detail = `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`;
    errors.push(invalid(field, seconds, detail));
  }
}

const SOURCE_RANGES_ANNOTATION = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";

function validateLoadBalancer(
  spec: ServiceSpec,
  annotations: Readonly<Record<string, string>>,
  errors: FieldError[],
): void {
  const isBalancer = spec.type === 'LoadBalancer';
  const only = (field: string): void => {
    if (!isBalancer) errors.push(forbiddenField(field, ONLY_LOAD_BALANCER));
  };
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotated = annotations[SOURCE_RANGES_ANNOTATION];
  if (ranges.length > 0) {
    only('spec.LoadBalancerSourceRanges');
    ranges.forEach((range, index) => {
      validateCidr(range.trim(), `spec.LoadBalancerSourceRanges[${index}]`, errors);
    });
  } else if (annotated !== undefined) {
    const field = `metadata.annotations[${SOURCE_RANGES_ANNOTATION}]`;
    only(field);
    for (const range of annotated.split(',').filter((one) => one.trim() !== '')) {
      validateCidr(range.trim(), field, errors);
    }
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined) only('spec.allocateLoadBalancerNodePorts');
  if (spec.loadBalancerClass !== undefined) {
    only('spec.loadBalancerClass');
    if (isBalancer) checkQualifiedName(spec.loadBalancerClass, 'spec.loadBalancerClass', errors);
  }
}

function validateTraffic(spec: ServiceSpec, errors: FieldError[]): void {
  const { type, externalTrafficPolicy: policy, healthCheckNodePort, trafficDistribution } = spec;
  const external =
    type === 'LoadBalancer' ||
    type === 'NodePort' ||
    (type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);
  if (external) requireOneOf(policy, POLICIES, 'spec.externalTrafficPolicy', errors);
  else if (policy) {
    const detail = 'may only be set for externally-accessible services';
    errors.push(invalid('spec.externalTrafficPolicy', policy, detail));
  }
  const checksHealth = type === 'LoadBalancer' && policy === 'Local';
  if (healthCheckNodePort && !checksHealth) {
    const detail =
      "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalid('spec.healthCheckNodePort', healthCheckNodePort, detail));
  }
  checkOneOf(spec.internalTrafficPolicy, POLICIES, 'spec.internalTrafficPolicy', errors);
  if (trafficDistribution !== undefined && !DISTRIBUTIONS.includes(trafficDistribution)) {
    errors.push(notSupported('spec.trafficDistribution', trafficDistribution, DISTRIBUTIONS));
  }
}

const IP_MODES = ['Proxy', 'VIP'];

/** Judges what a cloud provider reports of the load balancer. */
export function validateServiceStatus({ spec, status }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const ingress = status?.loadBalancer?.ingress ?? [];
  const path = 'status.loadBalancer.ingress';
  if (spec?.type !== 'LoadBalancer' && ingress.length > 0) {
    return [forbiddenField(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  ingress.forEach(({ ip, ipMode, hostname }, index) => {
    const at = `${path}[${index}]`;
    if (ip) validateIp(ip, `${at}.ip`, errors);
    if (ip && !ipMode) errors.push(required(`${at}.ipMode`, 'must be specified when `ip` is set'));
    if (!ip && ipMode) {
      errors.push(forbiddenField(`${at}.ipMode`, 'may not be specified when `ip` is not set'));
    }
    checkOneOf(ipMode, IP_MODES, `${at}.ipMode`, errors);
    if (!hostname) return;
    checkDnsSubdomain(hostname, `${at}.hostname`, errors);
    if (ipFamilyOf(hostname)) {
      errors.push(invalid(`${at}.hostname`, hostname, 'must be a DNS name, not an IP address'));
    }
  });
  return errors;
}
