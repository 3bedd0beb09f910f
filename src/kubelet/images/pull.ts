/** What comes of a container's image when the container is to start: present, pulled, or a reason why not. Pure. */
import { exponentialBackoffMs } from '../../lib/backoff.ts';
import { findCondition } from '../../scheme/conditions.ts';
import type { Container, Pod } from '../../scheme/generated/types/core-v1.ts';
import { ANNOTATION_PRIVATE_REGISTRIES, declaredPullError } from '../annotations.ts';
import type { PodContext } from '../stage.ts';
import type { ContainerSlot } from '../status/container-slots.ts';
import { canonicalName, isImageName, registryOf, withDefaultTag } from './image-name.ts';
import { imageFacts } from './image-size.ts';

export const REASON_ERR_IMAGE_PULL = 'ErrImagePull';
export const REASON_IMAGE_PULL_BACK_OFF = 'ImagePullBackOff';
const REASON_ERR_IMAGE_NEVER_PULL = 'ErrImageNeverPull';
export const REASON_INVALID_IMAGE_NAME = 'InvalidImageName';

/** Reasons for which a container waits because of its image; each is tried again. */
const IMAGE_REASONS: ReadonlySet<string> = new Set([
  REASON_ERR_IMAGE_PULL,
  REASON_IMAGE_PULL_BACK_OFF,
  REASON_ERR_IMAGE_NEVER_PULL,
  REASON_INVALID_IMAGE_NAME,
]);

export function isImageReason(reason: string | undefined): boolean {
  return reason !== undefined && IMAGE_REASONS.has(reason);
}

/** The kubelet's wait between attempts at an image. */
const PULL_BACKOFF = { baseMs: 10_000, maxMs: 300_000 };

export type ImageOutcome =
  | { readonly kind: 'present' }
  | {
      readonly kind: 'pulled';
      readonly durationMs: number;
      /** How long the pull waited for others before. */
      readonly waitedMs: number;
      readonly sizeBytes: number;
    }
  /** It was tried in vain, or may not be tried. */
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string };

export type ImagePullPolicy = 'Always' | 'IfNotPresent' | 'Never';

/** How often the image is pulled: what the container says, or as the API server fills in. */
export function pullPolicyOf({ image = '', imagePullPolicy }: Container): ImagePullPolicy {
  if (imagePullPolicy) return imagePullPolicy as ImagePullPolicy;
  return withDefaultTag(image).endsWith(':latest') ? 'Always' : 'IfNotPresent';
}

/** Whether starting the container means asking a registry. */
export function mustPull(container: Container, { images }: PodContext): boolean {
  const { image = '' } = container;
  const policy = pullPolicyOf(container);
  return isImageName(image) && (policy === 'Always' || (policy !== 'Never' && !images.has(image)));
}

/** How long the pull takes: nothing for what the node has already, and only its digest is asked for. */
export function pullDurationMs({ image = '' }: Container, ctx: PodContext): number {
  if (ctx.images.has(image)) return 0;
  const { sizeBytes } = imageFacts(image);
  return Math.ceil((sizeBytes * 1_000) / ctx.settings.imagePullBytesPerSecond) * ctx.pullSlowdown;
}

/** What is said when a slow pull begins. */
export function pullAnnouncement(image: string): string {
  return `pulling ${image}`;
}

export function imageOutcome(pod: Pod, container: Container, ctx: PodContext): ImageOutcome {
  const { image = '' } = container;
  if (!isImageName(image)) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
    return { kind: 'failed', reason: REASON_INVALID_IMAGE_NAME, message };
  }
  if (mustPull(container, ctx)) return pullOutcome(pod, container, ctx);
  const isPresent = ctx.images.has(image);
  if (isPresent && isForPod(pod, image, ctx)) return { kind: 'present' };
  if (pullPolicyOf(container) !== 'Never') return pullOutcome(pod, container, ctx);
  const why = isPresent
    ? 'is present with pull policy of Never but does not have the proper auth (image secret) that was used to pull the image'
    : 'is not present with pull policy of Never';
  const message = `Container image "${image}" ${why}`;
  return { kind: 'failed', reason: REASON_ERR_IMAGE_NEVER_PULL, message };
}

/** What one Pod has pulled by its secrets is not for others that have none. What came with the node is for all. */
function isForPod(pod: Pod, image: string, ctx: PodContext): boolean {
  return ctx.images.isPreloaded(image) || mayPull(pod, image, ctx);
}

function mayPull(pod: Pod, image: string, ctx: PodContext): boolean {
  return !needsCredentials(pod, image, ctx) || ctx.sources.registries.has(registryOf(image));
}

function pullOutcome(pod: Pod, container: Container, ctx: PodContext): ImageOutcome {
  const { image = '', name } = container;
  const error = declaredPullError(pod, name);
  if (error !== undefined) return refused(image, 'NotFound', `${canonicalName(image)}: ${error}`);
  if (!mayPull(pod, image, ctx)) {
    const why =
      'pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials';
    return refused(image, 'Unknown', why);
  }
  const { sizeBytes } = imageFacts(image);
  const durationMs = pullDurationMs(container, ctx);
  const waitedMs = durationMs === 0 ? 0 : ctx.pulls.waitedMs(image);
  return { kind: 'pulled', durationMs, waitedMs, sizeBytes };
}

function refused(image: string, code: string, why: string): ImageOutcome {
  const name = canonicalName(image);
  const message = `rpc error: code = ${code} desc = failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${why}`;
  return { kind: 'failed', reason: REASON_ERR_IMAGE_PULL, message };
}

/** Whether the registry is one that annotations of the Pod or of its node say is private. */
function needsCredentials(pod: Pod, image: string, { node }: PodContext): boolean {
  const registry = registryOf(image);
  return [pod, node].some(({ metadata }) =>
    (metadata.annotations?.[ANNOTATION_PRIVATE_REGISTRIES] ?? '')
      .split(',')
      .some((host) => host.trim() === registry),
  );
}

/**
 * When the next attempt at an image is, in milliseconds since the epoch. Attempts are counted from the moment that the
 * containers could first start, so that every process, and one that starts again, finds the same times.
 */
export function nextPullMs({ status }: Pod, nowMs: number): number {
  const sinceMs = ['PodReadyToStartContainers', 'Initialized']
    .map((type) => Date.parse(findCondition(status?.conditions, type)?.lastTransitionTime ?? ''))
    .reduce((latest, ms) => (ms > latest ? ms : latest), Date.parse(status?.startTime ?? ''));
  let attemptMs = sinceMs;
  for (let failures = 1; attemptMs <= nowMs; failures++) {
    const waitMs = exponentialBackoffMs(failures, PULL_BACKOFF);
    // Once the wait no longer grows, whole waits are skipped at once.
    const skipped = waitMs < PULL_BACKOFF.maxMs ? 1 : Math.floor((nowMs - attemptMs) / waitMs) + 1;
    attemptMs += waitMs * skipped;
  }
  return attemptMs;
}

/** Whether the container waits for an image that its spec no longer names. */
export function hasNewImage({ container, status }: ContainerSlot): boolean {
  return status !== undefined && status.image !== container.image;
}
