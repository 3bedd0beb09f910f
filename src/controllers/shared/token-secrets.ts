/** Whom a Secret with a token is for. Pure. */
import type { Secret, ServiceAccount } from '../../scheme/generated/types/core-v1.ts';

const ANNOTATION_ACCOUNT_NAME = 'kubernetes.io/service-account.name';
export const ANNOTATION_ACCOUNT_UID = 'kubernetes.io/service-account.uid';

/** The account that the Secret is for; '' where it does not say. */
export function accountNameOf({ metadata }: Secret): string {
  return metadata.annotations?.[ANNOTATION_ACCOUNT_NAME] ?? '';
}

/** Whether the Secret is this very account's: one that was made for an earlier account of the name is not. */
export function isOfAccount(secret: Secret, account: ServiceAccount | undefined): boolean {
  if (!account) return false;
  const uid = secret.metadata.annotations?.[ANNOTATION_ACCOUNT_UID];
  return !uid || uid === account.metadata.uid;
}
