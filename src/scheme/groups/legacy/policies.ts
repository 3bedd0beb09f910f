/** What other old kinds leave out and their successors fill otherwise, or require. */

import { PRESERVE_ZERO_SHARES } from '../../conversion/priority-level.ts';
import type {
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '../../generated/types/admissionregistration-v1beta1.ts';
import type { CustomResourceDefinition } from '../../generated/types/apiextensions-v1beta1.ts';
import type { CertificateSigningRequest } from '../../generated/types/certificates-v1beta1.ts';
import type { PriorityLevelConfiguration as StoredLevel } from '../../generated/types/flowcontrol-v1.ts';
import type { PriorityLevelConfiguration } from '../../generated/types/flowcontrol-v1beta1.ts';
import type { Ingress } from '../../generated/types/networking-v1beta1.ts';
import type { RoleBinding } from '../../generated/types/rbac-v1alpha1.ts';
import type { ObjectMeta } from '../../object.ts';
import { defaultSignerOf } from '../certificates/signers.ts';

/** How long, in seconds, a webhook of v1beta1 may take. */
const WEBHOOK_TIMEOUT_SECONDS = 30;

/** admissionregistration.k8s.io/v1beta1: a webhook that fails is ignored, and one that says nothing speaks v1beta1. */
export function applyWebhookDefaults({
  webhooks,
}: MutatingWebhookConfiguration | ValidatingWebhookConfiguration): void {
  for (const webhook of webhooks ?? []) {
    webhook.failurePolicy ??= 'Ignore';
    webhook.matchPolicy ??= 'Exact';
    webhook.sideEffects ??= 'Unknown';
    webhook.timeoutSeconds ??= WEBHOOK_TIMEOUT_SECONDS;
    if (!webhook.admissionReviewVersions?.length) webhook.admissionReviewVersions = ['v1beta1'];
  }
}

/** certificates.k8s.io/v1beta1: requests of before there were signers are for whoever signs what they ask for. */
export function applySigningRequestDefaults({ spec, status }: CertificateSigningRequest): void {
  if (spec) {
    spec.usages ??= ['digital signature', 'key encipherment'];
    spec.signerName ??= defaultSignerOf(spec);
  }
  for (const condition of status?.conditions ?? []) condition.status ??= 'True';
}

/** apiextensions.k8s.io/v1beta1: one version may stand beside the list of all, and unknown fields are kept. */
export function applyDefinitionDefaults({ spec }: CustomResourceDefinition): void {
  if (!spec) return;
  const { names } = spec;
  spec.preserveUnknownFields ??= true;
  if (names) {
    names.singular ||= names.kind?.toLowerCase();
    names.listKind ||= `${names.kind}List`;
  }
  spec.conversion ??= { strategy: 'None' };
  if (!spec.versions?.length && spec.version) {
    spec.versions = [{ name: spec.version, served: true, storage: true }];
  }
  const [first] = spec.versions ?? [];
  if (first) spec.version ??= first.name;
}

/** networking.k8s.io/v1beta1 and extensions/v1beta1: every controller read paths in its own way. */
export function applyIngressDefaults({ spec }: Ingress): void {
  for (const { http } of spec?.rules ?? []) {
    for (const path of http?.paths ?? []) path.pathType ??= 'ImplementationSpecific';
  }
}

const DEFAULT_SHARES = 30;

/** flowcontrol.apiserver.k8s.io/v1alpha1, v1beta1 and v1beta2. */
export function applyAssuredSharesDefaults({ metadata, spec }: PriorityLevelConfiguration): void {
  const { limited } = spec ?? {};
  if (!limited) return;
  limited.assuredConcurrencyShares = sharesOf(limited.assuredConcurrencyShares, metadata);
}

/** flowcontrol.apiserver.k8s.io/v1beta3. */
export function applyNominalSharesDefaults({ metadata, spec }: StoredLevel): void {
  const { limited } = spec ?? {};
  if (!limited) return;
  limited.nominalConcurrencyShares = sharesOf(limited.nominalConcurrencyShares, metadata);
}

/** Before v1 zero shares were shares that nobody gave, unless an annotation said that zero was meant. */
function sharesOf(shares: number | undefined, { annotations }: ObjectMeta): number {
  const isZeroMeant = annotations?.[PRESERVE_ZERO_SHARES] !== undefined;
  return shares || (isZeroMeant && shares === 0 ? 0 : DEFAULT_SHARES);
}

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** rbac.authorization.k8s.io/v1alpha1 RoleBinding and ClusterRoleBinding. */
export function applyRoleBindingDefaults({ roleRef, subjects }: RoleBinding): void {
  if (roleRef) roleRef.apiGroup ||= RBAC_GROUP;
  for (const subject of subjects ?? []) {
    subject.apiVersion ??= subject.kind === 'ServiceAccount' ? 'v1' : `${RBAC_GROUP}/v1alpha1`;
  }
}
