/**
 * Bootstrap tokens: `ID.SECRET`, kept in Secrets of kube-system, with which a new node proves for the first time that it
 * belongs to the cluster.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { unauthorized } from '../../scheme/errors.ts';
import type { Secret } from '../../scheme/generated/types/core-v1.ts';
import type { Authenticator } from './authenticator.ts';
import { tokenDigest } from './bearer-token.ts';
import { GROUP_AUTHENTICATED } from './identities.ts';
import type { ObjectLookup } from './object-lookup.ts';

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const SECRET_TYPE = 'bootstrap.kubernetes.io/token';
const SECRETS = { group: '', resource: 'secrets' };
const USER_PREFIX = 'system:bootstrap:';
const GROUP_BOOTSTRAPPERS = 'system:bootstrappers';
/** Groups that a Secret may add: none of the system's own. */
const EXTRA_GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

export function createBootstrapTokenAuthenticator(
  objects: ObjectLookup,
  clock: Clock,
): Authenticator {
  return {
    async authenticate({ bearerToken }) {
      const [, id, secretPart] = TOKEN.exec(bearerToken ?? '') ?? [];
      if (id === undefined || secretPart === undefined) return undefined;
      const place = { namespace: 'kube-system', name: `bootstrap-token-${id}` };
      const secret = (await objects.find(SECRETS, place)) as Secret | undefined;
      if (!secret) return undefined;
      const data = decode(secret);
      assertIsGood(secret, data, { id, secretPart, nowMs: clock.now() });
      return { user: { name: `${USER_PREFIX}${id}`, groups: groupsOf(data) } };
    },
  };
}

type TokenData = Readonly<Record<string, string>>;

function decode({ data = {} }: Secret): TokenData {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

function assertIsGood(
  { type, metadata }: Secret,
  data: TokenData,
  { id, secretPart, nowMs }: { id: string; secretPart: string; nowMs: number },
): void {
  const refuse = (why: string): never => {
    throw unauthorized(`the bootstrap token ${id} is not good: ${why}`);
  };
  if (type !== SECRET_TYPE) refuse(`its Secret is not of type ${SECRET_TYPE}`);
  if (metadata.deletionTimestamp) refuse('its Secret is being deleted');
  if (data['token-id'] !== id) refuse('its Secret has another token-id');
  const held = data['token-secret'] ?? '';
  if (!timingSafeEqual(tokenDigest(held), tokenDigest(secretPart))) refuse('the secret is wrong');
  if (isExpired(data.expiration, nowMs)) refuse('it has expired');
  if (data['usage-bootstrap-authentication'] !== 'true') {
    refuse('its Secret does not say usage-bootstrap-authentication');
  }
  for (const group of extraGroupsOf(data)) {
    if (!EXTRA_GROUP.test(group)) refuse(`auth-extra-groups may not name ${group}`);
  }
}

/** An end that cannot be read has come: nobody meant a token without one. */
function isExpired(expiration: string | undefined, nowMs: number): boolean {
  if (!expiration) return false;
  const endMs = Date.parse(expiration);
  return Number.isNaN(endMs) || endMs <= nowMs;
}

function groupsOf(data: TokenData): readonly string[] {
  return [GROUP_BOOTSTRAPPERS, ...extraGroupsOf(data), GROUP_AUTHENTICATED];
}

function extraGroupsOf(data: TokenData): readonly string[] {
  return (data['auth-extra-groups'] ?? '').split(',').filter((group) => group !== '');
}
