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
  toDeploymentPlace,
} from '../../rollout/deployment.ts';
import { revisionOf, rolloutProgress } from '../../rollout/progress.ts';
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
      .argument('<type...>', 'deployment NAME, or deployment/NAME')
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
        '\nExamples:\n  orrery rollout status deployment/web\n  orrery rollout status deploy web --timeout=1m',
      );
  },
  async run(context, args, options): Promise<void> {
    const place = toDeploymentPlace(args, options);
    const { deployment, resourceVersion } = await readDeployment(context, place);
    const follower = new RolloutFollower(context, options.revision);
    if (follower.report(deployment) || !options.watch) return;
    await follower.follow({ place, resourceVersion, timeoutMs: options.timeout });
  },
};

interface FollowOptions {
  readonly place: DeploymentPlace;
  readonly resourceVersion: string;
  readonly timeoutMs: number;
}

/** Prints each new state of a rollout once. */
class RolloutFollower {
  readonly #context: CliContext;
  readonly #revision: number;
  #lastLine = '';

  constructor(context: CliContext, revision: number) {
    this.#context = context;
    this.#revision = revision;
  }

  /** @returns whether the rollout is done @throws {CliError} when it has failed */
  report(deployment: RolloutDeployment): boolean {
    const running = revisionOf(deployment);
    if (this.#revision > 0 && running !== this.#revision) {
      throw new CliError(
        `desired revision (${this.#revision}) is different from the running revision (${running})`,
      );
    }
    const { message, isDone } = rolloutProgress(deployment);
    if (message !== this.#lastLine) this.#context.print(message);
    this.#lastLine = message;
    return isDone;
  }

  /** @throws {CliError} when it fails, the Deployment is deleted, or time is up */
  async follow({ place, resourceVersion, timeoutMs }: FollowOptions): Promise<void> {
    const timeout = new AbortController();
    const timer = timeoutMs > 0 ? setTimeout(() => timeout.abort(), timeoutMs) : undefined;
    try {
      const signal = AbortSignal.any([this.#context.signal, timeout.signal]);
      await this.#watch({ place, resourceVersion, signal });
    } catch (thrown) {
      if (timeout.signal.aborted) throw new CliError('timed out waiting for the condition');
      throw thrown;
    } finally {
      clearTimeout(timer);
    }
  }

  async #watch({
    place,
    resourceVersion,
    signal,
  }: Omit<FollowOptions, 'timeoutMs'> & { signal: AbortSignal }): Promise<void> {
    const client = await this.#context.client();
    const { namespace, name } = place;
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
      onLost: (error) => this.#context.warn(`${error.message}; trying again`),
      signal,
    });
    for await (const { type, object } of events) {
      if (type === 'DELETED') throw new CliError('object has been deleted');
      if (object && this.report(object)) return;
    }
  }
}
