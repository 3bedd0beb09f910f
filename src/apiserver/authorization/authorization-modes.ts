/** The values of `--authorization-mode`. Administrators (system:masters) may do everything in each of them. */
export const AUTHORIZATION_MODES = ['Node', 'RBAC', 'AlwaysAllow'] as const;

export type AuthorizationMode = (typeof AUTHORIZATION_MODES)[number];
