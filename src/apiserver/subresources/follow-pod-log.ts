import { sleep, systemClock } from '../../lib/clock.ts';
import type { ByteSink } from '../../lib/container-streams.ts';
import { isApiError } from '../../scheme/errors.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { LogConnection } from '../client.ts';
import type { Registry } from '../registry/registry.ts';
import type { RequestContext } from '../request-context.ts';
import { currentObject } from './current-object.ts';
import {
  admitToLog,
  type ContainerLogSource,
  formatLine,
  type LogRequest,
  type PrintedLine,
  type RunOfLog,
  readRun,
} from './pod-log.ts';
import type { PodLogOptions } from './pod-log-options.ts';
import { hasRunEnded } from './run-of-container.ts';

/** Between looks for new lines: they are written within a second. Logs are read in real time, whatever the world's clock. */
const POLL_MS = 500;
/** Lines are on their way to the database for at most so long after the container has ended. */
const LAST_LOOKS = 4;

/**
 * Admits who wants to follow a log; what it resolves to writes what has been printed, and goes on with what is, until the run
 * is over, the Pod is gone, or `signal` aborts.
 * @throws {ApiError} as reading the log does
 */
export async function followPodLog(
  registry: Registry,
  ctx: RequestContext,
  source: ContainerLogSource | undefined,
  { options, target }: LogRequest,
): Promise<LogConnection> {
  const { pod, run, log } = await admitToLog(registry, ctx, source, { target, options });
  return async (output, signal) => {
    if (!run) return;
    const writer = new LogWriter(output, options);
    const lines = await readRun(log, run, options, registry.clock.now());
    if (!(await writer.write(lines)) || options.previous) return;
    await followRun({ registry, ctx, log, pod, run, writer, signal });
  };
}

/** Writes what a container prints from now on. */
export async function followOutput(
  registry: Registry,
  ctx: RequestContext,
  source: ContainerLogSource,
  {
    container,
    output,
    pod,
    signal,
  }: { pod: Pod; container: string; output: ByteSink; signal: AbortSignal },
): Promise<void> {
  const { name = '', namespace } = pod.metadata;
  const sinceTime = new Date(registry.clock.now()).toISOString();
  const options = { container, sinceTime };
  const { log, run } = await admitToLog(
    registry,
    ctx,
    source,
    { target: { namespace, name }, options },
    pod,
  );
  if (!run) return;
  await followRun({
    registry,
    ctx,
    log,
    pod,
    run,
    writer: new LogWriter(output, {}, Date.parse(sinceTime)),
    signal,
  });
}

interface Following {
  readonly registry: Registry;
  readonly ctx: RequestContext;
  readonly log: ContainerLogSource;
  readonly pod: Pod;
  readonly run: RunOfLog;
  readonly writer: LogWriter;
  readonly signal: AbortSignal;
}

async function followRun({
  ctx,
  log,
  pod,
  registry,
  run,
  signal,
  writer,
}: Following): Promise<void> {
  const { name = '', namespace, uid } = pod.metadata;
  let looksLeft = LAST_LOOKS;
  while (!signal.aborted && looksLeft > 0) {
    await sleep(systemClock, POLL_MS, signal);
    const current = await currentObject(registry, { ...ctx, signal }, corePods, {
      namespace,
      name,
    }).catch(ignoreGone);
    const isOver = !current || current.metadata.uid !== uid || hasRunEnded(current, run);
    if (isOver) looksLeft--;
    const lines = await log.read({ ...run, sinceMs: writer.sinceMs, maxBytes: MAX_STEP_BYTES });
    if (!(await writer.write(lines))) return;
  }
}

/** What is read in one go. */
const MAX_STEP_BYTES = 1_048_576;

function ignoreGone(thrown: unknown): undefined {
  // Ignored: the log of a Pod that is gone ends.
  if (isApiError(thrown, 'NotFound')) return undefined;
  throw thrown;
}

/** Writes each line once, and no more bytes than are asked for. */
class LogWriter {
  readonly #output: ByteSink;
  readonly #options: PodLogOptions;
  /** From when on lines are to be read: those of this very millisecond may have company. */
  sinceMs: number;
  #writtenAtSince = new Set<number>();
  #bytesLeft: number;

  constructor(output: ByteSink, options: PodLogOptions, sinceMs = 0) {
    this.#output = output;
    this.#options = options;
    this.sinceMs = sinceMs;
    this.#bytesLeft = options.limitBytes ?? Number.POSITIVE_INFINITY;
  }

  /** @returns whether more may be written */
  async write(lines: readonly PrintedLine[]): Promise<boolean> {
    const fresh = lines.filter((line) => this.#isFresh(line));
    if (fresh.length === 0) return true;
    const text = Buffer.from(fresh.map((line) => formatLine(line, this.#options)).join(''));
    const taken = text.subarray(0, Math.min(text.length, this.#bytesLeft));
    this.#bytesLeft -= taken.length;
    await this.#output.write(taken);
    return this.#bytesLeft > 0;
  }

  #isFresh({ number, timeMs }: PrintedLine): boolean {
    if (timeMs < this.sinceMs || (timeMs === this.sinceMs && this.#writtenAtSince.has(number)))
      return false;
    if (timeMs > this.sinceMs) this.#writtenAtSince = new Set();
    this.sinceMs = timeMs;
    this.#writtenAtSince.add(number);
    return true;
  }
}
