import type { Command } from 'commander';
import {
  addDryRunOption,
  addFileOptions,
  addServerSideOptions,
  booleanOption,
  type DryRun,
  type FileOptions,
  type ServerSideOptions,
  serverSideVariables,
} from '../arguments/options.ts';
import { type OutputFormat, parseOutputFormat } from '../arguments/output-format.ts';
import { CliError, exitWith, UsageError } from '../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../command.ts';
import type { CliContext } from '../context.ts';
import { ApplyDocument, type ApplyMutation } from '../generated/operations.ts';
import { collectManifests, type ManifestSource } from '../manifests/collect.ts';
import { hasContent, splitManifest } from '../manifests/split.ts';
import { toDocument, toJsonText, toYaml } from '../output/serialize.ts';
import { describeFailure } from '../transport/server-error.ts';

interface ApplyOptions extends FileOptions, GlobalOptions, ServerSideOptions {
  readonly record: boolean;
  readonly dryRun: DryRun;
  readonly output?: string;
}

type AppliedDocument = NonNullable<ApplyMutation['apply']>[number];

export const applyCommand: CliCommand<ApplyOptions> = {
  setup(command: Command): void {
    addServerSideOptions(addDryRunOption(addFileOptions(command)))
      .addOption(
        booleanOption(
          '--record',
          'write this command line into the annotation kubernetes.io/change-cause',
          false,
        ),
      )
      .option(
        '-o, --output <format>',
        'name, yaml, json: what was applied, instead of what was done',
      )
      .addHelpText('after', EXAMPLES);
  },
  async run(context, args, options): Promise<void> {
    if (args.length > 0) throw new UsageError(`unexpected args: [${args.join(' ')}]`);
    if (!options.filename) throw new UsageError('must specify one of -f and --filename');
    const format = parseOutputFormat(options.output, ['name', 'yaml', 'json']);
    const session = new ApplySession(context, options, format);
    for (const source of await collectManifests(context, options)) await session.apply(source);
    session.finish();
  },
};

const EXAMPLES = `
Examples:
  orrery apply -f examples/nginx-deployment.yaml
  orrery apply -f examples/ -R --dry-run=server
  orrery apply -f web.yaml --server-side --field-manager ci --force-conflicts
  cat pod.json | orrery apply -f -
  orrery apply -f https://k8s.io/examples/controllers/nginx-deployment.yaml --record`;

class ApplySession {
  readonly #context: CliContext;
  readonly #options: ApplyOptions;
  readonly #format: OutputFormat | undefined;
  readonly #objects: unknown[] = [];
  #failures = 0;
  #applied: AppliedDocument[] = [];

  constructor(context: CliContext, options: ApplyOptions, format: OutputFormat | undefined) {
    this.#context = context;
    this.#options = options;
    this.#format = format;
  }

  /** Applies the documents of one source, and says what became of each. */
  async apply(source: ManifestSource): Promise<void> {
    let documentsBefore = 0;
    for (const part of splitManifest(source.text)) {
      const applied = await this.#send(part.text);
      for (const one of applied) {
        const document = one.document + documentsBefore;
        this.#report(source, { ...one, document, line: one.line + part.linesBefore });
      }
      documentsBefore += applied.at(-1)?.document ?? 0;
    }
  }

  async #send(manifest: string): Promise<readonly AppliedDocument[]> {
    // A file of comments alone is nothing wrong among others.
    if (!hasContent(manifest)) return [];
    const client = await this.#context.client();
    const { apply } = await client.request(ApplyDocument, {
      manifest,
      namespace: this.#options.namespace,
      changeCause: this.#options.record ? changeCause(this.#options) : undefined,
      ...serverSideVariables(this.#options),
      dryRun: this.#options.dryRun === 'server',
      objects: this.#format === 'yaml' || this.#format === 'json',
    });
    return apply ?? [];
  }

  /** @throws {CliError} to exit with 1 when something failed */
  finish(): void {
    if (this.#format === 'yaml' || this.#format === 'json') this.#printObjects();
    if (this.#failures > 0) throw exitWith(1);
    if (this.#applied.length === 0) throw new CliError('no objects passed to apply');
    this.#suggestNext();
  }

  #report({ name }: ManifestSource, applied: AppliedDocument): void {
    if (applied.error) {
      this.#failures++;
      const place = `document ${applied.document} of "${name}" (line ${applied.line})`;
      this.#context.warn(`error in ${place}: ${describeFailure(applied.error)}`);
      return;
    }
    this.#applied.push(applied);
    if (this.#format === 'name') this.#context.print(applied.reference ?? '');
    else if (this.#format) this.#objects.push(applied.json);
    else this.#context.print(applied.message);
  }

  #printObjects(): void {
    if (this.#objects.length === 0) return;
    const document = toDocument(this.#objects, { asList: this.#objects.length > 1 });
    const text = this.#format === 'json' ? toJsonText(document) : toYaml(document);
    this.#context.environment.stdout.write(text);
  }

  #suggestNext(): void {
    const deployment = this.#applied.find(
      ({ reference, operation }) =>
        reference?.startsWith('deployment.apps/') && operation !== 'UNCHANGED',
    );
    if (!deployment?.reference || this.#options.dryRun === 'server') return;
    const name = deployment.reference.slice('deployment.apps/'.length);
    const flag = deployment.namespace === 'default' ? '' : ` -n ${deployment.namespace}`;
    this.#context.suggest(`\nNext: orrery rollout status deployment/${name}${flag}`);
  }
}

/** The command line as `kubectl apply --record` would write it. */
function changeCause({ filename = [], namespace, recursive }: ApplyOptions): string {
  const flags = [
    ...filename.map((place) => `--filename=${place}`),
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
    '--record=true',
    ...(recursive ? ['--recursive=true'] : []),
  ];
  return `orrery apply ${flags.join(' ')}`;
}
