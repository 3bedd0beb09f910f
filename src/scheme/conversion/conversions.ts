/** Which versions have a hand-written conversion. */
import { ACCESS_REVIEW_CONVERSION } from './access-review.ts';
import { DAEMON_SET_CONVERSION, DEPLOYMENT_CONVERSION } from './annotated-field.ts';
import { BETA_HORIZONTAL_POD_AUTOSCALER_CONVERSION } from './beta-horizontal-pod-autoscaler.ts';
import type { Conversion } from './conversion.ts';
import { CUSTOM_RESOURCE_DEFINITION_CONVERSION } from './custom-resource-definition.ts';
import { ENDPOINT_SLICE_CONVERSION } from './endpoint-slice.ts';
import { EVENT_CONVERSION } from './event.ts';
import { HORIZONTAL_POD_AUTOSCALER_CONVERSION } from './horizontal-pod-autoscaler.ts';
import { INGRESS_CONVERSION } from './ingress.ts';
import { POD_DISRUPTION_BUDGET_CONVERSION } from './pod-disruption-budget.ts';
import { ASSURED_SHARES_CONVERSION, NOMINAL_SHARES_CONVERSION } from './priority-level.ts';
import { RESOURCE_CLAIM_CONVERSION, RESOURCE_CLAIM_TEMPLATE_CONVERSION } from './resource-claim.ts';
import { RESOURCE_SLICE_CONVERSION } from './resource-slice.ts';
import { ROLE_BINDING_CONVERSION } from './role-binding.ts';
import { RUNTIME_CLASS_CONVERSION } from './runtime-class.ts';

const FLOW_CONTROL = 'flowcontrol.apiserver.k8s.io';
const RBAC = 'rbac.authorization.k8s.io';

/** By `group/version/Kind`. Versions that are not here have the fields of the storage version, and mean the same by them. */
export const CONVERSIONS: ReadonlyMap<string, Conversion> = new Map([
  ['apiextensions.k8s.io/v1beta1/CustomResourceDefinition', CUSTOM_RESOURCE_DEFINITION_CONVERSION],
  ['apps/v1beta1/Deployment', DEPLOYMENT_CONVERSION],
  ['authorization.k8s.io/v1beta1/LocalSubjectAccessReview', ACCESS_REVIEW_CONVERSION],
  ['authorization.k8s.io/v1beta1/SubjectAccessReview', ACCESS_REVIEW_CONVERSION],
  ['autoscaling/v1/HorizontalPodAutoscaler', HORIZONTAL_POD_AUTOSCALER_CONVERSION],
  ['autoscaling/v2beta1/HorizontalPodAutoscaler', BETA_HORIZONTAL_POD_AUTOSCALER_CONVERSION],
  ['discovery.k8s.io/v1beta1/EndpointSlice', ENDPOINT_SLICE_CONVERSION],
  ['events.k8s.io/v1/Event', EVENT_CONVERSION],
  ['events.k8s.io/v1beta1/Event', EVENT_CONVERSION],
  ['extensions/v1beta1/DaemonSet', DAEMON_SET_CONVERSION],
  ['extensions/v1beta1/Deployment', DEPLOYMENT_CONVERSION],
  ['extensions/v1beta1/Ingress', INGRESS_CONVERSION],
  [`${FLOW_CONTROL}/v1alpha1/PriorityLevelConfiguration`, ASSURED_SHARES_CONVERSION],
  [`${FLOW_CONTROL}/v1beta1/PriorityLevelConfiguration`, ASSURED_SHARES_CONVERSION],
  [`${FLOW_CONTROL}/v1beta2/PriorityLevelConfiguration`, ASSURED_SHARES_CONVERSION],
  [`${FLOW_CONTROL}/v1beta3/PriorityLevelConfiguration`, NOMINAL_SHARES_CONVERSION],
  ['networking.k8s.io/v1beta1/Ingress', INGRESS_CONVERSION],
  ['node.k8s.io/v1alpha1/RuntimeClass', RUNTIME_CLASS_CONVERSION],
  ['policy/v1beta1/PodDisruptionBudget', POD_DISRUPTION_BUDGET_CONVERSION],
  [`${RBAC}/v1alpha1/ClusterRoleBinding`, ROLE_BINDING_CONVERSION],
  [`${RBAC}/v1alpha1/RoleBinding`, ROLE_BINDING_CONVERSION],
  ['resource.k8s.io/v1beta1/ResourceClaim', RESOURCE_CLAIM_CONVERSION],
  ['resource.k8s.io/v1beta1/ResourceClaimTemplate', RESOURCE_CLAIM_TEMPLATE_CONVERSION],
  ['resource.k8s.io/v1beta1/ResourceSlice', RESOURCE_SLICE_CONVERSION],
]);
