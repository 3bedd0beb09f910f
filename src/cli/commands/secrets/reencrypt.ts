import type { Command } from 'commander';
import { booleanOption } from '../../arguments/options.ts';
import type { CliCommand } from '../../command.ts';
import { migrateStorage } from '../../storage/start-migrations.ts';

interface ReencryptOptions {
  readonly wait: boolean;
}

/** After a rotation: what is stored under an old key, or in the clear, is written with the key of now. */
export const reencryptCommand: CliCommand<ReencryptOptions> = {
  setup(command: Command): void {
    command
      .argument('[type...]', 'what the encryption configuration names beside Secrets')
      .addOption(booleanOption('--wait', 'follow it until it is done', true))
      .addHelpText('after', EXAMPLES);
  },
  run: (context, types, options) =>
    migrateStorage(context, types.length === 0 ? ['secrets'] : types, options),
};

const EXAMPLES = `
Examples:
  orrery secrets reencrypt
  orrery secrets reencrypt secrets configmaps`;
