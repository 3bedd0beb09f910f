/** What a service account token says: the registered claims, and Kubernetes' own. */

/** An object that the token is for, or bound to. */
export interface ClaimedObject {
  readonly name: string;
  readonly uid: string;
}

export interface KubernetesClaims {
  readonly namespace: string;
  readonly serviceaccount: ClaimedObject;
  readonly pod?: ClaimedObject;
  readonly secret?: ClaimedObject;
  /** The object the token is bound to, or the node of its Pod. The uid is missing when the node is not known yet. */
  readonly node?: { readonly name: string; readonly uid?: string };
  /** Seconds since the epoch: from then on the holder should have asked for a new one. */
  readonly warnafter?: number;
}

export const KUBERNETES_CLAIM = 'kubernetes.io';

/** Times are seconds since the epoch. */
export interface TokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly jti: string;
  readonly [KUBERNETES_CLAIM]: KubernetesClaims;
}
