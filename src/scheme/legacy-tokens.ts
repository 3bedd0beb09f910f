/**
 * Tokens without an end, which Secrets hold: what the API server notes of their use, and the cleaner takes them away by.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#legacy-serviceaccount-token-cleaner
 */

export const SECRET_TYPE_SERVICE_ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';

/** The day on which somebody last came with the token. */
export const LABEL_TOKEN_LAST_USED = 'kubernetes.io/legacy-token-last-used';
/** The day since which the token is of no use, because nobody had come with it for long. */
export const LABEL_TOKEN_INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since';

/** Says since which day uses are noted, under {@link KEY_TRACKED_SINCE}. */
export const TOKEN_TRACKING_CONFIG_MAP = {
  namespace: 'kube-system',
  name: 'kube-apiserver-legacy-service-account-token-tracking',
};
export const KEY_TRACKED_SINCE = 'since';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The day in UTC: days compare as their texts do. */
export function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** When the day began; undefined for what is no day. */
export function startOfDayMs(day: string | undefined): number | undefined {
  const ms = day !== undefined && DAY.test(day) ? Date.parse(day) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
