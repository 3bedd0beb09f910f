import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** One command: what it takes and what it does. One file each under `commands/`. */
export interface CliCommand<Options = object> {
  /** Declares arguments, options and the rest of the help. */
  setup(command: Command): void;
  /**
   * Does it.
   * @throws {CliError} what the user sees, and the exit code
   */
  run(
    context: CliContext,
    args: readonly string[],
    options: Options & GlobalOptions,
  ): Promise<void>;
}

/** What every command takes. */
export interface GlobalOptions {
  readonly server?: string;
  readonly dataDir?: string;
  readonly tokenFile?: string;
  readonly certificateAuthority?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly as?: string;
  readonly asGroup?: readonly string[];
  readonly asUid?: string;
  readonly namespace?: string;
}

/** A command as `--help` lists it. Its file is loaded when it is called: the list itself is fast. */
export interface CommandEntry {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** What its parent does when no other subcommand is named. @default false */
  readonly isDefault?: boolean;
  readonly load?: () => Promise<CliCommand<never>>;
  readonly subcommands?: readonly CommandEntry[];
}
