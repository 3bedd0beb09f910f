import type { Config } from '../config.ts';
import { encryptionFileOf, readOrCreateEncryptionConfiguration } from '../data-directory.ts';
import { EncryptionKeyMissingError } from '../store/encryption/agree-on-keys.ts';
import {
  createCodec,
  EncryptionConfigurationError,
} from '../store/encryption/encryption-configuration.ts';
import type { ObjectCodec } from '../store/encryption/object-codec.ts';
import type { ObjectStore } from '../store/store.ts';
import { ConfigError } from './option-values.ts';
import { parseYaml, readOptionFile } from './yaml-file.ts';

type EncryptionConfig = Pick<Config, 'dataDirectory' | 'encryptionProviderConfig'>;

/** How objects are stored, by the configuration that was given or by the data directory's own. @throws {ConfigError} */
export function readEncryption(config: EncryptionConfig): ObjectCodec {
  const file = fileOf(config);
  try {
    return createCodec(parseYaml(file, readConfiguration(config)));
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

function readConfiguration({
  encryptionProviderConfig: file,
  dataDirectory,
}: EncryptionConfig): string {
  if (file === undefined) return readOrCreateEncryptionConfiguration(dataDirectory);
  return readOptionFile('--encryption-provider-config', file);
}
