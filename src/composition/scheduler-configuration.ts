import type { Config } from '../config.ts';
import {
  DEFAULT_CONFIGURATION,
  parseSchedulerConfiguration,
  type SchedulerConfiguration,
  SchedulerConfigurationError,
} from '../scheduler/configuration/scheduler-configuration.ts';
import { ConfigError } from './option-values.ts';
import { parseYaml, readOptionFile } from './yaml-file.ts';

/** What the scheduler is to do, and simulations of it. @throws {ConfigError} for a configuration that cannot be */
export function readSchedulerConfiguration({
  schedulerConfigFile: file,
}: Pick<Config, 'schedulerConfigFile'>): SchedulerConfiguration {
  if (file === undefined) return DEFAULT_CONFIGURATION;
  const option = '--scheduler-config';
  try {
    return parseSchedulerConfiguration(parseYaml(file, readOptionFile(option, file)));
  } catch (thrown) {
    if (!(thrown instanceof SchedulerConfigurationError)) throw thrown;
    throw new ConfigError(`${option}: ${file}: ${thrown.message}`);
  }
}
