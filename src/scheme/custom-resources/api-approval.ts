/** Groups of the Kubernetes community ask of a definition whether its API was reviewed. */
import type { ConditionLike } from '../conditions.ts';
import type { CustomResourceDefinition } from '../generated/types/apiextensions-v1.ts';

export const APPROVED_ANNOTATION = 'api-approved.kubernetes.io';
export const CONDITION_API_APPROVAL = 'KubernetesAPIApprovalPolicyConformant';
const APPROVAL_URL = 'https://github.com/kubernetes/enhancements/pull/1111';

export interface ApiApproval {
  readonly state: 'Missing' | 'Unapproved' | 'Approved' | 'Invalid';
  readonly message: string;
}

/** What a definition says of its approval; undefined where its group asks for none. */
export function apiApprovalOf({
  metadata,
  spec,
}: CustomResourceDefinition): ApiApproval | undefined {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec.group)) return undefined;
  const approval = metadata.annotations?.[APPROVED_ANNOTATION] ?? '';
  const demand = `protected groups must have approval annotation "${APPROVED_ANNOTATION}"`;
  if (approval === '') return { state: 'Missing', message: `${demand}, see ${APPROVAL_URL}` };
  if (approval.startsWith('unapproved')) {
    return { state: 'Unapproved', message: `not approved: ${JSON.stringify(approval)}` };
  }
  if (isAddress(approval)) return { state: 'Approved', message: `approved in ${approval}` };
  const message = `${demand} with either a URL or a reason starting with "unapproved", see ${APPROVAL_URL}`;
  return { state: 'Invalid', message };
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && new URL(text).host !== '';
}

/** The condition that says it. */
export function approvalCondition({ state, message }: ApiApproval): ConditionLike {
  return {
    type: CONDITION_API_APPROVAL,
    status: state === 'Approved' ? 'True' : 'False',
    reason: `${state}Annotation`,
    message,
  };
}
