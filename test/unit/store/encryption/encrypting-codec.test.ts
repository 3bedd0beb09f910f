import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCodec } from '../../../../src/store/encryption/encryption-configuration.ts';
import { codecOf, encryptionOf, IDENTITY, provider } from '../../../support/encryption.ts';
import { keyOfConfigMap, newConfigMap } from '../../../support/test-store.ts';

const KEY = keyOfConfigMap('web');
const TEXT = JSON.stringify(newConfigMap('web', { password: 'hunter2' }));

const sealedText = (stored: string): string =>
  (JSON.parse(stored) as Record<string, string>).$encrypted as string;

/** `stored` with its last byte of ciphertext changed. */
function tampered(stored: string): object {
  const text = sealedText(stored);
  const colon = text.lastIndexOf(':') + 1;
  const body = Buffer.from(text.slice(colon), 'base64');
  body.writeUInt8(body.readUInt8(body.length - 1) ^ 1, body.length - 1);
  return { $encrypted: text.slice(0, colon) + body.toString('base64') };
}

describe.each(['aesgcm', 'aescbc'] as const)('%s', (cipher) => {
  const codec = codecOf(provider(cipher, 'one'), IDENTITY);

  test('what was encoded decodes to the same object, and shows nothing of it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'binary' })), (data) => {
        const object = newConfigMap('web', data);
        const stored = codec.encode(KEY, JSON.stringify(object));
        expect(stored).not.toContain('ConfigMap');
        expect(codec.decode(KEY, JSON.parse(stored))).toEqual(JSON.parse(JSON.stringify(object)));
      }),
    );
  });

  test('one object has another ciphertext each time', () => {
    expect(codec.encode(KEY, TEXT)).not.toEqual(codec.encode(KEY, TEXT));
  });

  test('a ciphertext that was moved to another object does not decrypt', () => {
    const stored = JSON.parse(codec.encode(KEY, TEXT));
    expect(() => codec.decode(keyOfConfigMap('other'), stored)).toThrow(
      'configmaps "other" in "default" cannot be decrypted: its row was changed outside of the server',
    );
    expect(() => codec.decode(keyOfConfigMap('web', 'kube-system'), stored)).toThrow('changed');
  });

  test('a ciphertext of which a bit was changed does not decrypt', () => {
    expect(() => codec.decode(KEY, tampered(codec.encode(KEY, TEXT)))).toThrow(
      'cannot be decrypted',
    );
    expect(() => codec.decode(KEY, { $encrypted: `${[...codec.keyIds][0]}:AAAA` })).toThrow(
      'cannot be decrypted',
    );
  });
});

test('resources that no rule names are stored in the clear', () => {
  const codec = codecOf(provider('aesgcm', 'one'));
  const key = { group: 'apps', resource: 'deployments', namespace: 'default', name: 'web' };
  expect(codec.encode(key, TEXT)).toBe(TEXT);
  expect(codec.isStale(codec.decode(key, JSON.parse(TEXT)))).toBe(false);
});

test.each([
  ['*.*', { group: 'apps', resource: 'deployments' }, true],
  ['*.apps', { group: 'apps', resource: 'deployments' }, true],
  ['*.apps', { group: '', resource: 'secrets' }, false],
  ['*.', { group: '', resource: 'secrets' }, true],
  ['*.', { group: 'apps', resource: 'deployments' }, false],
  ['deployments.apps', { group: 'apps', resource: 'deployments' }, true],
  ['deployments', { group: 'apps', resource: 'deployments' }, false],
])('the rule %s for %j: encrypted is %s', (name, resource, isEncrypted) => {
  const codec = createCodec(encryptionOf([provider('aesgcm', 'one')], [name]));
  const stored = codec.encode({ ...resource, namespace: '', name: 'web' }, TEXT);
  expect(stored !== TEXT).toBe(isEncrypted);
});

describe('rotation', () => {
  const before = codecOf(provider('aesgcm', 'one'));
  const during = codecOf(provider('aesgcm', 'two', 'one'), IDENTITY);
  const after = codecOf(provider('aesgcm', 'two'));

  test('the second key reads, and the first writes', () => {
    const old = during.decode(KEY, JSON.parse(before.encode(KEY, TEXT)));
    expect(old).toEqual(JSON.parse(TEXT));
    expect(after.decode(KEY, JSON.parse(during.encode(KEY, TEXT)))).toEqual(JSON.parse(TEXT));
  });

  test('what was written with another key, or in the clear, is stale; what was written with this one is not', () => {
    expect(during.isStale(during.decode(KEY, JSON.parse(before.encode(KEY, TEXT))))).toBe(true);
    expect(during.isStale(during.decode(KEY, JSON.parse(TEXT)))).toBe(true);
    expect(during.isStale(during.decode(KEY, JSON.parse(during.encode(KEY, TEXT))))).toBe(false);
  });

  test('with identity first, what is still encrypted is stale', () => {
    const off = codecOf(IDENTITY, provider('aesgcm', 'one'));
    expect(off.encode(KEY, TEXT)).toBe(TEXT);
    expect(off.isStale(off.decode(KEY, JSON.parse(before.encode(KEY, TEXT))))).toBe(true);
  });

  test('a key that is not there is named, and a key of the same name is not taken for it', () => {
    const stored = JSON.parse(before.encode(KEY, TEXT));
    expect(() => after.decode(KEY, stored)).toThrow(
      /configmaps "web" in "default" is encrypted with the aesgcm key "one" \(fingerprint [0-9a-f]{8}\), which this server does not have/,
    );
    const namesake = createCodec(
      encryptionOf([
        { aesgcm: { keys: [{ name: 'one', secret: Buffer.alloc(32, 7).toString('base64') }] } },
      ]),
    );
    expect(() => namesake.decode(KEY, stored)).toThrow('which this server does not have');
  });
});

describe('a configuration that cannot be is refused, by the path of what is wrong, without its keys', () => {
  const secret = Buffer.alloc(32, 1).toString('base64');
  const entry = (providers: unknown, resources: unknown = ['secrets']): object => ({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [{ resources, providers }],
  });
  const keys = (...list: unknown[]): object => entry([{ aesgcm: { keys: list } }]);

  test.each([
    [null, 'the document: must be an object'],
    [{ kind: 'EncryptionConfiguration' }, 'the document: expected apiVersion'],
    [{ ...entry([IDENTITY]), resources: [] }, 'resources: must be a list that is not empty'],
    [entry([]), 'resources[0].providers: must be a list that is not empty'],
    [entry([IDENTITY], []), 'resources[0].resources: must be a list that is not empty'],
    [entry([IDENTITY], [7]), 'resources[0].resources[0]: must be a string'],
    [entry([{}]), 'resources[0].providers[0]: must name exactly one provider'],
    [entry([{ identity: {}, aesgcm: {} }]), 'must name exactly one provider'],
    [entry([{ kms: {} }]), 'the provider kms is not supported; there are aesgcm, aescbc, identity'],
    [entry([{ toString: {} }]), 'the provider toString is not supported'],
    [keys(), 'resources[0].providers[0].aesgcm.keys: must be a list that is not empty'],
    [keys({ secret }), 'resources[0].providers[0].aesgcm.keys[0].name: must not be empty'],
    [keys({ name: 'a:b', secret }), 'keys[0].name: must be visible ASCII characters'],
    [keys({ name: 'a' }), 'keys[0].secret: must not be empty'],
    [keys({ name: 'a', secret: 'c2hvcnQ=' }), 'keys[0].secret: must be the base64 of 16, 24, 32'],
  ])('%j', (configuration, message) => {
    let error: unknown;
    try {
      createCodec(configuration);
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).toContain(message);
    expect(String(error)).not.toContain('c2hvcnQ=');
  });
});
