import type { Command } from 'commander';
import { assertVersionExists, convertManifest } from '../../scheme/conversion/convert-manifest.ts';
import { isApiError } from '../../scheme/errors.ts';
import { STRATEGIES } from '../../scheme/groups/strategies.ts';
import { type ManifestDocument, parseManifest } from '../../scheme/manifest.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { createScheme, type Scheme } from '../../scheme/scheme.ts';
import { addFileOptions, type FileOptions } from '../arguments/options.ts';
import { parseOutputFormat } from '../arguments/output-format.ts';
import { CliError, exitWith, UsageError } from '../cli-error.ts';
import type { CliCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { collectManifests, type ManifestSource } from '../manifests/collect.ts';
import { toDocument, toJsonText, toYaml } from '../output/serialize.ts';

interface ConvertOptions extends FileOptions {
  readonly to?: string;
  readonly output?: string;
}

export const convertCommand: CliCommand<ConvertOptions> = {
  setup(command: Command): void {
    addFileOptions(command)
      .option('--to <version>', 'group and version: apps/v1. By default one that is not deprecated')
      .option('-o, --output <format>', 'yaml (the default), json')
      .addHelpText('after', EXAMPLES);
  },
  async run(context, _args, options): Promise<void> {
    if (!options.filename) throw new UsageError('must specify one of -f and --filename');
    const format = parseOutputFormat(options.output, ['yaml', 'json']) ?? 'yaml';
    // What a server switches off can be converted all the same.
    const scheme = createScheme({ strategies: STRATEGIES, runtimeConfig: 'api/all=true' });
    if (options.to !== undefined) assertKnown(scheme, options.to);
    const session = new ConvertSession(context, scheme, options.to);
    for (const source of await collectManifests(context, options)) session.convert(source);
    context.environment.stdout.write(print(session.finish(), format));
  },
};

const EXAMPLES = `
Examples:
  orrery convert -f deployment-of-2017.yaml --to apps/v1
  orrery convert -f old-manifests/ -R > new-manifests.yaml
  cat ingress.yaml | orrery convert -f - -o json`;

function assertKnown(scheme: Scheme, to: string): void {
  try {
    assertVersionExists(scheme, to);
  } catch (thrown) {
    if (isApiError(thrown)) throw new UsageError(`--to: ${thrown.message}`);
    throw thrown;
  }
}

class ConvertSession {
  readonly #context: CliContext;
  readonly #scheme: Scheme;
  readonly #to: string | undefined;
  readonly #objects: ApiObject[] = [];
  #conversions = 0;
  #failures = 0;

  constructor(context: CliContext, scheme: Scheme, to: string | undefined) {
    this.#context = context;
    this.#scheme = scheme;
    this.#to = to;
  }

  convert(source: ManifestSource): void {
    for (const document of parseManifest(source.text)) this.#convert(source, document);
  }

  #convert({ name }: ManifestSource, { document, line, content }: ManifestDocument): void {
    const place = `document ${document} of "${name}" (line ${line})`;
    try {
      if ('error' in content) throw content.error;
      const converted = convertManifest(this.#scheme, content.value, this.#to);
      const { object, warnings, isConverted } = converted;
      for (const warning of warnings) this.#context.warn(`Warning: ${place}: ${warning}`);
      if (isConverted) this.#conversions++;
      else this.#context.warn(`${place}: ${this.#nameOf(object)}, it is left as it is`);
      this.#objects.push(object);
    } catch (thrown) {
      if (!isApiError(thrown)) throw thrown;
      this.#failures++;
      this.#context.warn(`error in ${place}: ${thrown.message}`);
    }
  }

  #nameOf({ apiVersion, kind }: ApiObject): string {
    return `${apiVersion} ${kind} does not exist in ${this.#to}`;
  }

  /** Half of a conversion is worse than none. @throws {CliError} when something failed, or nothing was converted */
  finish(): readonly ApiObject[] {
    if (this.#failures > 0) throw exitWith(1);
    if (this.#objects.length === 0) throw new CliError('no objects passed to convert');
    if (this.#conversions === 0) throw new CliError(`none of the objects exists in ${this.#to}`);
    return this.#objects;
  }
}

function print(objects: readonly ApiObject[], format: 'yaml' | 'json'): string {
  if (format === 'yaml') return objects.map(toYaml).join('---\n');
  return toJsonText(toDocument(objects, { asList: objects.length > 1 }));
}
