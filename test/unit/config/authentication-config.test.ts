import { describe, expect, test } from '@jest/globals';
import type { AuthenticationConfig } from '../../../src/composition/authentication-config.ts';
import { type Config, readConfig } from '../../../src/config.ts';

function read(line: string): AuthenticationConfig {
  const args = line.split(' ').filter((word) => word !== '');
  const config = readConfig({ args, env: {}, cwd: '/home/me', packageRoot: '/checkout' });
  return (config as Config).authentication;
}

const OIDC = '--oidc-issuer-url https://issuer --oidc-client-id orrery';

test('nobody comes in by default but with tokens of the cluster itself', () => {
  expect(read('')).toEqual({
    allowAnonymous: false,
    tokenAuthFile: undefined,
    configFile: undefined,
    serviceAccounts: {
      signingKeyFile: undefined,
      keyFiles: [],
      issuers: ['https://kubernetes.default.svc.cluster.local'],
      apiAudiences: [],
      maxTokenExpirationSeconds: undefined,
    },
    oidc: undefined,
    tls: {
      enabled: false,
      certFile: undefined,
      privateKeyFile: undefined,
      clientCaFile: undefined,
    },
  });
});

describe('settings', () => {
  test.each<[string, object]>([
    ['--anonymous-auth true', { allowAnonymous: true }],
    ['--token-auth-file tokens.csv', { tokenAuthFile: '/home/me/tokens.csv' }],
    ['--authentication-config a.yaml', { configFile: '/home/me/a.yaml' }],
    ['--tls true', { tls: { enabled: true } }],
    [
      '--tls-cert-file /a.crt --tls-private-key-file a.key',
      { tls: { enabled: true, certFile: '/a.crt', privateKeyFile: '/home/me/a.key' } },
    ],
    [
      '--tls true --client-ca-file ca.crt',
      { tls: { enabled: true, clientCaFile: '/home/me/ca.crt' } },
    ],
    [
      '--service-account-signing-key-file a.key --service-account-key-file b.pub --service-account-key-file /c.pub',
      {
        serviceAccounts: {
          signingKeyFile: '/home/me/a.key',
          keyFiles: ['/home/me/b.pub', '/c.pub'],
        },
      },
    ],
    [
      '--service-account-issuer https://new --service-account-issuer https://old',
      { serviceAccounts: { issuers: ['https://new', 'https://old'] } },
    ],
    [
      '--api-audiences a,b --api-audiences c',
      { serviceAccounts: { apiAudiences: ['a', 'b', 'c'] } },
    ],
    [
      '--service-account-max-token-expiration 7200',
      { serviceAccounts: { maxTokenExpirationSeconds: 7_200 } },
    ],
    [
      OIDC,
      {
        oidc: {
          issuerUrl: 'https://issuer',
          clientId: 'orrery',
          usernameClaim: 'sub',
          groupsPrefix: '',
          requiredClaims: {},
          signingAlgs: ['RS256'],
        },
      },
    ],
    [
      `${OIDC} --oidc-username-claim email --oidc-username-prefix - --oidc-groups-claim groups --oidc-groups-prefix o: --oidc-signing-algs ES256,RS256 --oidc-ca-file ca.crt --oidc-required-claim a=b --oidc-required-claim c=d=e`,
      {
        oidc: {
          usernameClaim: 'email',
          usernamePrefix: '-',
          groupsClaim: 'groups',
          groupsPrefix: 'o:',
          signingAlgs: ['ES256', 'RS256'],
          caFile: '/home/me/ca.crt',
          requiredClaims: { a: 'b', c: 'd=e' },
        },
      },
    ],
  ])('%s', (line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });

  test.each([
    ['--anonymous-auth maybe', '--anonymous-auth is "maybe": give one of true, false'],
    ['--tls-cert-file a.crt', '--tls-cert-file and --tls-private-key-file belong together'],
    ['--tls-private-key-file a.key', '--tls-cert-file and --tls-private-key-file belong together'],
    ['--oidc-issuer-url https://issuer', '--oidc-issuer-url and --oidc-client-id belong together'],
    ['--oidc-client-id orrery', '--oidc-issuer-url and --oidc-client-id belong together'],
    ['--oidc-issuer-url http://issuer --oidc-client-id orrery', 'give an address with https://'],
    ['--oidc-issuer-url issuer --oidc-client-id orrery', 'give an address with https://'],
    [`${OIDC} --oidc-required-claim a`, '--oidc-required-claim is "a": give CLAIM=VALUE'],
    [`${OIDC} --authentication-config a.yaml`, 'give one or the other'],
    ['--anonymous-auth true --authentication-config a.yaml', 'give one or the other'],
    ['--service-account-max-token-expiration soon', 'give a whole number'],
  ])('%s is refused', (line, message) => {
    expect(() => read(line)).toThrow(message);
  });
});
