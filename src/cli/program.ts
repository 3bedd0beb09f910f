/** The `orrery` command: its global options, and its commands, each loaded when it is called. */
import { Command, CommanderError, Option } from 'commander';
import { collect } from './arguments/options.ts';
import { CliError, UsageError } from './cli-error.ts';
import type { CliCommand, CommandEntry, GlobalOptions } from './command.ts';
import { COMMANDS } from './command-table.ts';
import { CliContext, type CliEnvironment } from './context.ts';

const ENVIRONMENT_HELP = `
Environment:
  ORRERY_SERVER     where the control plane is (default http://127.0.0.1:4000)
  ORRERY_PORT       its port on this machine, when ORRERY_SERVER is not set (default 4000)
  ORRERY_DATA_DIR   its data directory, with the token (default .orrery in the checkout)
  ORRERY_TOKEN      the token itself
  NO_COLOR          no colours`;

const EXIT_CODES_HELP = `
Exit codes: 0 done, 1 something failed (stderr says what), 130 ended by Ctrl-C.`;

const EXAMPLES_HELP = `
Examples:
  orrery up
  orrery apply -f examples/nginx-deployment.yaml
  orrery get pods -o wide --watch
  orrery describe deployment nginx-deployment`;

/**
 * Runs one command line.
 * @returns the exit code
 */
export async function runCli(environment: CliEnvironment): Promise<number> {
  const session = new Session(environment);
  try {
    await session.program().parseAsync(rewriteHelp(environment.argv), { from: 'user' });
    return 0;
  } catch (thrown) {
    return report(environment, thrown);
  } finally {
    await session.close();
  }
}

/** `orrery` alone is `orrery --help`, and `orrery help get` is `orrery get --help`. */
function rewriteHelp(argv: readonly string[]): string[] {
  if (argv.length === 0) return ['--help'];
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv];
}

function report({ stderr }: CliEnvironment, thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 1;
  if (!(thrown instanceof CliError)) throw thrown;
  if (thrown.text !== '') stderr.write(`${thrown.text}\n`);
  return thrown.exitCode;
}

class Session {
  readonly #environment: CliEnvironment;
  #context: CliContext | undefined;

  constructor(environment: CliEnvironment) {
    this.#environment = environment;
  }

  async close(): Promise<void> {
    await this.#context?.close();
  }

  program(): Command {
    const program = this.#prepare(new Command('orrery'))
      .description('Controls an Orrery control plane, as kubectl does a Kubernetes one.')
      .usage('COMMAND [options]')
      .addOption(
        new Option('-n, --namespace <name>', 'the namespace that is meant (default "default")'),
      )
      .addOption(new Option('--server <url>', 'where the control plane is'))
      .addOption(new Option('--data-dir <dir>', 'its data directory, with the token'))
      .addOption(new Option('--token-file <file>', 'the file with the token'))
      .addOption(new Option('--certificate-authority <file>', 'who vouches for the server'))
      .addOption(new Option('--client-certificate <file>', 'the certificate to come with, and'))
      .addOption(new Option('--client-key <file>', 'its key'))
      .addOption(
        new Option('--insecure-skip-tls-verify', 'believe any server: anybody may listen in'),
      )
      .addOption(new Option('--as <user>', 'act as this user, if you may'))
      .addOption(
        new Option('--as-group <group>', 'and as one of this group; may be repeated').argParser(
          collect,
        ),
      )
      .addOption(new Option('--as-uid <uid>', 'and with this uid'))
      .addHelpText('after', EXAMPLES_HELP)
      .addHelpText('after', ENVIRONMENT_HELP)
      .addHelpText('after', EXIT_CODES_HELP);
    this.#addCommands(program, COMMANDS);
    return program;
  }

  #addCommands(parent: Command, entries: readonly CommandEntry[]): void {
    const loaders = new Map<string, () => Promise<void>>();
    for (const entry of entries) {
      const command = this.#prepare(
        parent.command(entry.name, { isDefault: entry.isDefault ?? false }),
      )
        .summary(entry.summary)
        .description(entry.summary)
        .aliases(entry.aliases ?? []);
      if (entry.subcommands) this.#addCommands(command, entry.subcommands);
      else loaders.set(entry.name, () => this.#load(command, entry));
    }
    parent.hook('preSubcommand', (_, subcommand) => loaders.get(subcommand.name())?.());
  }

  async #load(command: Command, { load }: CommandEntry): Promise<void> {
    const loaded = (await load?.()) as CliCommand<object> | undefined;
    if (!loaded) return;
    loaded.setup(command);
    command.addHelpText('after', ENVIRONMENT_HELP);
    command.action(async () => {
      const options = command.optsWithGlobals<GlobalOptions>();
      this.#context = new CliContext(this.#environment, options);
      await this.#run(loaded, command, options);
    });
  }

  async #run(loaded: CliCommand<object>, command: Command, options: GlobalOptions): Promise<void> {
    const context = this.#context as CliContext;
    try {
      await loaded.run(context, command.args, options);
    } catch (thrown) {
      if (!(thrown instanceof UsageError)) throw thrown;
      const hint = `See 'orrery ${pathOf(command)} --help' for usage.`;
      throw new UsageError(`${thrown.message}\n${hint}`, thrown.exitCode);
    } finally {
      for (const warning of await context.warnings()) context.warn(`Warning: ${warning}`);
    }
  }

  /** Errors come back as exceptions, and what is printed goes to the streams of the environment. */
  #prepare(command: Command): Command {
    const { stdout, stderr } = this.#environment;
    return command
      .helpCommand(false)
      .exitOverride()
      .showSuggestionAfterError(true)
      .showHelpAfterError(false)
      .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
      .configureOutput({
        writeOut: (text) => stdout.write(text),
        writeErr: (text) => stderr.write(text),
        outputError: (text, write) => {
          write(text);
          write(
            `See 'orrery ${pathOf(command)} --help' for usage.\n`.replace("'orrery  ", "'orrery "),
          );
        },
        getOutHelpWidth: () => stdout.columns ?? HELP_WIDTH,
        getErrHelpWidth: () => stderr.columns ?? HELP_WIDTH,
      });
  }
}

const HELP_WIDTH = 100;

/** `rollout status`. */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}`.trim() : '';
}
