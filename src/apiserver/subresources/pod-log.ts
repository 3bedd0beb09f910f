import { type ContainerRun, MAX_RUN_BYTES } from '../../lib/container-log.ts';
import { ApiError } from '../../scheme/errors.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { Target } from '../client.ts';
import type { Registry } from '../registry/registry.ts';
import type { RequestContext } from '../request-context.ts';
import { currentObject } from './current-object.ts';
import { assertValidLogOptions, type PodLogOptions } from './pod-log-options.ts';
import { containerOf, restartCountOf } from './run-of-container.ts';

export interface PrintedLine {
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** Which it is of the lines of the same millisecond. */
  readonly number: number;
  /** Without its line end. */
  readonly text: string;
}

/** What containers printed. */
export interface ContainerLogSource {
  /** The newest lines of one run that are asked for, oldest first. */
  read(
    query: ContainerRun & {
      readonly sinceMs?: number | undefined;
      readonly tailLines?: number | undefined;
      readonly maxBytes: number;
    },
  ): Promise<readonly PrintedLine[]>;
}

/**
 * Reads `pods/log`: what a container printed, each line with its end. A Pod that no node runs yet has printed nothing.
 * @param source undefined where this server keeps no logs
 * @throws {ApiError} Forbidden, NotFound, Invalid for the options, BadRequest for a container that has no log
 */
export async function readPodLog(
  registry: Registry,
  ctx: RequestContext,
  source: ContainerLogSource | undefined,
  request: LogRequest,
): Promise<string> {
  const { options } = request;
  const { log, run } = await admitToLog(registry, ctx, source, request);
  if (!run) return '';
  const lines = await readRun(log, run, options, registry.clock.now());
  return cut(lines.map((line) => formatLine(line, options)).join(''), options.limitBytes);
}

export interface LogRequest {
  readonly target: Target;
  readonly options: PodLogOptions;
}

/** The run whose log is asked for. */
export type RunOfLog = ContainerRun;

interface AdmittedToLog {
  readonly pod: Pod;
  readonly log: ContainerLogSource;
  /** Undefined for a Pod that no node runs yet. */
  readonly run: RunOfLog | undefined;
}

/**
 * Which log is meant, for whoever may read it.
 * @param known the Pod, for whoever has been admitted to it some other way
 */
export async function admitToLog(
  registry: Registry,
  ctx: RequestContext,
  source: ContainerLogSource | undefined,
  { options, target }: LogRequest,
  known?: Pod,
): Promise<AdmittedToLog> {
  const pod = known ?? (await findPod(registry, ctx, target));
  if (!source) throw new ApiError('NotFound', 'this server keeps no logs of containers');
  assertValidLogOptions(target.name, options);
  const container = containerOf(pod, options.container);
  if (!pod.spec?.nodeName) return { pod, log: source, run: undefined };
  const podUid = pod.metadata.uid ?? '';
  const restartCount = restartCountOf(pod, container, options.previous ?? false);
  return { pod, log: source, run: { podUid, container, restartCount } };
}

/** The lines of a run that the options ask for. */
export function readRun(
  log: ContainerLogSource,
  run: RunOfLog,
  options: PodLogOptions,
  nowMs: number,
): Promise<readonly PrintedLine[]> {
  const { tailLines } = options;
  return log.read({
    ...run,
    sinceMs: sinceMsOf(options, nowMs),
    tailLines,
    maxBytes: MAX_RUN_BYTES,
  });
}

async function findPod(registry: Registry, ctx: RequestContext, target: Target): Promise<Pod> {
  const resource = registry.resources.resolve(corePods);
  await assertAuthorized(registry.authorizer, ctx.user, {
    verb: 'get',
    resource: resource.definition,
    subresource: 'log',
    namespace: resource.namespaceOf(target),
    name: target.name,
  });
  return currentObject(registry, ctx, corePods, target);
}

function sinceMsOf({ sinceSeconds, sinceTime }: PodLogOptions, nowMs: number): number | undefined {
  if (sinceTime !== undefined) return Date.parse(sinceTime);
  return sinceSeconds === undefined ? undefined : nowMs - sinceSeconds * 1_000;
}

/** As it is shown: with its end, and its time where that is asked for. */
export function formatLine({ text, timeMs }: PrintedLine, { timestamps }: PodLogOptions): string {
  return timestamps ? `${toRfc3339Nano(timeMs)} ${text}\n` : `${text}\n`;
}

/** As kubelets stamp lines: always nine digits of a second. */
function toRfc3339Nano(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000000Z');
}

/** The first `limitBytes` of `text`, without a character of which only a part is within. */
function cut(text: string, limitBytes: number | undefined): string {
  if (limitBytes === undefined) return text;
  const bytes = Buffer.from(text).subarray(0, limitBytes);
  return new TextDecoder().decode(bytes, { stream: true });
}
