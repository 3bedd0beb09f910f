import { WebhookClient } from '../webhooks/webhook-client.ts';
import { alwaysPullImages } from './always-pull-images.ts';
import { certificateApproval } from './certificate-approval.ts';
import { certificateSigning } from './certificate-signing.ts';
import { certificateSubjectRestriction } from './certificate-subject-restriction.ts';
import { clusterTrustBundleAttest } from './cluster-trust-bundle-attest.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { createDefaultTolerationSeconds } from './default-toleration-seconds.ts';
import { denyServiceExternalIPs } from './deny-service-external-ips.ts';
import { extendedResourceToleration } from './extended-resource-toleration.ts';
import { limitPodHardAntiAffinityTopology } from './limit-pod-hard-anti-affinity-topology.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceAutoProvision } from './namespace-auto-provision.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeDeclaredFeatureValidator } from './node-declared-feature-validator.ts';
import { nodeRestriction } from './node-restriction/node-restriction.ts';
import { ownerReferencesPermissionEnforcement } from './owner-references-permission-enforcement.ts';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { podResizeValidator } from './pod-resize-validator.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import { mutatingAdmissionPolicy } from './policy/mutating-admission-policy.ts';
import { validatingAdmissionPolicy } from './policy/validating-admission-policy.ts';
import { priority } from './priority.ts';
import { createResourceQuota } from './quota/resource-quota.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';
import { createMutatingWebhook } from './webhook/mutating-webhook.ts';
import { createValidatingWebhook } from './webhook/validating-webhook.ts';

/** What plugins are told when they are made. */
export interface AdmissionSettings {
  /** How long Pods stay on a node that has failed, where they do not say, in seconds. @default 300 */
  readonly tolerationSeconds?: number;
}

/** A plugin that this server knows. */
interface PluginEntry {
  /** Kubernetes' name, by which it is switched. */
  readonly name: string;
  /** Whether it runs unless it is disabled: Kubernetes 1.36's choice. */
  readonly isDefault: boolean;
  create(settings: AdmissionSettings): AdmissionPlugin;
}

const on = (plugin: AdmissionPlugin): PluginEntry => ({
  name: plugin.name,
  isDefault: true,
  create: () => plugin,
});

const off = (plugin: AdmissionPlugin): PluginEntry => ({ ...on(plugin), isDefault: false });

/** Every plugin in the order that Kubernetes runs them; ResourceQuota, which counts what the others made of a request, is last. */
const PLUGINS: readonly PluginEntry[] = [
  off(namespaceAutoProvision),
  on(namespaceLifecycle),
  off(limitPodHardAntiAffinityTopology),
  on(limitRanger),
  on(serviceAccount),
  off(nodeRestriction),
  on(taintNodesByCondition),
  off(alwaysPullImages),
  on(podSecurity),
  on(priority),
  {
    name: 'DefaultTolerationSeconds',
    isDefault: true,
    create: ({ tolerationSeconds = 300 }) => createDefaultTolerationSeconds(tolerationSeconds),
  },
  off(extendedResourceToleration),
  on(defaultStorageClass),
  on(storageObjectInUseProtection),
  off(ownerReferencesPermissionEnforcement),
  on(persistentVolumeClaimResize),
  on(runtimeClass),
  on(certificateApproval),
  on(certificateSigning),
  on(clusterTrustBundleAttest),
  on(certificateSubjectRestriction),
  on(defaultIngressClass),
  off(denyServiceExternalIPs),
  on(podTopologyLabels),
  on(nodeDeclaredFeatureValidator),
  on(podResizeValidator),
  on(mutatingAdmissionPolicy),
  {
    name: 'MutatingAdmissionWebhook',
    isDefault: true,
    create: () => createMutatingWebhook(new WebhookClient()),
  },
  on(validatingAdmissionPolicy),
  {
    name: 'ValidatingAdmissionWebhook',
    isDefault: true,
    create: () => createValidatingWebhook(new WebhookClient()),
  },
  { name: 'ResourceQuota', isDefault: true, create: createResourceQuota },
];

/** The names that {@link AdmissionSwitches} know, in the order of the chain. */
export const ADMISSION_PLUGIN_NAMES: readonly string[] = PLUGINS.map(({ name }) => name);

export interface AdmissionSwitches {
  /** Names of plugins to run beside the default ones. @default [] */
  readonly enable?: readonly string[];
  /** Names of plugins not to run. @default [] */
  readonly disable?: readonly string[];
}

/** The chain: the default plugins, with those that are switched on and without those that are switched off. */
export function createAdmissionPlugins(
  settings: AdmissionSettings = {},
  { enable = [], disable = [] }: AdmissionSwitches = {},
): readonly AdmissionPlugin[] {
  const chosen = PLUGINS.filter(({ name, isDefault }) =>
    isDefault ? !disable.includes(name) : enable.includes(name),
  );
  return chosen.map(({ create }) => create(settings));
}
