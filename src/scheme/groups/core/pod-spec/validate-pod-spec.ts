import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  required,
} from '../../../field-error.ts';
import type { PodSchedulingGate, PodSpec } from '../../../generated/types/core-v1.ts';
import { validateLabels } from '../../../metadata-validation.ts';
import { inclusiveRange } from '../../../names.ts';
import {
  checkDnsLabel,
  checkDnsSubdomain,
  checkOneOf,
  checkQualifiedName,
  requireOneOf,
} from '../../checks.ts';
import { validateAffinity } from './validate-affinity.ts';
import type { ContainerContext } from './validate-container.ts';
import {
  validateContainers,
  validateEphemeralContainers,
  validateInitContainers,
} from './validate-containers.ts';
import {
  validateDns,
  validateHostAliases,
  validateHostNetworkPorts,
} from './validate-pod-network.ts';
import { validatePodResources, validateResourceClaims } from './validate-pod-resources.ts';
import { validateResources } from './validate-resources.ts';
import { validateHostUsers, validatePodSecurityContext } from './validate-security-context.ts';
import { validateTolerations } from './validate-tolerations.ts';
import { validateTopologySpread } from './validate-topology-spread.ts';
import { type VolumesByName, validateVolumes } from './validate-volumes.ts';
import { validateForOs, validateHostProcesses } from './validate-windows.ts';

/** Where the spec is judged: in a Pod, whose name matters, or in a template. */
export interface PodSpecContext {
  readonly isPod: boolean;
  /** The Pod's name, where it has one. */
  readonly podName?: string | undefined;
}

const NO_VOLUMES: VolumesByName = new Map();
const NO_NAMES: ReadonlySet<string> = new Set();

/** Judges the spec of a Pod or of a Pod template, after its defaults are in. */
export function validatePodSpec(
  spec: PodSpec,
  path: string,
  errors: FieldError[],
  { isPod, podName }: PodSpecContext,
): void {
  if (spec.terminationGracePeriodSeconds === undefined) {
    errors.push(required(`${path}.terminationGracePeriodSeconds`));
  }
  const volumes = spec.volumes
    ? validateVolumes(spec.volumes, `${path}.volumes`, errors, { isPod, podName })
    : NO_VOLUMES;
  const claimNames = spec.resourceClaims
    ? validateResourceClaims(spec.resourceClaims, `${path}.resourceClaims`, errors)
    : NO_NAMES;
  validateAllContainers(path, errors, { spec, volumes, claimNames, isPod });
  validatePodResources(spec, `${path}.resources`, errors, claimNames);
  if (spec.hostNetwork) validateHostNetworkPorts(spec, path, errors, isPod);
  validatePolicies(spec, path, errors);
  validateSecurity(spec, path, errors);
  validateScheduling(spec, path, errors);
  validateNames(spec, path, errors);
  if (spec.dnsConfig || spec.dnsPolicy === 'None') validateDns(spec, path, errors);
  if (spec.hostAliases) validateHostAliases(spec.hostAliases, `${path}.hostAliases`, errors);
}

function validateAllContainers(
  path: string,
  errors: FieldError[],
  context: ContainerContext,
): void {
  const { containers, initContainers, ephemeralContainers } = context.spec;
  validateContainers(containers, `${path}.containers`, errors, context);
  if (initContainers?.length) {
    validateInitContainers(initContainers, `${path}.initContainers`, errors, context);
  }
  if (ephemeralContainers?.length) {
    const at = `${path}.ephemeralContainers`;
    validateEphemeralContainers(ephemeralContainers, at, errors, context);
  }
}

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never'];
const MAX_INT32 = 2_147_483_647;

function validatePolicies(spec: PodSpec, path: string, errors: FieldError[]): void {
  requireOneOf(spec.restartPolicy, RESTART_POLICIES, `${path}.restartPolicy`, errors);
  requireOneOf(spec.dnsPolicy, DNS_POLICIES, `${path}.dnsPolicy`, errors);
  checkOneOf(spec.preemptionPolicy, PREEMPTION_POLICIES, `${path}.preemptionPolicy`, errors);
  const { activeDeadlineSeconds: seconds } = spec;
  if (seconds === undefined || (seconds >= 1 && seconds <= MAX_INT32)) return;
  const field = `${path}.activeDeadlineSeconds`;
  errors.push(invalid(field, seconds, inclusiveRange(1, MAX_INT32)));
}

function validateSecurity(spec: PodSpec, path: string, errors: FieldError[]): void {
  const { securityContext } = spec;
  if (securityContext) {
    validatePodSecurityContext(securityContext, spec, `${path}.securityContext`, errors);
  }
  validateHostUsers(spec, path, errors);
  const asksForWindows =
    securityContext?.windowsOptions ||
    spec.containers?.some((container) => container.securityContext?.windowsOptions);
  if (asksForWindows) validateHostProcesses(spec, path, errors);
  if (!spec.os) return;
  if (!spec.os.name) errors.push(required(`${path}.os.name`, 'cannot be empty'));
  else if (spec.os.name !== 'linux' && spec.os.name !== 'windows') {
    errors.push(notSupported(`${path}.os`, spec.os.name, ['linux', 'windows']));
  } else {
    validateForOs(spec, path, errors);
  }
}

function validateScheduling(spec: PodSpec, path: string, errors: FieldError[]): void {
  if (spec.nodeSelector) validateLabels(spec.nodeSelector, `${path}.nodeSelector`, errors);
  if (spec.affinity) validateAffinity(spec.affinity, `${path}.affinity`, errors);
  if (spec.tolerations) validateTolerations(spec.tolerations, `${path}.tolerations`, errors);
  if (spec.topologySpreadConstraints) {
    const at = `${path}.topologySpreadConstraints`;
    validateTopologySpread(spec.topologySpreadConstraints, at, errors);
  }
  if (spec.schedulingGates) validateGates(spec.schedulingGates, `${path}.schedulingGates`, errors);
  spec.readinessGates?.forEach(({ conditionType }, index) => {
    checkQualifiedName(conditionType, `${path}.readinessGates[${index}].conditionType`, errors);
  });
  if (spec.overhead) {
    const scope = { scope: 'container', claimNames: NO_NAMES } as const;
    validateResources({ limits: spec.overhead }, `${path}.overhead`, errors, scope);
  }
}

function validateGates(
  gates: readonly PodSchedulingGate[],
  path: string,
  errors: FieldError[],
): void {
  const seen = new Set<string>();
  gates.forEach(({ name }, index) => {
    checkQualifiedName(name, `${path}[${index}]`, errors);
    if (seen.has(name)) errors.push(duplicate(`${path}[${index}]`, name));
    seen.add(name);
  });
}

const SUBDOMAINS = ['serviceAccountName', 'nodeName', 'priorityClassName'] as const;

function validateNames(spec: PodSpec, path: string, errors: FieldError[]): void {
  for (const field of SUBDOMAINS) {
    const name = spec[field];
    if (name) checkDnsSubdomain(name, `${path}.${field}`, errors);
  }
  if (spec.runtimeClassName !== undefined) {
    checkDnsSubdomain(spec.runtimeClassName, `${path}.runtimeClassName`, errors);
  }
  if (spec.hostname) checkDnsLabel(spec.hostname, `${path}.hostname`, errors);
  if (spec.subdomain) checkDnsLabel(spec.subdomain, `${path}.subdomain`, errors);
  if (spec.hostnameOverride !== undefined) {
    checkHostnameOverride(spec, spec.hostnameOverride, `${path}.hostnameOverride`, errors);
  }
}

const MAX_HOSTNAME_BYTES = 64;

function checkHostnameOverride(
  { hostNetwork, setHostnameAsFQDN }: PodSpec,
  hostname: string,
  path: string,
  errors: FieldError[],
): void {
  if (hostname.length > MAX_HOSTNAME_BYTES) {
    errors.push(invalid(path, hostname, `must be no more than ${MAX_HOSTNAME_BYTES} bytes`));
  }
  checkDnsSubdomain(hostname, path, errors);
  const detail = 'must not be set when `hostNetwork` or `setHostnameAsFQDN` is true';
  if (hostNetwork || setHostnameAsFQDN) errors.push(invalid(path, hostname, detail));
}
