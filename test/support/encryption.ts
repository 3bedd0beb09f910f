import type { EncryptingCodec } from '../../src/store/encryption/encrypting-codec.ts';
import { createCodec } from '../../src/store/encryption/encryption-configuration.ts';

/** A configuration of one rule; its first provider writes. */
export function encryptionOf(providers: readonly object[], resources = ['configmaps']): object {
  return {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [{ resources, providers }],
  };
}

/** A provider with one key a name, each with bytes that follow from its name. */
export function provider(cipher: 'aesgcm' | 'aescbc', ...names: readonly string[]): object {
  const keys = names.map((name) => ({
    name,
    secret: Buffer.from(name.padEnd(32, '.')).toString('base64'),
  }));
  return { [cipher]: { keys } };
}

export const IDENTITY = { identity: {} };

export function codecOf(...providers: readonly object[]): EncryptingCodec {
  return createCodec(encryptionOf(providers));
}
