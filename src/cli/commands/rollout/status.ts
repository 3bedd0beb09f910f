import { type Command, Option } from 'commander';
import { booleanOption, durationMs, wholeNumber } from '../../arguments/options.ts';
import { CliError } from '../../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../../command.ts';
import type { CliContext } from '../../context.ts';
import {
  WatchDeploymentDocument,
  type WatchDeploymentSubscription,
} from '../../generated/operations.ts';
import {
  type DeploymentPlace,
  type RolloutDeployment,
  readDeployment,
} from '../../rollout/deployment.ts';
import { ROLLOUT_ARGUMENTS, toRolloutPlace } from '../../rollout/places.ts';
import { type Progress, revisionOf, rolloutProgress } from '../../rollout/progress.ts';
import { setProgress } from '../../rollout/set-progress.ts';
import { isSetPlace, readSet, type SetPlace, watchSet } from '../../rollout/sets.ts';
import { resumableWatch } from '../../transport/resumable-watch.ts';

interface StatusOptions extends GlobalOptions {
  readonly watch: boolean;
  readonly revision: number;
  readonly timeout: number;
}

type DeploymentEvent = WatchDeploymentSubscription['watchAppsV1Deployments'];

export const statusCommand: CliCommand<StatusOptions> = {
  setup(command: Command): void {
    command
      .argument('<type...>', ROLLOUT_ARGUMENTS)
      .addOption(booleanOption('-w, --watch', 'follow it until it is done', true))
      .addOption(
        new Option('--revision <n>', 'fail when another revision is rolled out; 0 is the latest')
          .argParser(wholeNumber)
          .default(0),
      )
      .addOption(
        new Option('--timeout <duration>', 'follow it no longer than this; 0 is without end')
          .argParser(durationMs)
          .default(0),
      )
      .addHelpText(
        'after',
        '\nExamples:\n  orrery rollout status deployment/web\n  orrery rollout status sts/db\n  orrery rollout status deploy web --timeout=1m',
      );
  },
  async run(context, args, { timeout, revision, watch, ...options }): Promise<void> {
    const place = toRolloutPlace(args, options);
    const rollout = isSetPlace(place)
      ? await readSetRollout(context, place)
      : await readDeploymentRollout(context, place, revision);
    const report = progressPrinter(context);
    if (report(rollout.progress) || !watch) return;
    await withTimeout(context, timeout, async (signal) => {
      for await (const progress of rollout.changes(signal)) if (report(progress)) return;
    });
  },
};

/** How far a rollout is, and how it goes on. */
interface Rollout {
  readonly progress: Progress;
  /** @throws {CliError} when it fails or its object is deleted */
  changes(signal: AbortSignal): AsyncIterable<Progress>;
}

/** Prints each new state of a rollout once. @returns whether it is done */
function progressPrinter(context: CliContext): (progress: Progress) => boolean {
  let lastLine = '';
  return ({ message, isDone }) => {
    if (message !== lastLine) context.print(message);
    lastLine = message;
    return isDone;
  };
}

async function withTimeout(
  { signal }: CliContext,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const timeout = new AbortController();
  const timer = timeoutMs > 0 ? setTimeout(() => timeout.abort(), timeoutMs) : undefined;
  try {
    await work(AbortSignal.any([signal, timeout.signal]));
  } catch (thrown) {
    if (timeout.signal.aborted) throw new CliError('timed out waiting for the condition');
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

async function readSetRollout(context: CliContext, place: SetPlace): Promise<Rollout> {
  const set = await readSet(context, place);
  return {
    progress: setProgress(set),
    async *changes(signal) {
      for await (const changed of watchSet(context, place, set, signal)) yield setProgress(changed);
    },
  };
}

async function readDeploymentRollout(
  context: CliContext,
  place: DeploymentPlace,
  wanted: number,
): Promise<Rollout> {
  const { deployment, resourceVersion } = await readDeployment(context, place);
  const progressOf = (one: RolloutDeployment): Progress => {
    const running = revisionOf(one);
    if (wanted > 0 && running !== wanted) {
      throw new CliError(
        `desired revision (${wanted}) is different from the running revision (${running})`,
      );
    }
    return rolloutProgress(one);
  };
  return {
    progress: progressOf(deployment),
    async *changes(signal) {
      const changes = watchDeployment(context, place, resourceVersion, signal);
      for await (const changed of changes) yield progressOf(changed);
    },
  };
}

async function* watchDeployment(
  context: CliContext,
  { namespace, name }: DeploymentPlace,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<RolloutDeployment, void, undefined> {
  const client = await context.client();
  const events = resumableWatch<DeploymentEvent>({
    open: async function* (from) {
      const variables = {
        namespace,
        fieldSelector: `metadata.name=${name}`,
        resourceVersion: from,
      };
      const opened = client.subscribe(WatchDeploymentDocument, variables, signal);
      for await (const { watchAppsV1Deployments } of opened) yield watchAppsV1Deployments;
    },
    resourceVersionOf: (event) => event.resourceVersion,
    resourceVersion,
    onLost: (error) => context.warn(`${error.message}; trying again`),
    signal,
  });
  for await (const { type, object } of events) {
    if (type === 'DELETED') throw new CliError('object has been deleted');
    if (object) yield object;
  }
}
