/** What a Secret that is to hold a service account's token needs. Pure. */
import type { Secret, ServiceAccount } from '../../scheme/generated/types/core-v1.ts';
import { SECRET_TYPE_SERVICE_ACCOUNT_TOKEN } from '../../scheme/legacy-tokens.ts';
import { ANNOTATION_ACCOUNT_UID } from '../shared/token-secrets.ts';

const KEY_TOKEN = 'token';
const KEY_NAMESPACE = 'namespace';
const KEY_CERTIFICATE = 'ca.crt';

export function isTokenSecret({ type }: Secret): boolean {
  return type === SECRET_TYPE_SERVICE_ACCOUNT_TOKEN;
}

export interface TokenParts {
  readonly account: ServiceAccount;
  /** PEM of the authority that the API server's certificate is signed by; undefined where there is none. */
  readonly certificate: string | undefined;
}

/** Whether the token itself is missing: it takes a key to make one. */
export function needsToken({ data }: Secret): boolean {
  return !data?.[KEY_TOKEN];
}

/** The Secret with all that it is to hold; the Secret itself where it has it already. @param token one for a Secret without */
export function filledSecret(
  secret: Secret,
  { account, certificate }: TokenParts,
  token: string | undefined,
): Secret {
  const { metadata } = secret;
  const wanted: Record<string, string> = { ...secret.data };
  if (certificate) wanted[KEY_CERTIFICATE] = toBase64(certificate);
  wanted[KEY_NAMESPACE] ||= toBase64(metadata.namespace ?? '');
  if (token) wanted[KEY_TOKEN] = toBase64(token);
  const isFilled = Object.keys(wanted).every((key) => wanted[key] === secret.data?.[key]);
  const uid = account.metadata.uid ?? '';
  if (isFilled && metadata.annotations?.[ANNOTATION_ACCOUNT_UID] === uid) return secret;
  const annotations = { ...metadata.annotations, [ANNOTATION_ACCOUNT_UID]: uid };
  return { ...secret, metadata: { ...metadata, annotations }, data: wanted };
}

/** The account without the reference to a Secret that is gone. */
export function withoutReference(account: ServiceAccount, secretName: string): ServiceAccount {
  const secrets = account.secrets?.filter(({ name }) => name !== secretName) ?? [];
  return { ...account, secrets };
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}
