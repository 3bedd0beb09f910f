import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';
import { FollowedLogDocument, type FollowedLogQuery } from '../generated/operations.ts';
import { pause } from '../pause.ts';
import { LogCursor } from './log-cursor.ts';

const POLL_MS = 1_000;
/** Lines are written within a second: those that were printed last come a little after the end. */
const LAST_LOOKS = 2;

export interface FollowLogOptions {
  readonly namespace: string;
  readonly name: string;
  readonly container: string | undefined;
  readonly timestamps: boolean;
  /** What the first lines are: later ones follow them. */
  readonly first: {
    readonly tailLines?: number | null;
    readonly sinceSeconds?: number;
    readonly sinceTime?: string;
  };
}

type FollowedPod = NonNullable<NonNullable<NonNullable<FollowedLogQuery['core']>['v1']>['pod']>;

/** Prints a container's log, and what is added to it, until its run is over or Ctrl-C is pressed. */
export async function followLog(context: CliContext, options: FollowLogOptions): Promise<void> {
  const { container, first, name, namespace, timestamps } = options;
  const client = await context.client();
  const cursor = new LogCursor();
  const read = async (): Promise<FollowedPod | undefined> => {
    const since = cursor.timeText === undefined ? first : { sinceTime: cursor.timeText };
    const variables = {
      namespace,
      name,
      ...(container === undefined ? {} : { container }),
      ...since,
    };
    const { core } = await client.request(FollowedLogDocument, variables);
    return core?.v1?.pod ?? undefined;
  };
  const show = (pod: FollowedPod | undefined): void => {
    for (const { line, time } of cursor.take(pod?.logs ?? '')) {
      context.environment.stdout.write(timestamps ? `${time} ${line}\n` : `${line}\n`);
    }
  };
  const pod = await read();
  if (!pod) throw new CliError(`pods "${name}" not found`);
  show(pod);
  const run = runOf(pod, container);
  for (let looksLeft = LAST_LOOKS; looksLeft > 0 && !context.signal.aborted; ) {
    await pause(POLL_MS, context.signal);
    if (context.signal.aborted) return;
    const current = await read();
    if (!current || runOf(current, container) !== run) looksLeft--;
    if (!current || current.metadata?.uid === pod.metadata?.uid) show(current);
  }
}

/** Names the run of the container that is under way; undefined when none is. */
function runOf(
  { metadata, status }: FollowedPod,
  container: string | undefined,
): string | undefined {
  const statuses = (status?.containerStatuses ?? []).filter((one) => one !== null);
  const own = statuses.find((one) => container === undefined || one?.name === container);
  return own?.state?.running ? `${metadata?.uid}/${own.restartCount}` : undefined;
}
