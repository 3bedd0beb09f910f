import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Impersonation } from '../../../../src/apiserver/authentication/authenticator.ts';
import { createBootstrapTokenAuthenticator } from '../../../../src/apiserver/authentication/bootstrap-token.ts';
import { clientCertificateAuthenticator } from '../../../../src/apiserver/authentication/client-certificate.ts';
import { parseCsv } from '../../../../src/apiserver/authentication/csv.ts';
import { rightsKeyOf } from '../../../../src/apiserver/authentication/identities.ts';
import { impersonate } from '../../../../src/apiserver/authentication/impersonation.ts';
import {
  createStaticTokenAuthenticator,
  parseStaticTokens,
} from '../../../../src/apiserver/authentication/static-token-file.ts';
import type { Action, ResourceAction } from '../../../../src/apiserver/authorization/authorizer.ts';
import type { UserInfo } from '../../../../src/apiserver/client.ts';
import { connectionCredentials, credentialsOf } from '../../../../src/http/credentials.ts';
import { VirtualClock } from '../../../../src/lib/virtual-clock.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';

describe('CSV', () => {
  test.each([
    ['', []],
    ['\n\n', []],
    ['a,b', [['a', 'b']]],
    ['a,b\n', [['a', 'b']]],
    [
      'a,b\r\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a,,b', [['a', '', 'b']]],
    ['a,b,', [['a', 'b', '']]],
    ['a,"b,c",d', [['a', 'b,c', 'd']]],
    ['a,"b ""c"" d"', [['a', 'b "c" d']]],
    ['a,"b\nc"\nd', [['a', 'b\nc'], ['d']]],
    [' a , b ', [['a', 'b']]],
  ])('%j is %j', (text, records) => {
    expect(parseCsv(text).map(({ cells }) => cells)).toEqual(records);
  });

  test.each(['a,"b', 'a"b', '"a"b,c', 'fine\na"b'])('%j has a quote where none may be', (text) => {
    expect(() => parseCsv(text)).toThrow(/^line [12]: a quote/);
  });

  test('whatever is quoted is read again', () => {
    const cell = fc.string().map((text) => text.trim());
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
        const text = cells.map((one) => `"${one.replaceAll('"', '""')}"`).join(',');
        expect(parseCsv(text)[0]?.cells).toEqual(cells);
      }),
    );
  });
});

describe('the static token file', () => {
  const tokens = createStaticTokenAuthenticator(
    parseStaticTokens('s3cret,jane,7,"dev,ops"\nother,robot,8\n\nlast,joe,,\n'),
  );

  test.each([
    ['s3cret', { name: 'jane', uid: '7', groups: ['dev', 'ops', 'system:authenticated'] }],
    ['other', { name: 'robot', uid: '8', groups: ['system:authenticated'] }],
    ['last', { name: 'joe', groups: ['system:authenticated'] }],
  ])('says whose %s is', (bearerToken, user) => {
    expect(tokens.authenticate({ bearerToken })).toEqual({ user });
  });

  test.each(['', 's3cre', 's3cret ', 'S3CRET', 'jane', 'constructor'])(
    'does not know %j',
    (bearerToken) => {
      expect(tokens.authenticate({ bearerToken })).toBeUndefined();
    },
  );

  test.each([
    ['a,b', 'line 1: give at least token, user name and user uid, got 2 columns'],
    ['ok,joe,1\n,jane,2', 'line 2: the token is empty'],
    ['hush,,2', 'line 1: the user name is empty'],
  ])('is refused as %j, without a token in the message', (text, message) => {
    expect(() => parseStaticTokens(text)).toThrow(message);
  });
});

describe('bootstrap tokens', () => {
  const NOW = Date.parse('2026-01-01T00:00:00Z');
  const GOOD = {
    'token-id': 'abcdef',
    'token-secret': '0123456789abcdef',
    'usage-bootstrap-authentication': 'true',
  };
  const authenticate = (
    data: Record<string, string> | undefined,
    {
      token = 'abcdef.0123456789abcdef',
      type = 'bootstrap.kubernetes.io/token',
      metadata = {},
    } = {},
  ) => {
    const encoded = Object.entries(data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value).toString('base64'),
    ]);
    const find = async (_: unknown, { namespace, name }: { namespace: string; name: string }) =>
      data && namespace === 'kube-system' && name === 'bootstrap-token-abcdef'
        ? ({
            kind: 'Secret',
            metadata,
            type,
            data: Object.fromEntries(encoded),
          } as unknown as ApiObject)
        : undefined;
    const authenticator = createBootstrapTokenAuthenticator({ find }, new VirtualClock(NOW));
    return Promise.resolve(authenticator.authenticate({ bearerToken: token }));
  };

  test('name a node that joins', async () => {
    expect(await authenticate(GOOD)).toEqual({
      user: {
        name: 'system:bootstrap:abcdef',
        groups: ['system:bootstrappers', 'system:authenticated'],
      },
    });
  });

  test('bring the groups that their Secret says', async () => {
    const groups = 'system:bootstrappers:kubeadm:default-node-token,system:bootstrappers:b';
    expect(await authenticate({ ...GOOD, 'auth-extra-groups': groups })).toMatchObject({
      user: { groups: ['system:bootstrappers', ...groups.split(','), 'system:authenticated'] },
    });
  });

  test.each([
    ['in a year', '2027-01-01T00:00:00Z', true],
    ['in a second', '2026-01-01T00:00:01Z', true],
    ['now', '2026-01-01T00:00:00Z', false],
    ['a year ago', '2025-01-01T00:00:00Z', false],
    ['never readable', 'soon', false],
  ])('end: %s', async (_, expiration, isGood) => {
    const outcome = authenticate({ ...GOOD, expiration });
    if (isGood) expect(await outcome).toBeDefined();
    else await expect(outcome).rejects.toThrow('expired');
  });

  test.each([
    [{ ...GOOD, 'token-secret': '0123456789abcdee' }, 'the secret is wrong'],
    [{ ...GOOD, 'token-secret': '' }, 'the secret is wrong'],
    [{ ...GOOD, 'token-id': 'fedcba' }, 'another token-id'],
    [{ ...GOOD, 'usage-bootstrap-authentication': 'false' }, 'usage-bootstrap-authentication'],
    [
      { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef' },
      'usage-bootstrap-authentication',
    ],
    [{ ...GOOD, 'auth-extra-groups': 'system:masters' }, 'may not name system:masters'],
    [
      { ...GOOD, 'auth-extra-groups': 'system:bootstrappers:a,system:nodes' },
      'may not name system:nodes',
    ],
    [{ ...GOOD, 'auth-extra-groups': 'system:bootstrappers:' }, 'may not name'],
  ])('are refused as %j', async (data, why) => {
    const outcome = authenticate(data as Record<string, string>);
    await expect(outcome).rejects.toMatchObject({ reason: 'Unauthorized' });
    await expect(outcome).rejects.toThrow(why);
  });

  test('are refused when their Secret is of another type, or is being deleted', async () => {
    await expect(authenticate(GOOD, { type: 'Opaque' })).rejects.toThrow('not of type');
    const metadata = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    await expect(authenticate(GOOD, { metadata })).rejects.toThrow('being deleted');
  });

  test('without a Secret are nobody’s', async () => {
    expect(await authenticate(undefined)).toBeUndefined();
  });

  test.each([
    '',
    'abcdef',
    'abcdef.',
    'abcdef.0123456789abcde',
    'abcdef.0123456789abcdef0',
    'ABCDEF.0123456789abcdef',
    'abcdef.0123456789abcdeF',
    ' abcdef.0123456789abcdef',
    '../../.0123456789abcdef',
  ])('%j is not of their shape', async (token) =>
    expect(await authenticate(GOOD, { token })).toBeUndefined(),
  );
});

describe('client certificates', () => {
  const shown = {
    isTrusted: true,
    commonName: 'jane',
    organizations: ['dev', 'ops'],
    sha256: 'ab12',
  };

  test('name user and groups, and which certificate it was', () => {
    expect(clientCertificateAuthenticator.authenticate({ clientCertificate: shown })).toEqual({
      user: {
        name: 'jane',
        groups: ['dev', 'ops', 'system:authenticated'],
        extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=ab12'] },
      },
    });
  });

  test.each([
    [{ ...shown, isTrusted: false, problem: 'CERT_HAS_EXPIRED' }, 'CERT_HAS_EXPIRED'],
    [{ ...shown, commonName: '' }, 'no common name'],
  ])('%j is refused', (clientCertificate, why) => {
    expect(() => clientCertificateAuthenticator.authenticate({ clientCertificate })).toThrow(why);
  });

  test('are nobody’s where there is none', () => {
    expect(clientCertificateAuthenticator.authenticate({ bearerToken: 'x' })).toBeUndefined();
  });
});

describe('two users have the same rights', () => {
  const id = 'authentication.kubernetes.io/credential-id';
  const robot: UserInfo = {
    name: 'robot',
    uid: '1',
    groups: ['a'],
    extra: { [id]: ['JTI=1'], node: ['n'] },
  };

  test.each<[string, UserInfo]>([
    ['another token', { ...robot, extra: { [id]: ['JTI=2'], node: ['n'] } }],
    ['no token of that kind', { ...robot, extra: { node: ['n'] } }],
  ])('when they come with %s', (_, other) => {
    expect(rightsKeyOf(other)).toBe(rightsKeyOf(robot));
  });

  test.each<[string, UserInfo]>([
    ['name', { ...robot, name: 'other' }],
    ['uid', { ...robot, uid: '2' }],
    ['groups', { ...robot, groups: ['a', 'b'] }],
    ['extra values', { ...robot, extra: { node: ['m'] } }],
  ])('unless their %s differ', (_, other) => {
    expect(rightsKeyOf(other)).not.toBe(rightsKeyOf(robot));
  });
});

describe('impersonation', () => {
  const JANE: UserInfo = { name: 'jane', groups: [] };
  const asked = async (impersonation: Partial<Impersonation>, refused?: string) => {
    const actions: string[] = [];
    const authorize = (_: UserInfo, action: Action) => {
      const { verb, resource, subresource, namespace, name } = action as ResourceAction;
      const path = [resource.group, resource.resource, subresource, namespace, name]
        .filter(Boolean)
        .join('/');
      actions.push(`${verb} ${path}`);
      return path === refused ? ({ allowed: false } as const) : ({ allowed: true } as const);
    };
    const user = await impersonate({ authorize }, JANE, {
      groups: [],
      extra: {},
      ...impersonation,
    });
    return { user, actions };
  };

  test.each<[Partial<Impersonation>, UserInfo, string[]]>([
    [{ user: 'joe' }, { name: 'joe', groups: ['system:authenticated'] }, ['impersonate users/joe']],
    [
      { user: 'joe', groups: ['dev', 'ops'] },
      { name: 'joe', groups: ['dev', 'ops', 'system:authenticated'] },
      ['impersonate users/joe', 'impersonate groups/dev', 'impersonate groups/ops'],
    ],
    [
      { user: 'joe', groups: ['system:unauthenticated'] },
      { name: 'joe', groups: ['system:unauthenticated'] },
      ['impersonate users/joe', 'impersonate groups/system:unauthenticated'],
    ],
    [
      { user: 'system:anonymous' },
      { name: 'system:anonymous', groups: ['system:unauthenticated'] },
      ['impersonate users/system:anonymous'],
    ],
    [
      { user: 'system:serviceaccount:default:robot' },
      {
        name: 'system:serviceaccount:default:robot',
        groups: [
          'system:serviceaccounts',
          'system:serviceaccounts:default',
          'system:authenticated',
        ],
      },
      ['impersonate serviceaccounts/default/robot'],
    ],
    [
      { user: 'system:serviceaccount:odd' },
      { name: 'system:serviceaccount:odd', groups: ['system:authenticated'] },
      ['impersonate users/system:serviceaccount:odd'],
    ],
    [
      { user: 'joe', uid: '7', extra: { scopes: ['a', 'b'] } },
      { name: 'joe', uid: '7', groups: ['system:authenticated'], extra: { scopes: ['a', 'b'] } },
      [
        'impersonate users/joe',
        'impersonate authentication.k8s.io/uids/7',
        'impersonate authentication.k8s.io/userextras/scopes/a',
        'impersonate authentication.k8s.io/userextras/scopes/b',
      ],
    ],
  ])('of %j is a user whose every part must be allowed', async (impersonation, user, actions) => {
    expect(await asked(impersonation)).toEqual({ user, actions });
    for (const action of actions) {
      const refused = asked(impersonation, action.replace('impersonate ', ''));
      await expect(refused).rejects.toMatchObject({ reason: 'Forbidden' });
    }
  });

  test.each<Partial<Impersonation>>([
    { groups: ['dev'] },
    { uid: '7' },
    { extra: { a: ['b'] } },
    { user: '', groups: ['x'] },
  ])('of %j names no user', async (impersonation) => {
    await expect(asked(impersonation)).rejects.toMatchObject({ reason: 'BadRequest' });
  });
});

describe('what a request says of who sent it', () => {
  const request = (headersDistinct: Record<string, string[]>) =>
    ({
      headersDistinct,
      headers: Object.fromEntries(
        Object.entries(headersDistinct).map(([name, values]) => [name, values.join(', ')]),
      ),
      rawHeaders: Object.entries(headersDistinct).flatMap(([name, values]) =>
        values.flatMap((value) => [name.toUpperCase(), value]),
      ),
      socket: {},
    }) as unknown as IncomingMessage;

  test.each([
    [{}, {}],
    [{ authorization: ['Bearer abc'] }, { bearerToken: 'abc' }],
    [{ authorization: ['bearer  abc'] }, { bearerToken: 'abc' }],
    [{ authorization: ['Basic abc'] }, {}],
    [{ 'impersonate-user': ['joe'] }, { impersonation: { user: 'joe', groups: [], extra: {} } }],
    [
      { 'impersonate-user': ['joe'], 'impersonate-group': ['a', 'b, c'], 'impersonate-uid': ['7'] },
      { impersonation: { user: 'joe', uid: '7', groups: ['a', 'b, c'], extra: {} } },
    ],
    [
      {
        'impersonate-user': ['joe'],
        'impersonate-extra-acme.com%2fproject': ['x', 'y'],
        'impersonate-extra-50%': ['z'],
      },
      {
        impersonation: {
          user: 'joe',
          groups: [],
          extra: { 'acme.com/project': ['x', 'y'], '50%': ['z'] },
        },
      },
    ],
    [{ 'impersonate-group': ['a'] }, { impersonation: { groups: ['a'], extra: {} } }],
  ])('%j is %j', (headers, credentials) => {
    const { source: _, ...said } = credentialsOf(request(headers as Record<string, string[]>));
    expect(said).toEqual(credentials);
  });

  test.each([
    [{ authorization: 'Bearer b' }, { bearerToken: 'b' }],
    [{ Authorization: 'Bearer b' }, { bearerToken: 'b' }],
    [{ token: 'b' }, { bearerToken: 'b' }],
    [{ token: 'x', authorization: 'Bearer b' }, { bearerToken: 'b' }],
    [undefined, { bearerToken: 'a' }],
    [{ token: 7, authorization: {} }, { bearerToken: 'a' }],
    [
      { 'Impersonate-User': 'joe', 'Impersonate-Group': ['x', 'y'] },
      { bearerToken: 'a', impersonation: { user: 'joe', groups: ['x', 'y'], extra: {} } },
    ],
  ])('the opening message %j wins over the headers', (params, credentials) => {
    const opened = request({ authorization: ['Bearer a'] });
    const { source: _, ...said } = connectionCredentials(params, opened);
    expect(said).toEqual(credentials);
  });
});
