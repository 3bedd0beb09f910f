import type { Command } from 'commander';
import {
  addFileOptions,
  addServerSideOptions,
  type FileOptions,
  type ServerSideOptions,
  serverSideVariables,
} from '../arguments/options.ts';
import { CliError, exitWith, UsageError } from '../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../command.ts';
import type { CliContext } from '../context.ts';
import { DiffDocument, type DiffQuery } from '../generated/operations.ts';
import { collectManifests, type ManifestSource } from '../manifests/collect.ts';
import { hasContent, splitManifest } from '../manifests/split.ts';
import { describeFailure } from '../transport/server-error.ts';

type DiffOptions = FileOptions & GlobalOptions & ServerSideOptions;
type ComparedDocument = NonNullable<DiffQuery['diff']>[number];

/** kubectl's exit codes: 0 when nothing differs, 1 when something does, more when that cannot be told. */
const EXIT_DIFFERENT = 1;
const EXIT_FAILED = 2;

export const diffCommand: CliCommand<DiffOptions> = {
  setup(command: Command): void {
    addServerSideOptions(addFileOptions(command)).addHelpText('after', EXAMPLES);
  },
  async run(context, args, options): Promise<void> {
    const session = new DiffSession(context, options);
    try {
      if (args.length > 0) throw new UsageError(`unexpected args: [${args.join(' ')}]`);
      if (!options.filename) throw new UsageError('must specify one of -f and --filename');
      for (const source of await collectManifests(context, options)) await session.compare(source);
    } catch (thrown) {
      // 1 would say that something differs.
      if (thrown instanceof CliError)
        throw new CliError(thrown.message, EXIT_FAILED, { cause: thrown });
      throw thrown;
    }
    session.finish();
  },
};

const EXAMPLES = `
Exit codes: 0 nothing differs, 1 something does, 2 it cannot be told.

Examples:
  orrery diff -f web.yaml
  orrery diff -f web.yaml --server-side --field-manager ci`;

class DiffSession {
  readonly #context: CliContext;
  readonly #options: DiffOptions;
  #isDifferent = false;
  #hasFailed = false;

  constructor(context: CliContext, options: DiffOptions) {
    this.#context = context;
    this.#options = options;
  }

  async compare(source: ManifestSource): Promise<void> {
    const client = await this.#context.client();
    for (const { text, linesBefore } of splitManifest(source.text)) {
      if (!hasContent(text)) continue;
      const { diff } = await client.request(DiffDocument, {
        manifest: text,
        namespace: this.#options.namespace,
        ...serverSideVariables(this.#options),
      });
      for (const document of diff ?? []) this.#report(source, document, linesBefore);
    }
  }

  #report({ name }: ManifestSource, document: ComparedDocument, linesBefore: number): void {
    const { error, changes, reference, namespace } = document;
    if (error) {
      this.#hasFailed = true;
      const line = document.line + linesBefore;
      this.#context.warn(`error in "${name}" (line ${line}): ${describeFailure(error)}`);
      return;
    }
    if (!changes || changes.length === 0) return;
    this.#isDifferent = true;
    this.#context.print(`${reference}${namespace ? ` (namespace ${namespace})` : ''}`);
    for (const { path, before, after } of changes) {
      if (before !== null) this.#context.print(`- ${path}: ${JSON.stringify(before)}`);
      if (after !== null) this.#context.print(`+ ${path}: ${JSON.stringify(after)}`);
    }
  }

  /** @throws {CliError} with kubectl's exit code, unless nothing differs */
  finish(): void {
    if (this.#hasFailed) throw exitWith(EXIT_FAILED);
    if (this.#isDifferent) throw exitWith(EXIT_DIFFERENT);
  }
}
