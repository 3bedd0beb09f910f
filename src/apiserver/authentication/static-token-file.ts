/**
 * Kubernetes' static token file: lines of `token,user,uid,"group1,group2"`. It is read once, at the start: a token in it
 * is good until the server starts without it.
 */
import type { UserInfo } from '../client.ts';
import type { Authenticator } from './authenticator.ts';
import { tokenDigest } from './bearer-token.ts';
import { parseCsv } from './csv.ts';
import { GROUP_AUTHENTICATED } from './identities.ts';

const MIN_COLUMNS = 3;

/** Users by the digest of their token: looking one up compares no secret, so that its time tells nothing of them. */
export type StaticTokens = ReadonlyMap<string, UserInfo>;

/** @throws {Error} that names the line which cannot be used, without its content */
export function parseStaticTokens(text: string): StaticTokens {
  const users = new Map<string, UserInfo>();
  for (const { line, cells } of parseCsv(text)) {
    if (cells.length < MIN_COLUMNS) {
      throw new Error(
        `line ${line}: give at least token, user name and user uid, got ${cells.length} columns`,
      );
    }
    const [token = '', name = '', uid = '', groups = ''] = cells;
    if (token === '') throw new Error(`line ${line}: the token is empty`);
    if (name === '') throw new Error(`line ${line}: the user name is empty`);
    users.set(keyOf(token), {
      name,
      ...(uid ? { uid } : {}),
      groups: [...groups.split(',').filter((group) => group !== ''), GROUP_AUTHENTICATED],
    });
  }
  return users;
}

function keyOf(token: string): string {
  return tokenDigest(token).toString('base64');
}

export function createStaticTokenAuthenticator(users: StaticTokens): Authenticator {
  return {
    authenticate({ bearerToken }) {
      if (bearerToken === undefined) return undefined;
      const user = users.get(keyOf(bearerToken));
      return user && { user };
    },
  };
}
