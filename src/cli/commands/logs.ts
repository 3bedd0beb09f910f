import { type Command, Option } from 'commander';
import { durationMs, integer, wholeNumber } from '../arguments/options.ts';
import { UsageError } from '../cli-error.ts';
import type { CliCommand, GlobalOptions } from '../command.ts';
import type { CliContext } from '../context.ts';
import { PodLogsDocument, SelectedLogsDocument } from '../generated/operations.ts';
import { followLog } from '../logs/follow-log.ts';

interface LogsOptions extends GlobalOptions {
  readonly container?: string;
  readonly selector?: string;
  readonly previous?: boolean;
  readonly follow?: boolean;
  readonly tail?: number;
  /** Milliseconds. */
  readonly since?: number;
  readonly sinceTime?: string;
  readonly timestamps?: boolean;
  readonly limitBytes?: number;
}

/** With a selector there are many logs: a little of each. As kubectl does. */
const TAIL_OF_SELECTED = 10;

export const logsCommand: CliCommand<LogsOptions> = {
  setup(command: Command): void {
    command
      .argument('[pod]', 'the Pod: web-1, or pod/web-1')
      .option('-c, --container <name>', 'the container, where the Pod has several')
      .option('-l, --selector <labels>', 'of all Pods with these labels, the last lines of each')
      .option('-f, --follow', 'go on with what is printed, until the container ends')
      .option('-p, --previous', 'what its run before the last restart printed')
      .addOption(
        new Option('--tail <n>', 'only so many lines: the newest; -1 for all').argParser(integer),
      )
      .addOption(
        new Option('--since <duration>', 'only the last 30s, 5m or 2h').argParser(durationMs),
      )
      .option('--since-time <time>', 'only from this time on: 2026-01-31T08:00:00Z')
      .option('--timestamps', 'begin each line with the time at which it was printed')
      .addOption(new Option('--limit-bytes <n>', 'at most so many bytes').argParser(wholeNumber))
      .addHelpText(
        'after',
        '\nExamples:\n  orrery logs web-1\n  orrery logs web-1 -c sidecar --tail 20 --timestamps\n  orrery logs -f web-1\n  orrery logs web-1 --previous\n  orrery logs -l app=web --since 5m',
      );
  },
  async run(context, [pod], options): Promise<void> {
    if ((pod === undefined) === (options.selector === undefined)) {
      throw new UsageError('give the name of a Pod, or a selector with -l');
    }
    if (options.follow) {
      await follow(context, pod, options);
      return;
    }
    for (const text of await readLogs(context, pod, options)) {
      context.environment.stdout.write(text);
    }
  },
};

async function follow(
  context: CliContext,
  pod: string | undefined,
  options: LogsOptions,
): Promise<void> {
  const { container, limitBytes, namespace = 'default', previous, timestamps = false } = options;
  if (pod === undefined) throw new UsageError('give the name of one Pod to follow its log');
  if (previous || limitBytes !== undefined) {
    throw new UsageError('--follow goes on: it goes with neither --previous nor --limit-bytes');
  }
  const { sinceSeconds, sinceTime, tailLines } = toVariables(options);
  const first = {
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
  };
  await followLog(context, { namespace, name: toPodName(pod), container, timestamps, first });
}

async function readLogs(
  context: CliContext,
  pod: string | undefined,
  options: LogsOptions,
): Promise<string[]> {
  const client = await context.client();
  const { namespace = 'default', selector: labelSelector } = options;
  const which = { ...toVariables(options), namespace };
  if (labelSelector === undefined) {
    const name = toPodName(pod ?? '');
    const { core } = await client.request(PodLogsDocument, { ...which, name });
    return [core?.v1?.pod?.logs ?? ''];
  }
  const variables = { tailLines: TAIL_OF_SELECTED, ...which, labelSelector };
  const { core } = await client.request(SelectedLogsDocument, variables);
  return (core?.v1?.pods?.items ?? []).map((item) => item?.logs ?? '');
}

/** @throws {UsageError} */
function toPodName(argument: string): string {
  const [, type, name = argument] = /^([^/]*)\/(.*)$/.exec(argument) ?? [];
  if (type === undefined || /^(?:po|pods?)$/.test(type)) return name;
  throw new UsageError(`${argument} is not a Pod: only Pods have logs, select them with -l`);
}

function toVariables(options: LogsOptions) {
  const { container, limitBytes, previous = false, since, sinceTime, tail, timestamps } = options;
  return {
    previous,
    timestamps: timestamps ?? false,
    ...(container === undefined ? {} : { container }),
    ...(tail === undefined ? {} : { tailLines: tail < 0 ? null : tail }),
    ...(since === undefined ? {} : { sinceSeconds: Math.ceil(since / 1_000) }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}
