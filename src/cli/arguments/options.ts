/** Options that several commands share, spelled as kubectl spells them. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseGoDuration } from '../../scheme/duration.ts';
import { UsageError } from '../cli-error.ts';

export interface SelectorOptions {
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly allNamespaces?: boolean;
}

export function addSelectorOptions(command: Command): Command {
  return command
    .option(
      '-l, --selector <labels>',
      'only objects with these labels: app=web,tier!=front,env in (a,b)',
    )
    .option('--field-selector <fields>', 'only objects with these values: status.phase=Running')
    .option('-A, --all-namespaces', 'in every namespace');
}

export interface FileOptions {
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
}

export function addFileOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '-f, --filename <place>',
        'a file, a folder, a URL, or - for standard input; may be repeated',
      ).argParser(collect),
    )
    .option('-R, --recursive', 'also in the folders of the folders that -f names');
}

/** An option that may be repeated; commas separate several values in one. */
export function collectWithCommas(
  value: string,
  previous: readonly string[] = [],
): readonly string[] {
  return [...previous, ...value.split(',').filter((item) => item !== '')];
}

/** An option that may be repeated, whatever is in its values. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

export type DryRun = 'none' | 'client' | 'server';

/** See `--help`. */
export function addDryRunOption(command: Command): Command {
  return command.addOption(
    new Option('--dry-run <where>', 'server: say what would happen and store nothing')
      .choices(['none', 'server'])
      .default('none', 'none'),
  );
}

export interface ServerSideOptions {
  readonly serverSide: boolean;
  readonly fieldManager?: string;
  readonly forceConflicts: boolean;
}

export function addServerSideOptions(command: Command): Command {
  return command
    .addOption(
      booleanOption('--server-side', 'have the server keep account of who owns which field', false),
    )
    .option(
      '--field-manager <name>',
      'whose fields these are (default: kubectl, or kubectl-client-side-apply)',
    )
    .addOption(
      booleanOption('--force-conflicts', 'with --server-side: take over what others own', false),
    );
}

/** @throws {UsageError} when conflicts are to be forced where there can be none */
export function serverSideVariables({
  serverSide,
  fieldManager,
  forceConflicts,
}: ServerSideOptions) {
  if (forceConflicts && !serverSide) {
    throw new UsageError('--force-conflicts only works with --server-side');
  }
  return { serverSide, fieldManager, force: forceConflicts };
}

export function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number.');
}

export function integer(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give an integer.');
}

/** A boolean option that may also be given as `--wait=false`. */
export function booleanOption(flags: string, description: string, fallback?: boolean): Option {
  const option = new Option(`${flags} [bool]`, description).preset('true').argParser(toBoolean);
  return fallback === undefined ? option : option.default(fallback);
}

function toBoolean(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InvalidArgumentError('Give true or false.');
}

/** A duration as Go writes it: `30s`, `2m`; a bare number is seconds. Milliseconds. */
export function durationMs(text: string): number {
  const parsed = /^\d+$/.test(text) ? Number(text) * 1000 : parseGoDuration(text);
  if (parsed !== undefined) return parsed;
  throw new InvalidArgumentError('Give a duration such as 30s or 2m.');
}
