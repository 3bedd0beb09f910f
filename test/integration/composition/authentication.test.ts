import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openAuthentication } from '../../../src/composition/authentication.ts';
import { createAuthorityOpener } from '../../../src/composition/cluster-authority.ts';
import { openTls } from '../../../src/composition/tls.ts';
import { type Config, readConfig } from '../../../src/config.ts';

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-authentication-'));
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

const file = (name: string, content: string): string => {
  fs.writeFileSync(path.join(folder, name), content);
  return name;
};

function config(line = '', dataDirectory = 'data'): Config {
  const args = ['--data-dir', dataDirectory, ...line.split(' ').filter((word) => word !== '')];
  return readConfig({ args, env: {}, cwd: folder, packageRoot: folder }) as Config;
}

const open = (line = '', dataDirectory?: string) =>
  openAuthentication(config(line, dataDirectory), 'admin');

const keyIds = (line = '', dataDirectory?: string) =>
  open(line, dataDirectory).serviceAccountTokens?.keys.verification.map(({ id }) => id) ?? [];

const privateKey = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

describe('the key of service account tokens', () => {
  test('is made once in a data directory, for its owner alone, and another directory has another', () => {
    const [first] = keyIds();
    expect(keyIds()).toEqual([first]);
    expect(fs.statSync(path.join(folder, 'data/pki/sa.key')).mode & 0o777).toBe(0o600);
    expect(fs.statSync(path.join(folder, 'data/pki')).mode & 0o777).toBe(0o700);
    expect(keyIds('', 'other')).not.toEqual([first]);
  });

  test('is rotated without a gap: each step knows the key that signed in the step before', () => {
    file('old.key', privateKey());
    file('new.key', privateKey());
    const [old] = keyIds('--service-account-signing-key-file old.key');
    const both = keyIds(
      '--service-account-signing-key-file old.key --service-account-key-file new.key',
    );
    const turned = keyIds(
      '--service-account-signing-key-file new.key --service-account-key-file old.key',
    );
    expect(both).toHaveLength(2);
    expect(both[0]).toBe(old);
    expect([...turned].reverse()).toEqual(both);
  });
});

describe('a file that cannot be used is told with its name, and without its content', () => {
  test.each<[string, string, RegExp]>([
    ['--token-auth-file missing.csv', '', /--token-auth-file: .*missing\.csv cannot be read/],
    ['--token-auth-file a', 's3cret', /--token-auth-file .*a: line 1: give at least token/],
    [
      '--service-account-signing-key-file a',
      's3cret',
      /the keys of service accounts \(.*a\): this is no private key/,
    ],
    ['--service-account-key-file a', 's3cret', /there is no key in PEM format/],
    ['--authentication-config a', 's3cret: [', /a is no YAML/],
    [
      '--authentication-config a',
      'kind: Pod',
      /expected apiVersion apiserver\.config\.k8s\.io\/v1/,
    ],
    [
      '--oidc-issuer-url https://i --oidc-client-id c --oidc-signing-algs HS256',
      '',
      /--oidc-signing-algs: "HS256" is no algorithm/,
    ],
    [
      '--oidc-issuer-url https://i --oidc-client-id c --oidc-ca-file missing',
      '',
      /--oidc-ca-file: .*cannot be read/,
    ],
  ])('%s with %j', (line, content, message) => {
    file('a', content);
    let told = '';
    try {
      open(line);
    } catch (thrown) {
      expect(thrown).toMatchObject({ name: 'ConfigError' });
      told = (thrown as Error).message;
    }
    expect(told).toMatch(message);
    expect(told).not.toContain('s3cret');
  });
});

test('an AuthenticationConfiguration says whether anonymous requests come in', () => {
  const head = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n';
  file('on.yaml', `${head}anonymous: {enabled: true}\n`);
  expect(open('--authentication-config on.yaml').allowAnonymous).toBe(true);
  expect(open().allowAnonymous).toBe(false);
});

describe('TLS', () => {
  const opener = (name = 'data') => createAuthorityOpener(path.join(folder, name));

  test('switched off everywhere makes no authority', async () => {
    expect(await openTls(config('--secure-port none'), opener())).toBeUndefined();
    expect(fs.existsSync(path.join(folder, 'data/pki'))).toBe(false);
  });

  test('has one authority a data directory, however many start at once', async () => {
    const authorities = await Promise.all([opener()(), opener()(), opener()()]);
    const { certificate } = await opener()();
    for (const authority of authorities)
      expect(authority.certificate.trim()).toBe(certificate.trim());
  });

  test('trusts the cluster’s authority unless another is named', async () => {
    const { certificate } = await opener()();
    const own = await openTls(config('--tls true'), opener());
    expect(own?.serving.clientAuthority).toBe(certificate);
    file('ca.crt', (await opener('other')()).certificate);
    const others = await openTls(config('--tls true --client-ca-file ca.crt'), opener());
    expect(others?.serving.clientAuthority).not.toBe(certificate);
  });

  test('shows one certificate at every start, until it is to be called by another name', async () => {
    const certificateFor = async (args: string) => {
      const opened = await openTls(config(args), opener());
      return new X509Certificate(opened?.serving.certificate ?? '');
    };
    const first = await certificateFor('');
    for (const host of ['localhost', 'kubernetes.default.svc'])
      expect(first.checkHost(host)).toBe(host);
    for (const address of ['127.0.0.1', '::1']) expect(first.checkIP(address)).toBe(address);
    expect((await certificateFor('')).fingerprint256).toBe(first.fingerprint256);
    const named = await certificateFor('--allowed-hosts orrery.example.com');
    expect(named.checkHost('orrery.example.com')).toBe('orrery.example.com');
    expect(named.fingerprint256).not.toBe(first.fingerprint256);
  });

  test('refuses a certificate that is not that of the key', async () => {
    const authority = await opener()();
    const validity = { nowMs: Date.now(), durationMs: 3_600_000 };
    const served = await authority.issueServing([{ type: 'dns', value: 'a' }], validity);
    file('a.crt', served.certificate);
    file('a.key', privateKey());
    const outcome = openTls(config('--tls-cert-file a.crt --tls-private-key-file a.key'), opener());
    await expect(outcome).rejects.toMatchObject({
      name: 'ConfigError',
      message: /cannot be used together/,
    });
  });
});
