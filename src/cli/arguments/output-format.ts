import { UsageError } from '../cli-error.ts';

export const OUTPUT_FORMATS = ['table', 'wide', 'yaml', 'json', 'name'] as const;

export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** @throws {UsageError} in kubectl's words */
export function parseOutputFormat<T extends OutputFormat>(
  text: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  const format = allowed.find((candidate) => candidate === text);
  if (format) return format;
  throw new UsageError(
    `unable to match a printer suitable for the output format "${text}", allowed formats are: ${allowed.join(',')}`,
  );
}
