import { type ContainerRun, MAX_RUN_BYTES } from '../../lib/container-log.ts';
import { ApiError, notFound } from '../../scheme/errors.ts';
import { corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { assertAuthorized } from '../authorization/authorizer.ts';
import type { Target } from '../client.ts';
import { cacheAsOf } from '../registry/get.ts';
import type { Registry } from '../registry/registry.ts';
import type { RequestContext } from '../request-context.ts';
import { assertValidLogOptions, type PodLogOptions } from './pod-log-options.ts';
import { containerOf, restartCountOf } from './run-of-container.ts';

interface PrintedLine {
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
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
  { target, options }: { readonly target: Target; readonly options: PodLogOptions },
): Promise<string> {
  const pod = await findPod(registry, ctx, target);
  if (!source) throw new ApiError('NotFound', 'this server keeps no logs of containers');
  assertValidLogOptions(target.name, options);
  const container = containerOf(pod, options.container);
  if (!pod.spec?.nodeName) return '';
  const lines = await source.read({
    podUid: pod.metadata.uid ?? '',
    container,
    restartCount: restartCountOf(pod, container, options.previous ?? false),
    sinceMs: sinceMsOf(options, registry.clock.now()),
    tailLines: options.tailLines,
    maxBytes: MAX_RUN_BYTES,
  });
  return cut(lines.map((line) => print(line, options)).join(''), options.limitBytes);
}

async function findPod(registry: Registry, ctx: RequestContext, target: Target): Promise<Pod> {
  const resource = registry.resources.resolve(corePods);
  const namespace = resource.namespaceOf(target);
  const { name } = target;
  await assertAuthorized(registry.authorizer, ctx.user, {
    verb: 'get',
    resource: resource.definition,
    subresource: 'log',
    namespace,
    name,
  });
  const cache = await cacheAsOf(registry, await resource.ready(), undefined, ctx.signal);
  const pod = cache.get(namespace, name);
  if (!pod) throw notFound(resource.nameOf(name, namespace));
  return pod as Pod;
}

function sinceMsOf({ sinceSeconds, sinceTime }: PodLogOptions, nowMs: number): number | undefined {
  if (sinceTime !== undefined) return Date.parse(sinceTime);
  return sinceSeconds === undefined ? undefined : nowMs - sinceSeconds * 1_000;
}

function print({ text, timeMs }: PrintedLine, { timestamps }: PodLogOptions): string {
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
