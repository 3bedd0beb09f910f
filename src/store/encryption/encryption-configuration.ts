/**
 * Kubernetes' EncryptionConfiguration (apiserver.config.k8s.io/v1): which resources are encrypted at rest, and with which
 * keys. Of several providers the first writes, and all read.
 */
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

/** The codec of a configuration that was read from YAML or JSON. @throws {EncryptionConfigurationError} */
export function createCodec(configuration: unknown): EncryptingCodec {
  const { apiVersion, kind, resources } = asObject('the document', configuration);
  if (apiVersion !== API_VERSION || kind !== KIND) {
    throw refuse('the document', `expected apiVersion ${API_VERSION} and kind ${KIND}`);
  }
  const entries = asList('resources', resources).map((entry, i) =>
    readEntry(`resources[${i}]`, entry),
  );
  return new EncryptingCodec({
    rules: entries.map(({ rule }) => rule),
    keys: entries.flatMap(({ keys }) => keys),
  });
}

interface Entry {
  readonly rule: EncryptionRule;
  readonly keys: readonly EncryptionKey[];
}

function readEntry(path: string, value: unknown): Entry {
  const { resources, providers } = asObject(path, value);
  const names = asList(`${path}.resources`, resources).map((name, i) =>
    asText(`${path}.resources[${i}]`, name),
  );
  const perProvider = asList(`${path}.providers`, providers).map((provider, i) =>
    readProvider(`${path}.providers[${i}]`, provider),
  );
  const writeKey = perProvider[0]?.[0];
  return {
    rule: { matches: (resource) => names.some((name) => isNamed(resource, name)), writeKey },
    keys: perProvider.flat(),
  };
}

/** The keys of one provider, the one that writes first; none for `identity`. */
function readProvider(path: string, value: unknown): EncryptionKey[] {
  const members = Object.entries(asObject(path, value));
  const [name, options] = members[0] ?? [];
  if (members.length !== 1 || name === undefined) {
    throw refuse(path, 'must name exactly one provider');
  }
  if (name === 'identity') return [];
  if (!isCipher(name)) {
    const known = [...Object.keys(CIPHERS), 'identity'].join(', ');
    throw refuse(path, `the provider ${name} is not supported; there are ${known}`);
  }
  const keys = asList(`${path}.${name}.keys`, asObject(`${path}.${name}`, options).keys);
  return keys.map((key, i) => readKey(name, `${path}.${name}.keys[${i}]`, key));
}

function isCipher(name: string): name is CipherName {
  return Object.hasOwn(CIPHERS, name);
}

function readKey(cipher: CipherName, path: string, value: unknown): EncryptionKey {
  const fields = asObject(path, value);
  const name = asText(`${path}.name`, fields.name);
  if (name.includes(':') || !/^[!-~]+$/.test(name)) {
    throw refuse(`${path}.name`, 'must be visible ASCII characters without a colon');
  }
  const secret = Buffer.from(asText(`${path}.secret`, fields.secret), 'base64');
  if (!KEY_SIZES.includes(secret.length)) {
    throw refuse(
      `${path}.secret`,
      `must be the base64 of ${KEY_SIZES.join(', ')} bytes, and is that of ${secret.length}`,
    );
  }
  return { cipher, name, secret };
}

/** `secrets`, `deployments.apps`, `*.` for the core group, `*.apps` for a group, `*.*` for everything. */
function isNamed({ group, resource }: GroupResource, name: string): boolean {
  if (name === '*.*') return true;
  if (name.startsWith('*.')) return name.slice(2) === group;
  return name === qualifiedName({ group, resource });
}

function asObject(path: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw refuse(path, 'must be a map');
}

function asList(path: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw refuse(path, 'must be a list that is not empty');
}

function asText(path: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw refuse(path, 'must be a text that is not empty');
}

function refuse(path: string, why: string): EncryptionConfigurationError {
  return new EncryptionConfigurationError(`${path}: ${why}`);
}
