import type { Namespace, Pod, PodTemplateSpec } from '../../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import { type GroupResource, qualifiedName } from '../../../scheme/resource.ts';
import { NAMESPACES } from '../namespace-lifecycle.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../plugin.ts';
import { refusal } from '../refuse.ts';
import { checkNamespace } from './namespace-labels.ts';
import { isSignificantUpdate } from './pod-changes.ts';
import { type LevelVersion, levelVersionText, policyOf, type ReadPolicy } from './policy.ts';
import { detailsOf, violationsOf } from './standards.ts';
import type { PodLike } from './violation.ts';

const ANNOTATION = 'pod-security.kubernetes.io/';

/** Where workloads keep the template of their Pods. */
const TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map([
  ['replicationcontrollers', ['spec', 'template']],
  ['podtemplates', ['template']],
  ['deployments.apps', ['spec', 'template']],
  ['replicasets.apps', ['spec', 'template']],
  ['statefulsets.apps', ['spec', 'template']],
  ['daemonsets.apps', ['spec', 'template']],
  ['jobs.batch', ['spec', 'template']],
  ['cronjobs.batch', ['spec', 'jobTemplate', 'spec', 'template']],
]);

/**
 * Holds Pods to the standard that the labels of their namespace name. Pods that do not meet it are refused; workloads whose
 * Pods will not are let through with a warning, because their Pods are judged when they come.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  reads: [NAMESPACES],
  handles(resource, operation, subresource) {
    if (operation !== 'CREATE' && operation !== 'UPDATE') return false;
    if (isCore(resource, 'pods'))
      return subresource === '' || subresource === 'ephemeralcontainers';
    if (subresource !== '') return false;
    return isCore(resource, 'namespaces') || TEMPLATES.has(qualifiedName(resource));
  },
  validate(request) {
    const { resource } = request;
    if (isCore(resource, 'namespaces')) return checkNamespace(request);
    if (isCore(resource, 'pods')) checkPod(request);
    else checkWorkload(request);
  },
};

function isCore({ group, resource }: GroupResource, wanted: string): boolean {
  return group === '' && resource === wanted;
}

function readPolicyOf({ state, namespace }: AdmissionRequest): ReadPolicy {
  const found =
    state.cache(NAMESPACES).get('', namespace) ?? state.pending(NAMESPACES, '', namespace);
  return policyOf((found as Namespace | undefined)?.metadata.labels);
}

function asksNothing(
  { policy }: ReadPolicy,
  modes: readonly (keyof ReadPolicy['policy'])[],
): boolean {
  return modes.every((mode) => policy[mode].level === 'privileged');
}

function checkPod(request: AdmissionRequest): void {
  const read = readPolicyOf(request);
  const { enforce } = read.policy;
  request.annotate(`${ANNOTATION}enforce-policy`, levelVersionText(enforce));
  if (asksNothing(read, ['enforce', 'audit', 'warn'])) return;
  const pod = request.object as Pod;
  if (request.current && !isSignificantUpdate(pod, request.current as Pod)) return;
  const { spec } = pod;
  if (!spec) return;
  const subject = { metadata: pod.metadata, spec };
  const violated = violationText(subject, enforce);
  audit(request, read, subject);
  if (violated) {
    throw refusal(request, `violates PodSecurity ${violated}`);
  }
  warn(request, read.policy.warn, subject);
}

function checkWorkload(request: AdmissionRequest): void {
  const read = readPolicyOf(request);
  if (asksNothing(read, ['audit', 'warn'])) return;
  const path = TEMPLATES.get(qualifiedName(request.resource)) ?? [];
  const template = templateAt(request.object, path);
  if (!template?.spec) return;
  const subject = { metadata: template.metadata, spec: template.spec };
  audit(request, read, subject);
  warn(request, read.policy.warn, subject);
}

function templateAt(object: ApiObject, path: readonly string[]): PodTemplateSpec | undefined {
  let value: unknown = object;
  for (const member of path) value = (value as Record<string, unknown> | undefined)?.[member];
  return value as PodTemplateSpec | undefined;
}

function audit(request: AdmissionRequest, { policy, errors }: ReadPolicy, pod: PodLike): void {
  if (errors.length > 0) {
    const text = errors.map(({ field, detail }) => `${field}: ${detail}`).join(', ');
    request.annotate(`${ANNOTATION}error`, `Failed to parse policy: ${text}`);
  }
  const text = violationText(pod, policy.audit);
  if (text) request.annotate(`${ANNOTATION}audit-violations`, `would violate PodSecurity ${text}`);
}

function warn(request: AdmissionRequest, wanted: LevelVersion, pod: PodLike): void {
  const text = violationText(pod, wanted);
  if (text) request.warn(`would violate PodSecurity ${text}`);
}

function violationText(pod: PodLike, wanted: LevelVersion): string | undefined {
  const violations = violationsOf(pod, wanted);
  if (violations.length === 0) return undefined;
  return `${JSON.stringify(levelVersionText(wanted))}: ${detailsOf(violations)}`;
}
