import { describe, expect, test } from '@jest/globals';
import {
  type ClaimMapping,
  userOfClaims,
} from '../../../../src/apiserver/authentication/oidc/claim-mapping.ts';

const MAPPING: ClaimMapping = {
  issuerUrl: 'https://issuer',
  usernameClaim: 'sub',
  requiredClaims: {},
};
const user = (claims: object, mapping: Partial<ClaimMapping> = {}) =>
  userOfClaims(claims as Record<string, unknown>, { ...MAPPING, ...mapping });

describe('the user of an ID token', () => {
  test.each<[object, Partial<ClaimMapping>, string]>([
    [{ sub: 'jane' }, {}, 'https://issuer#jane'],
    [{ sub: 'jane' }, { usernamePrefix: 'oidc:' }, 'oidc:jane'],
    [{ sub: 'jane' }, { usernamePrefix: '' }, 'jane'],
    [{ sub: 'jane' }, { usernamePrefix: '-' }, 'jane'],
    [{ sub: 'x', email: 'j@x.org' }, { usernameClaim: 'email' }, 'j@x.org'],
    [{ email: 'j@x.org', email_verified: true }, { usernameClaim: 'email' }, 'j@x.org'],
    [{ email: 'j@x.org' }, { usernameClaim: 'email', usernamePrefix: 'oidc:' }, 'oidc:j@x.org'],
    [
      { 'https://acme/name': 'jane' },
      { usernameClaim: 'https://acme/name' },
      'https://issuer#jane',
    ],
  ])('%j by %j is %s', (claims, mapping, name) => {
    expect(user(claims, mapping)).toEqual({ name, groups: ['system:authenticated'] });
  });

  test.each<[object, Partial<ClaimMapping>]>([
    [{}, {}],
    [{ sub: '' }, {}],
    [{ sub: 7 }, {}],
    [{ sub: ['jane'] }, {}],
    [{ sub: 'x' }, { usernameClaim: 'email' }],
    [{ sub: 'x' }, { usernameClaim: 'constructor' }],
    [{ sub: 'x' }, { usernameClaim: '__proto__' }],
    [{ email: 'j@x.org', email_verified: false }, { usernameClaim: 'email' }],
    [{ email: 'j@x.org', email_verified: 'true' }, { usernameClaim: 'email' }],
  ])('%j by %j is nobody', (claims, mapping) => {
    expect(() => user(claims, mapping)).toThrow(
      expect.objectContaining({ reason: 'Unauthorized' }),
    );
  });

  test('is known by the token it was', () => {
    expect(user({ sub: 'jane', jti: 'id-1' }).extra).toEqual({
      'authentication.kubernetes.io/credential-id': ['JTI=id-1'],
    });
  });
});

describe('the groups of an ID token', () => {
  test.each<[unknown, string | undefined, string[]]>([
    [undefined, undefined, []],
    [null, undefined, []],
    ['dev', undefined, ['dev']],
    [['dev', 'ops'], undefined, ['dev', 'ops']],
    [['dev', 'ops'], 'oidc:', ['oidc:dev', 'oidc:ops']],
    [[], 'oidc:', []],
  ])('%j with the prefix %j are %j', (groups, groupsPrefix, expected) => {
    const { groups: actual } = user({ sub: 'a', groups }, { groupsClaim: 'groups', groupsPrefix });
    expect(actual).toEqual([...expected, 'system:authenticated']);
  });

  test.each([7, true, {}, [7], ['dev', null], [['dev']]])('%j are none', (groups) => {
    expect(() => user({ sub: 'a', groups }, { groupsClaim: 'groups' })).toThrow(
      'neither a text nor a list',
    );
  });

  test('are not taken where no claim is named', () => {
    expect(user({ sub: 'a', groups: ['system:masters'] }).groups).toEqual(['system:authenticated']);
  });
});

describe('required claims', () => {
  const requiredClaims = { hd: 'acme.com', env: 'prod' };

  test('all of them given let the token in', () => {
    expect(user({ sub: 'a', hd: 'acme.com', env: 'prod' }, { requiredClaims })).toBeDefined();
  });

  test.each([
    {},
    { hd: 'acme.com' },
    { hd: 'acme.com', env: 'PROD' },
    { hd: 'acme.com', env: ['prod'] },
  ])('%j are not enough', (claims) => {
    expect(() => user({ sub: 'a', ...claims }, { requiredClaims })).toThrow('needs the claim');
  });
});
