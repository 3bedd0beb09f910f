/** Old versions that default otherwise than the version that their objects are stored in. */
import type { KindStrategy } from '../../kind-strategy.ts';
import {
  applyAssuredSharesDefaults,
  applyDefinitionDefaults,
  applyIngressDefaults,
  applyNominalSharesDefaults,
  applyRoleBindingDefaults,
  applySigningRequestDefaults,
  applyWebhookDefaults,
} from './policies.ts';
import {
  applyAppsDeploymentDefaults,
  applyAppsStatefulSetDefaults,
  applyExtensionsDaemonSetDefaults,
  applyExtensionsDeploymentDefaults,
  applyExtensionsReplicaSetDefaults,
} from './workloads.ts';

type Entry = readonly [key: string, strategy: KindStrategy];

/** Each is only ever called with objects of its own kind; everything but defaults is the storage version's. */
const entry = (key: string, applyDefaults: (object: never) => void): Entry => [
  key,
  { applyDefaults } as KindStrategy,
];

const ADMISSION = 'admissionregistration.k8s.io/v1beta1';
const FLOW_CONTROL = 'flowcontrol.apiserver.k8s.io';
const RBAC = 'rbac.authorization.k8s.io/v1alpha1';

/** By `group/version/Kind`. */
export const LEGACY_STRATEGIES: readonly Entry[] = [
  entry(`${ADMISSION}/MutatingWebhookConfiguration`, applyWebhookDefaults),
  entry(`${ADMISSION}/ValidatingWebhookConfiguration`, applyWebhookDefaults),
  entry('apiextensions.k8s.io/v1beta1/CustomResourceDefinition', applyDefinitionDefaults),
  entry('apps/v1beta1/Deployment', applyAppsDeploymentDefaults),
  entry('apps/v1beta1/StatefulSet', applyAppsStatefulSetDefaults),
  entry('certificates.k8s.io/v1beta1/CertificateSigningRequest', applySigningRequestDefaults),
  entry('extensions/v1beta1/DaemonSet', applyExtensionsDaemonSetDefaults),
  entry('extensions/v1beta1/Deployment', applyExtensionsDeploymentDefaults),
  entry('extensions/v1beta1/Ingress', applyIngressDefaults),
  entry('extensions/v1beta1/ReplicaSet', applyExtensionsReplicaSetDefaults),
  entry(`${FLOW_CONTROL}/v1alpha1/PriorityLevelConfiguration`, applyAssuredSharesDefaults),
  entry(`${FLOW_CONTROL}/v1beta1/PriorityLevelConfiguration`, applyAssuredSharesDefaults),
  entry(`${FLOW_CONTROL}/v1beta2/PriorityLevelConfiguration`, applyAssuredSharesDefaults),
  entry(`${FLOW_CONTROL}/v1beta3/PriorityLevelConfiguration`, applyNominalSharesDefaults),
  entry('networking.k8s.io/v1beta1/Ingress', applyIngressDefaults),
  entry(`${RBAC}/ClusterRoleBinding`, applyRoleBindingDefaults),
  entry(`${RBAC}/RoleBinding`, applyRoleBindingDefaults),
];
