import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { type Config, ConfigError } from '../config.ts';
import { encryptionFileOf, readOrCreateEncryptionConfiguration } from '../data-directory.ts';
import { toError } from '../lib/errors.ts';
import { EncryptionKeyMissingError } from '../store/encryption/agree-on-keys.ts';
import {
  createCodec,
  EncryptionConfigurationError,
} from '../store/encryption/encryption-configuration.ts';
import type { ObjectCodec } from '../store/encryption/object-codec.ts';
import type { ObjectStore } from '../store/store.ts';

type EncryptionConfig = Pick<Config, 'dataDirectory' | 'encryptionProviderConfig'>;

/** How objects are stored, by the configuration that was given or by the data directory's own. @throws {ConfigError} */
export function readEncryption(config: EncryptionConfig): ObjectCodec {
  const file = fileOf(config);
  const document = parseDocument(readConfiguration(config));
  // The parser's messages quote the text, which holds keys: only the place is told.
  const [error] = document.errors;
  if (error) throw new ConfigError(`${file} is no YAML (line ${error.linePos?.[0].line ?? 1})`);
  try {
    return createCodec(document.toJS());
  } catch (thrown) {
    if (!(thrown instanceof EncryptionConfigurationError)) throw thrown;
    throw new ConfigError(`${file}: ${thrown.message}`);
  }
}

/** Starts the store. @throws {ConfigError} when others write with keys that this process does not have */
export async function startWithKeys(store: ObjectStore, config: EncryptionConfig): Promise<void> {
  try {
    await store.start();
  } catch (thrown) {
    if (!(thrown instanceof EncryptionKeyMissingError)) throw thrown;
    throw new ConfigError(
      `${thrown.message}: give its file with --encryption-provider-config, or copy it to ${encryptionFileOf(config.dataDirectory)} (this server read ${fileOf(config)})`,
    );
  }
}

function fileOf({ encryptionProviderConfig, dataDirectory }: EncryptionConfig): string {
  return encryptionProviderConfig ?? encryptionFileOf(dataDirectory);
}

function readConfiguration({ encryptionProviderConfig, dataDirectory }: EncryptionConfig): string {
  if (encryptionProviderConfig === undefined) {
    return readOrCreateEncryptionConfiguration(dataDirectory);
  }
  try {
    return readFileSync(encryptionProviderConfig, 'utf8');
  } catch (thrown) {
    throw new ConfigError(
      `--encryption-provider-config: ${encryptionProviderConfig} cannot be read (${toError(thrown).message})`,
    );
  }
}
