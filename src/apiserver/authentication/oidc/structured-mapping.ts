/** The `claimMappings`, `claimValidationRules` and `userValidationRules` of Kubernetes' AuthenticationConfiguration. */

import type { ConfigurationReader } from '../../../lib/configuration-reader.ts';
import { unauthorized } from '../../../scheme/errors.ts';
import type { UserInfo } from '../../client.ts';
import { EXTRA_CREDENTIAL_ID, GROUP_AUTHENTICATED } from '../identities.ts';
import type { JwtClaims } from '../jwt.ts';
import {
  type ClaimReader,
  compileClaimReader,
  compileRule,
  type Rule,
  userForRules,
} from './claim-expressions.ts';
import { ownClaim } from './claim-mapping.ts';

/** Makes a user of the claims of a token whose signature, issuer, audience and time are right. */
export type ToUser = (claims: JwtClaims) => UserInfo;

/** Reads what stands beside `issuer` in an entry of `jwt`, at `path`. */
export function readMapping(
  reader: ConfigurationReader,
  entry: Readonly<Record<string, unknown>>,
  path: string,
): ToUser {
  const at = `${path}.claimMappings`;
  const mappings = reader.object(entry.claimMappings, at, ['username', 'groups', 'uid', 'extra']);
  const rules = readRules(reader, entry.claimValidationRules, `${path}.claimValidationRules`);
  const username = readClaim(reader, mappings.username, `${at}.username`, { isUser: true });
  const groups = readClaim(reader, mappings.groups, `${at}.groups`, { many: true });
  const uid = readClaim(reader, mappings.uid, `${at}.uid`, { hasPrefix: false });
  const extra = readExtra(reader, mappings.extra, `${at}.extra`);
  const userRules = readUserRules(reader, entry.userValidationRules, `${path}.userValidationRules`);
  if (!username) reader.refuse(`${at}.username`, '', 'claim or expression is required');
  const all = [username, ...extra.map(({ value }) => value), ...rules];
  assertEmailIsVerified(reader, username, all, `${at}.username.expression`);
  return (claims) => {
    for (const rule of rules) rule.check(claims);
    const user = {
      name: oneText(username?.read(claims), 'the user name'),
      groups: [...texts(groups?.read(claims), 'the groups'), GROUP_AUTHENTICATED],
      ...optionalUid(uid?.read(claims)),
      extra: extraOf(extra, claims),
    };
    for (const rule of userRules) rule.check(userForRules(user));
    return user;
  };
}

interface ReadClaimOptions {
  readonly many?: boolean;
  readonly hasPrefix?: boolean;
  readonly isUser?: boolean;
}

/** `{claim, prefix}` or `{expression}`. */
function readClaim(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
  { many = false, hasPrefix = true, isUser = false }: ReadClaimOptions,
): ClaimReader | undefined {
  const known = hasPrefix ? ['claim', 'prefix', 'expression'] : ['claim', 'expression'];
  const mapping = reader.object(value, path, known);
  const claim = reader.text(mapping.claim, `${path}.claim`);
  const prefix = reader.text(mapping.prefix, `${path}.prefix`);
  const expression = reader.text(mapping.expression, `${path}.expression`);
  if (claim && expression) reader.refuse(path, claim, "claim and expression can't both be set");
  if (expression && prefix !== undefined) {
    reader.refuse(`${path}.prefix`, prefix, "prefix can't be set when expression is set");
  }
  if (expression) return compileClaimReader(reader, expression, `${path}.expression`, { many });
  if (!claim) return undefined;
  if (hasPrefix && prefix === undefined) {
    const detail = 'is required when claim is set; an empty one means none';
    reader.refuse(`${path}.prefix`, '', detail);
  }
  return plainClaim(claim, prefix ?? '', isUser);
}

function plainClaim(claim: string, prefix: string, isUser: boolean): ClaimReader {
  const add = (value: unknown): unknown =>
    typeof value === 'string' ? `${prefix}${value}` : value;
  return {
    source: `claims.${claim}`,
    isExpression: false,
    read(claims) {
      const value = ownClaim(claims, claim);
      const verified = ownClaim(claims, 'email_verified');
      if (isUser && claim === 'email' && verified !== undefined && verified !== true) {
        throw unauthorized('the e-mail address of the ID token is not verified');
      }
      return Array.isArray(value) ? value.map(add) : add(value);
    },
  };
}

interface ExtraMapping {
  readonly key: string;
  readonly value: ClaimReader;
}

/** A path below a domain, in lower case. */
const EXTRA_KEY = /^[a-z0-9.-]+\.[a-z0-9-]+\/[^A-Z\s]+$/;
const RESERVED_KEY = /^(?:[^/]*\.)?(?:k8s|kubernetes)\.io\//;

function readExtra(reader: ConfigurationReader, value: unknown, path: string): ExtraMapping[] {
  const seen = new Set<string>();
  return reader.list(value, path).flatMap((item, at) => {
    const place = `${path}[${at}]`;
    const mapping = reader.object(item, place, ['key', 'valueExpression']);
    const key = reader.requiredText(mapping.key, `${place}.key`);
    if (key && !EXTRA_KEY.test(key)) {
      reader.refuse(`${place}.key`, key, 'must be a domain-prefixed path in lower case');
    }
    if (RESERVED_KEY.test(key)) {
      const detail = 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use';
      reader.refuse(`${place}.key`, key, detail);
    }
    if (seen.has(key)) reader.refuse(`${place}.key`, key, 'is there already');
    seen.add(key);
    const source = reader.requiredText(mapping.valueExpression, `${place}.valueExpression`);
    const compiled =
      source && compileClaimReader(reader, source, `${place}.valueExpression`, { many: true });
    return compiled ? [{ key, value: compiled }] : [];
  });
}

function readRules(reader: ConfigurationReader, value: unknown, path: string): Rule[] {
  return reader.list(value, path).flatMap((item, at) => {
    const place = `${path}[${at}]`;
    const rule = reader.object(item, place, ['claim', 'requiredValue', 'expression', 'message']);
    const claim = reader.text(rule.claim, `${place}.claim`);
    const wanted = reader.text(rule.requiredValue, `${place}.requiredValue`) ?? '';
    const expression = reader.text(rule.expression, `${place}.expression`);
    const message = reader.text(rule.message, `${place}.message`);
    if (Boolean(claim) === Boolean(expression)) {
      reader.refuse(place, claim ?? '', 'give either claim or expression');
    }
    if (claim) return [requiredClaim(claim, wanted)];
    const source = { expression: expression ?? '', message, path: `${place}.expression` };
    const compiled = expression ? compileRule(reader, 'claims', source) : undefined;
    return compiled ? [compiled] : [];
  });
}

function requiredClaim(claim: string, wanted: string): Rule {
  return {
    source: `claims.${claim}`,
    check(claims) {
      if (ownClaim(claims as JwtClaims, claim) === wanted) return;
      throw unauthorized(`the ID token needs the claim ${claim} to be ${wanted}`);
    },
  };
}

function readUserRules(reader: ConfigurationReader, value: unknown, path: string): Rule[] {
  return reader.list(value, path).flatMap((item, at) => {
    const place = `${path}[${at}]`;
    const rule = reader.object(item, place, ['expression', 'message']);
    const expression = reader.requiredText(rule.expression, `${place}.expression`);
    const message = reader.text(rule.message, `${place}.message`);
    if (!expression) return [];
    const source = { expression, message, path: `${place}.expression` };
    return compileRule(reader, 'user', source) ?? [];
  });
}

/** Whoever takes a name from `claims.email` must look whether the issuer has verified it: anybody can claim an address. */
function assertEmailIsVerified(
  reader: ConfigurationReader,
  username: ClaimReader | undefined,
  all: readonly ({ readonly source: string } | undefined)[],
  path: string,
): void {
  if (!username?.isExpression || !/\bclaims\.\??email\b/.test(username.source)) return;
  if (all.some((one) => /\bclaims\.\??email_verified\b/.test(one?.source ?? ''))) return;
  const detail =
    'claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression';
  reader.refuse(path, username.source, detail);
}

function oneText(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw unauthorized(`${what} of the ID token is no text`);
}

function texts(value: unknown, what: string): readonly string[] {
  if (value === undefined || value === null || value === '') return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.every((item) => typeof item === 'string')) return list.filter((item) => item !== '');
  throw unauthorized(`${what} of the ID token are neither a text nor a list of texts`);
}

function optionalUid(value: unknown): Pick<UserInfo, 'uid'> {
  return value === undefined ? {} : { uid: oneText(value, 'the uid') };
}

function extraOf(
  mappings: readonly ExtraMapping[],
  claims: JwtClaims,
): NonNullable<UserInfo['extra']> {
  const extra: Record<string, readonly string[]> = {};
  for (const { key, value } of mappings) {
    const values = texts(value.read(claims), `the extra value ${key}`);
    if (values.length > 0) extra[key] = values;
  }
  const { jti } = claims;
  if (typeof jti === 'string' && jti !== '') extra[EXTRA_CREDENTIAL_ID] = [`JTI=${jti}`];
  return extra;
}
