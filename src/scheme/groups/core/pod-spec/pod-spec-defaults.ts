import type { Container, PodSpec, PodTemplateSpec } from '../../../generated/types/core-v1.ts';
import { applyContainerDefaults, normalizeResourceList } from './container-defaults.ts';
import { applyPodLevelDefaults } from './pod-level-defaults.ts';
import { applyVolumeDefaults } from './volume-defaults.ts';

const DEFAULT_GRACE_SECONDS = 30;
export const DEFAULT_SCHEDULER = 'default-scheduler';

/** Fills what a Pod's spec leaves out, in a Pod and in a template alike. */
export function applyPodSpecDefaults(spec: PodSpec): void {
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.restartPolicy ??= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= DEFAULT_GRACE_SECONDS;
  spec.schedulerName ||= DEFAULT_SCHEDULER;
  mirrorServiceAccount(spec);
  spec.containers?.forEach(applyContainerDefaults);
  spec.initContainers?.forEach(applyContainerDefaults);
  spec.ephemeralContainers?.forEach(applyContainerDefaults);
  spec.volumes?.forEach(applyVolumeDefaults);
  normalizeResourceList(spec.overhead);
  normalizeResourceList(spec.resources?.limits);
  normalizeResourceList(spec.resources?.requests);
}

/** The old name of `serviceAccountName` always shows the same. */
export function mirrorServiceAccount(spec: PodSpec): void {
  const name = spec.serviceAccountName || spec.serviceAccount;
  if (!name) return;
  spec.serviceAccountName = name;
  spec.serviceAccount = name;
}

export function applyPodTemplateDefaults(template: PodTemplateSpec): void {
  template.spec ??= { containers: [] };
  applyPodSpecDefaults(template.spec);
}

/** Fills what only a Pod gets, not a template: requests from limits, ports of the host. */
export function applyPodOnlyDefaults(spec: PodSpec): void {
  spec.containers?.forEach(requestLimits);
  spec.initContainers?.forEach(requestLimits);
  if (spec.resources) applyPodLevelDefaults(spec, spec.resources);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork) {
    spec.containers?.forEach(useHostPorts);
    spec.initContainers?.forEach(useHostPorts);
  }
}

/** Whoever limits a resource without asking for it asks for the limit. */
function requestLimits({ resources }: Container): void {
  if (!resources?.limits) return;
  resources.requests = { ...resources.limits, ...resources.requests };
}

/** On the host's network a container's port is the host's. */
function useHostPorts({ ports }: Container): void {
  for (const port of ports ?? []) port.hostPort ||= port.containerPort;
}
