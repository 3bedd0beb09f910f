import type { Command } from 'commander';
import { toRfc3339 } from '../../../lib/clock.ts';
import type { CliCommand } from '../../command.ts';
import { deploymentError, patchDeployment, readDeployment } from '../../rollout/deployment.ts';
import { ROLLOUT_ARGUMENTS, toRolloutPlaces } from '../../rollout/places.ts';
import { isSetPlace, restartSet } from '../../rollout/sets.ts';

const RESTARTED_AT_ANNOTATION = 'kubectl.kubernetes.io/restartedAt';

export const restartCommand: CliCommand = {
  setup(command: Command): void {
    command
      .argument('<type...>', ROLLOUT_ARGUMENTS)
      .addHelpText(
        'after',
        '\nExamples:\n  orrery rollout restart deployment/web\n  orrery rollout restart sts db',
      );
  },
  async run(context, args, options): Promise<void> {
    for (const place of toRolloutPlaces(args, options)) {
      if (isSetPlace(place)) {
        await restartSet(context, place);
        continue;
      }
      const { deployment } = await readDeployment(context, place);
      if (deployment.spec?.paused) {
        throw deploymentError(
          place.name,
          "can't restart paused deployment (run rollout resume first)",
        );
      }
      const annotations = { [RESTARTED_AT_ANNOTATION]: toRfc3339(await context.clusterNow()) };
      const patch = { spec: { template: { metadata: { annotations } } } };
      await patchDeployment(context, place, { type: 'MERGE', patch, done: 'restarted' });
    }
  },
};
