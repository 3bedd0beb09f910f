/** The settings of container logs. */
import { seconds } from './option-values.ts';

export interface ContainerLogConfig {
  /** How long what a container printed is kept, in seconds. @default 604800 (a week) */
  readonly retentionSeconds: number;
  /** How long it is kept when its Pod is gone, in seconds. @default 3600 */
  readonly retentionOfGoneSeconds: number;
}

export const CONTAINER_LOG_OPTIONS = {
  'container-log-retention': { type: 'string' },
  'container-log-retention-of-gone': { type: 'string' },
} as const;

export const CONTAINER_LOG_USAGE = `What containers print (see docs/graphql.md):
  --container-log-retention SECONDS
                              how long it is kept (default 604800)
  --container-log-retention-of-gone SECONDS
                              how long it is kept when its Pod is gone (default 3600)
`;

type Values = { readonly [Name in keyof typeof CONTAINER_LOG_OPTIONS]?: string | undefined };

/** @throws {ConfigError} */
export function readContainerLogConfig(values: Values): ContainerLogConfig {
  const read = (name: keyof Values, preset: string): number =>
    seconds(`--${name}`, values[name] ?? preset);
  return {
    retentionSeconds: read('container-log-retention', '604800'),
    retentionOfGoneSeconds: read('container-log-retention-of-gone', '3600'),
  };
}
