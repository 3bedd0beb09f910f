/**
 * Kubernetes' EncryptionConfiguration (apiserver.config.k8s.io/v1): which resources are encrypted at rest, and with which
 * keys. Of several providers the first writes, and all read.
 */
import { ConfigurationReader, tellProblems } from '../../lib/configuration-reader.ts';
import { type GroupResource, qualifiedName } from '../../scheme/resource.ts';
import { CIPHERS, type CipherName } from './ciphers.ts';
import { EncryptingCodec, type EncryptionKey, type EncryptionRule } from './encrypting-codec.ts';

const API_VERSION = 'apiserver.config.k8s.io/v1';
const KIND = 'EncryptionConfiguration';
/** What AES takes, in bytes. */
const KEY_SIZES = [16, 24, 32];

/** What is wrong with a configuration, by field path. */
export class EncryptionConfigurationError extends Error {
  override readonly name = 'EncryptionConfigurationError';
}

/**
 * The codec of a configuration that was read from YAML or JSON.
 * @throws {EncryptionConfigurationError} with everything that is wrong, and nothing of the keys
 */
export function createCodec(configuration: unknown): EncryptingCodec {
  const reader = new ConfigurationReader();
  const { apiVersion, kind, resources } = reader.members(configuration, '');
  if (apiVersion !== API_VERSION || kind !== KIND) {
    reader.refuse('', kind, `expected apiVersion ${API_VERSION} and kind ${KIND}`);
  }
  const entries = reader
    .requiredList(resources, 'resources')
    .map((entry, i) => readEntry(reader, entry, `resources[${i}]`));
  if (reader.problems.length > 0) {
    throw new EncryptionConfigurationError(tellProblems(reader.problems));
  }
  return new EncryptingCodec({
    rules: entries.map(({ rule }) => rule),
    keys: entries.flatMap(({ keys }) => keys),
  });
}

interface Entry {
  readonly rule: EncryptionRule;
  readonly keys: readonly EncryptionKey[];
}

function readEntry(reader: ConfigurationReader, value: unknown, path: string): Entry {
  const { resources, providers } = reader.members(value, path);
  const names = reader
    .requiredList(resources, `${path}.resources`)
    .map((name, i) => reader.requiredText(name, `${path}.resources[${i}]`));
  const perProvider = reader
    .requiredList(providers, `${path}.providers`)
    .map((provider, i) => readProvider(reader, provider, `${path}.providers[${i}]`));
  const writeKey = perProvider[0]?.[0];
  return {
    rule: { matches: (resource) => names.some((name) => isNamed(resource, name)), writeKey },
    keys: perProvider.flat(),
  };
}

/** The keys of one provider, the one that writes first; none for `identity`. */
function readProvider(reader: ConfigurationReader, value: unknown, path: string): EncryptionKey[] {
  const members = Object.entries(reader.members(value, path));
  const [name, options] = members[0] ?? [];
  if (members.length !== 1 || name === undefined) {
    reader.refuse(path, value, 'must name exactly one provider');
    return [];
  }
  if (name === 'identity') return [];
  if (!isCipher(name)) {
    const known = [...Object.keys(CIPHERS), 'identity'].join(', ');
    reader.refuse(path, name, `the provider ${name} is not supported; there are ${known}`);
    return [];
  }
  const { keys } = reader.members(options, `${path}.${name}`);
  return reader
    .requiredList(keys, `${path}.${name}.keys`)
    .map((key, i) => readKey(reader, key, { cipher: name, path: `${path}.${name}.keys[${i}]` }));
}

function isCipher(name: string): name is CipherName {
  return Object.hasOwn(CIPHERS, name);
}

function readKey(
  reader: ConfigurationReader,
  value: unknown,
  { cipher, path }: { readonly cipher: CipherName; readonly path: string },
): EncryptionKey {
  const fields = reader.members(value, path);
  const name = reader.requiredText(fields.name, `${path}.name`);
  if (name !== '' && (name.includes(':') || !/^[!-~]+$/.test(name))) {
    reader.refuse(`${path}.name`, name, 'must be visible ASCII characters without a colon');
  }
  const text = reader.requiredText(fields.secret, `${path}.secret`);
  const secret = Buffer.from(text, 'base64');
  if (text !== '' && !KEY_SIZES.includes(secret.length)) {
    const detail = `must be the base64 of ${KEY_SIZES.join(', ')} bytes, and is that of ${secret.length}`;
    reader.refuse(`${path}.secret`, undefined, detail);
  }
  return { cipher, name, secret };
}

/** `secrets`, `deployments.apps`, `*.` for the core group, `*.apps` for a group, `*.*` for everything. */
function isNamed({ group, resource }: GroupResource, name: string): boolean {
  if (name === '*.*') return true;
  if (name.startsWith('*.')) return name.slice(2) === group;
  return name === qualifiedName({ group, resource });
}
