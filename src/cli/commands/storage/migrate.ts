import type { Command } from 'commander';
import { booleanOption } from '../../arguments/options.ts';
import type { CliCommand } from '../../command.ts';
import { migrateStorage } from '../../storage/start-migrations.ts';

interface MigrateOptions {
  readonly wait: boolean;
}

export const migrateCommand: CliCommand<MigrateOptions> = {
  setup(command: Command): void {
    command
      .argument('[type...]', 'resources: deployments, ingresses.networking.k8s.io. By default all')
      .addOption(booleanOption('--wait', 'follow it until it is done', true))
      .addHelpText('after', EXAMPLES);
  },
  run: (context, types, options) => migrateStorage(context, types, options),
};

const EXAMPLES = `
Examples:
  orrery storage migrate
  orrery storage migrate horizontalpodautoscalers ingresses
  orrery storage migrate --wait=false`;
