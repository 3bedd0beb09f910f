import fs from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createStructuredAuthentication } from '../../../../src/apiserver/authentication/oidc/authentication-configuration.ts';
import { toFieldText } from '../../../../src/apiserver/authentication/oidc/problem-text.ts';
import { readMapping } from '../../../../src/apiserver/authentication/oidc/structured-mapping.ts';
import { ConfigurationReader } from '../../../../src/lib/configuration-reader.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';

const USERNAME = { claim: 'sub', prefix: 'oidc:' };
const CLAIMS = {
  sub: 'jane',
  groups: ['dev', 'ops'],
  email: 'j@x.org',
  email_verified: true,
  jti: 'id-1',
  tenant: 'acme',
  level: 3,
};

function map(entry: object, claims: object = CLAIMS) {
  const reader = new ConfigurationReader();
  const toUser = readMapping(reader, entry as Record<string, unknown>, 'jwt[0]');
  expect(reader.problems.map(toFieldText)).toEqual([]);
  return toUser(claims as Record<string, unknown>);
}

function problems(entry: object): string {
  const reader = new ConfigurationReader();
  readMapping(reader, entry as Record<string, unknown>, 'jwt[0]');
  return reader.problems.map(toFieldText).join('\n');
}

const mappings = (more: object = {}) => ({ claimMappings: { username: USERNAME, ...more } });

describe('claim mappings', () => {
  test.each<[object, string]>([
    [USERNAME, 'oidc:jane'],
    [{ claim: 'email', prefix: '' }, 'j@x.org'],
    [{ expression: 'claims.sub' }, 'jane'],
    [{ expression: 'claims.tenant + ":" + claims.sub' }, 'acme:jane'],
    [{ expression: 'claims.?nick.orValue(claims.sub)' }, 'jane'],
    [{ expression: 'claims.sub.upperAscii()' }, 'JANE'],
    [{ expression: 'claims.email_verified ? claims.email : claims.sub' }, 'j@x.org'],
  ])('the user name by %j is %s', (username, name) => {
    expect(map({ claimMappings: { username } }).name).toBe(name);
  });

  test.each<[object, string[]]>([
    [{ claim: 'groups', prefix: '' }, ['dev', 'ops']],
    [{ claim: 'groups', prefix: 'oidc:' }, ['oidc:dev', 'oidc:ops']],
    [{ claim: 'tenant', prefix: 't:' }, ['t:acme']],
    [{ claim: 'missing', prefix: 't:' }, []],
    [{ expression: 'claims.groups' }, ['dev', 'ops']],
    [{ expression: 'claims.groups.map(g, "x:" + g)' }, ['x:dev', 'x:ops']],
    [{ expression: 'claims.groups.filter(g, g != "ops")' }, ['dev']],
    [{ expression: '"one"' }, ['one']],
    [{ expression: '""' }, []],
    [{ expression: '[]' }, []],
  ])('the groups by %j are %j', (groups, expected) => {
    expect(map(mappings({ groups })).groups).toEqual([...expected, 'system:authenticated']);
  });

  test('uid and extra values are taken as well', () => {
    const user = map(
      mappings({
        uid: { expression: '"u-" + claims.sub' },
        extra: [
          { key: 'acme.com/tenant', valueExpression: 'claims.tenant' },
          { key: 'acme.com/groups', valueExpression: 'claims.groups' },
          { key: 'acme.com/none', valueExpression: '""' },
        ],
      }),
    );
    expect(user.uid).toBe('u-jane');
    expect(user.extra).toEqual({
      'acme.com/tenant': ['acme'],
      'acme.com/groups': ['dev', 'ops'],
      'authentication.kubernetes.io/credential-id': ['JTI=id-1'],
    });
  });

  test.each<[object, object]>([
    [mappings(), {}],
    [mappings(), { sub: 7 }],
    [mappings(), { sub: ['jane'] }],
    [{ claimMappings: { username: { expression: 'claims.nick' } } }, CLAIMS],
    [{ claimMappings: { username: { expression: '""' } } }, CLAIMS],
    [{ claimMappings: { username: { expression: 'claims.level' } } }, CLAIMS],
    [
      { claimMappings: { username: { claim: 'email', prefix: '' } } },
      { ...CLAIMS, email_verified: false },
    ],
    [mappings({ groups: { claim: 'level', prefix: '' } }), CLAIMS],
    [mappings({ groups: { expression: 'claims.level' } }), CLAIMS],
    [mappings({ uid: { claim: 'level' } }), CLAIMS],
  ])('%j refuses the claims %j', (entry, claims) => {
    expect(() => map(entry, claims)).toThrow(expect.objectContaining({ reason: 'Unauthorized' }));
  });
});

describe('rules', () => {
  test.each<object>([
    { claim: 'tenant', requiredValue: 'acme' },
    { expression: 'claims.level > 2' },
    { expression: 'claims.tenant == "acme" && "dev" in claims.groups' },
    { expression: 'has(claims.email)', message: 'an address is needed' },
  ])('the claim rule %j lets a token in', (rule) => {
    expect(map({ ...mappings(), claimValidationRules: [rule] }).name).toBe('oidc:jane');
  });

  test.each<[object, string]>([
    [{ claim: 'tenant', requiredValue: 'other' }, 'needs the claim tenant to be other'],
    [{ claim: 'tenant' }, 'needs the claim tenant to be'],
    [{ expression: 'claims.level > 3' }, 'does not hold: claims.level > 3'],
    [{ expression: 'claims.level > 3', message: 'level 4 or higher' }, 'level 4 or higher'],
    [{ expression: 'claims.missing == 1' }, 'fails'],
  ])('the claim rule %j keeps it out', (rule, why) => {
    expect(() => map({ ...mappings(), claimValidationRules: [rule] })).toThrow(why);
  });

  test.each<[string, boolean]>([
    ['!user.username.startsWith("system:")', true],
    ['user.groups.all(g, !g.startsWith("system:") || g == "system:authenticated")', true],
    ['user.username == "jane"', false],
    ['"oidc:ops" in user.groups', false],
  ])('the user rule %s holds: %s', (expression, holds) => {
    const entry = {
      ...mappings(),
      userValidationRules: [{ expression, message: 'not like this' }],
    };
    if (holds) expect(map(entry)).toBeDefined();
    else expect(() => map(entry)).toThrow('not like this');
  });
});

describe('a mapping is refused at the start', () => {
  test.each<[object, string]>([
    [{}, 'jwt[0].claimMappings.username: Invalid value: "": claim or expression is required'],
    [{ claimMappings: { username: { claim: 'sub' } } }, 'claimMappings.username.prefix'],
    [
      { claimMappings: { username: { claim: 'sub', prefix: '', expression: 'x' } } },
      "can't both be set",
    ],
    [
      { claimMappings: { username: { expression: 'claims.sub', prefix: 'x' } } },
      "prefix can't be set",
    ],
    [{ claimMappings: { username: { expression: 'claims.sub +' } } }, 'username.expression'],
    [{ claimMappings: { username: { expression: 'user.name' } } }, 'username.expression'],
    [{ claimMappings: { username: { expression: '1 + 1' } } }, 'username.expression'],
    [
      { claimMappings: { username: { expression: 'claims.email' } } },
      'claims.email_verified must be used',
    ],
    [
      { claimMappings: { username: { clam: 'sub' } } },
      'username.clam: Invalid value: "clam": is not known',
    ],
    [{ claimMappings: { username: 'sub' } }, 'must be an object'],
    [mappings({ groups: { expression: '1' } }), 'groups.expression'],
    [mappings({ uid: { claim: 'a', expression: 'claims.a' } }), "can't both be set"],
    [mappings({ extra: [{ key: 'tenant', valueExpression: 'claims.a' }] }), 'domain-prefixed path'],
    [mappings({ extra: [{ key: 'Acme.com/x', valueExpression: 'claims.a' }] }), 'in lower case'],
    [
      mappings({ extra: [{ key: 'authentication.kubernetes.io/x', valueExpression: 'claims.a' }] }),
      'are reserved',
    ],
    [mappings({ extra: [{ key: 'k8s.io/x', valueExpression: 'claims.a' }] }), 'are reserved'],
    [
      mappings({
        extra: [
          { key: 'a.b/x', valueExpression: 'claims.a' },
          { key: 'a.b/x', valueExpression: 'claims.b' },
        ],
      }),
      'is there already',
    ],
    [mappings({ extra: [{ key: 'a.b/x' }] }), 'valueExpression: Required value'],
    [mappings({ extra: {} }), 'must be a list'],
    [{ ...mappings(), claimValidationRules: [{}] }, 'give either claim or expression'],
    [{ ...mappings(), claimValidationRules: [{ claim: 'a', expression: 'true' }] }, 'give either'],
    [
      { ...mappings(), claimValidationRules: [{ expression: '"yes"' }] },
      'claimValidationRules[0].expression',
    ],
    [
      { ...mappings(), userValidationRules: [{ expression: 'user.name == "a"' }] },
      'userValidationRules[0].expression',
    ],
    [
      { ...mappings(), userValidationRules: [{ expression: 'claims.sub == "a"' }] },
      'userValidationRules[0].expression',
    ],
    [{ ...mappings(), userValidationRules: [{}] }, 'expression: Required value'],
  ])('%j', (entry, problem) => {
    expect(problems(entry)).toContain(problem);
  });
});

describe('the configuration', () => {
  const document = (jwt: unknown, more: object = {}) => ({
    apiVersion: 'apiserver.config.k8s.io/v1beta1',
    kind: 'AuthenticationConfiguration',
    jwt,
    ...more,
  });
  const entry = (issuer: object = {}) => ({
    issuer: { url: 'https://issuer', audiences: ['orrery'], ...issuer },
    ...mappings(),
  });
  const create = (value: unknown) =>
    createStructuredAuthentication(value, {
      clock: new VirtualClock(),
      serviceAccountIssuers: ['https://cluster'],
    });

  test('may name many issuers, and say whether nobody in particular comes in', () => {
    const many = document([
      entry(),
      entry({ url: 'https://other', audiences: ['a', 'b'], audienceMatchPolicy: 'MatchAny' }),
    ]);
    expect(create(many)).toMatchObject({
      allowAnonymous: undefined,
      authenticators: { length: 2 },
    });
    expect(create(document([], { anonymous: { enabled: true } })).allowAnonymous).toBe(true);
    expect(create(document([], { anonymous: { enabled: false } })).allowAnonymous).toBe(false);
  });

  test('that the documentation shows is a good one', () => {
    const text = fs.readFileSync(
      new URL('../../../../docs/authentication.md', import.meta.url),
      'utf8',
    );
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
    expect(create(parse(yaml)).authenticators).toHaveLength(1);
  });

  test.each<[unknown, string]>([
    [{}, 'expected apiVersion apiserver.config.k8s.io/v1 and kind AuthenticationConfiguration'],
    [document('x'), 'jwt: Invalid value: "x": must be a list'],
    [document([entry({ url: '' })]), 'jwt[0].issuer.url: Required value'],
    [document([entry({ url: 'http://issuer' })]), 'URL scheme must be https'],
    [document([entry({ url: 'https://a:b@issuer' })]), 'must not contain a username or password'],
    [document([entry({ url: 'https://issuer?a=b' })]), 'must not contain a query'],
    [document([entry({ url: 'https://issuer#a' })]), 'must not contain a fragment'],
    [document([entry({ url: 'issuer' })]), 'is no URL'],
    [
      document([entry({ url: 'https://cluster' })]),
      'is the issuer of another entry, or of service accounts',
    ],
    [document([entry(), entry()]), 'jwt[1].issuer.url'],
    [
      document([entry({ discoveryURL: 'https://issuer/' })]),
      'discoveryURL must be different from URL',
    ],
    [document([entry({ discoveryURL: 'http://inside' })]), 'jwt[0].issuer.discoveryURL'],
    [document([entry({ audiences: [] })]), 'jwt[0].issuer.audiences'],
    [document([entry({ audiences: [''] })]), 'jwt[0].issuer.audiences[0]: Required value'],
    [document([entry({ audiences: ['a', 'b'] })]), 'audienceMatchPolicy must be MatchAny'],
    [document([entry({ audienceMatchPolicy: 'MatchAll' })]), 'audienceMatchPolicy'],
    [document([entry({ egressSelectorType: 'cluster' })]), 'egressSelectorType'],
    [
      document([], { anonymous: { enabled: true, conditions: [{ path: '/livez' }] } }),
      'anonymous.conditions',
    ],
    [document([], { jwks: [] }), 'jwks: Invalid value: "jwks": is not known'],
    [
      document(Array.from({ length: 65 }, (_, at) => entry({ url: `https://issuer-${at}` }))),
      'at most 64',
    ],
  ])('is refused: %#', (value, problem) => {
    expect(() => create(value)).toThrow(problem);
  });
});
