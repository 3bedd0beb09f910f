import { randomUUID } from 'node:crypto';
import { toError } from '../../lib/errors.ts';
import { ApiError } from '../../scheme/errors.ts';
import type { WebhookClientConfig } from '../../scheme/generated/types/apiextensions-v1.ts';
import type { ApiObject, ObjectMeta } from '../../scheme/object.ts';
import type { WebhookClient } from '../webhooks/webhook-client.ts';
import { type OpenCache, targetOf } from '../webhooks/webhook-target.ts';

const TIMEOUT_SECONDS = 30;
/** Hundreds of objects are converted at once. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const REVIEW = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview' };

interface ConversionResponse {
  readonly uid?: unknown;
  readonly result?: { readonly status?: unknown; readonly message?: unknown };
  readonly convertedObjects?: unknown;
}

/** Where the webhook of a definition is, and how it is reached. */
export interface ConversionWebhook {
  readonly config: WebhookClientConfig;
  readonly client: WebhookClient;
  /** For the Services that its configuration may name, and what is behind them. */
  readonly open: OpenCache;
}

/**
 * Asks the webhook of a definition for `objects` in another version. What a conversion may not change (name, identity,
 * owners) is as it was, whatever the webhook answers. @throws {ApiError} InternalError that says what it did wrong
 */
export async function convertByWebhook(
  webhook: ConversionWebhook,
  objects: readonly ApiObject[],
  desiredAPIVersion: string,
): Promise<readonly ApiObject[]> {
  const [first] = objects;
  if (!first) return [];
  const uid = randomUUID();
  const fail = (why: string, cause?: unknown): ApiError =>
    new ApiError(
      'InternalError',
      `conversion webhook for ${first.apiVersion}, Kind=${first.kind} failed: ${why}`,
      undefined,
      { cause },
    );
  const body = { ...REVIEW, request: { uid, desiredAPIVersion, objects } };
  const answer = await ask(webhook, body).catch((thrown) => {
    throw fail(toError(thrown).message, thrown);
  });
  const { response } = (answer ?? {}) as { readonly response?: ConversionResponse };
  const problem = problemOf(response, uid, objects.length);
  if (problem) throw fail(problem);
  const converted = response?.convertedObjects as readonly ApiObject[];
  return objects.map((object, i) => {
    const wrong = wrongConversion(object, converted[i], desiredAPIVersion);
    if (wrong) throw fail(`invalid converted object at index ${i}: ${wrong}`);
    return restoreMetadata(converted[i] as ApiObject, object);
  });
}

async function ask({ config, client, open }: ConversionWebhook, body: object): Promise<unknown> {
  return client.call({
    target: await targetOf(config, open),
    body,
    timeoutSeconds: TIMEOUT_SECONDS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  });
}

function problemOf(
  response: ConversionResponse | undefined,
  uid: string,
  expected: number,
): string | undefined {
  if (!response) return 'webhook response is missing';
  if (response.uid !== uid) return `expected response.uid ${uid}, got ${String(response.uid)}`;
  const { status, message } = response.result ?? {};
  if (status !== 'Success') return String(message ?? 'response.result.status is not Success');
  const { convertedObjects } = response;
  const got = Array.isArray(convertedObjects) ? convertedObjects.length : 0;
  if (got === expected) return undefined;
  return `webhook returned ${got} objects, expected ${expected}`;
}

function wrongConversion(
  before: ApiObject,
  after: ApiObject | undefined,
  apiVersion: string,
): string | undefined {
  if (typeof after !== 'object' || after === null) return 'is no object';
  if (after.apiVersion !== apiVersion) return `must have apiVersion ${apiVersion}`;
  if (after.kind !== before.kind) return `must have kind ${before.kind}`;
  const { metadata } = after;
  if (typeof metadata !== 'object' || metadata === null) return 'metadata is missing';
  for (const field of ['name', 'namespace', 'uid'] as const) {
    if (metadata[field] !== before.metadata[field]) return `metadata.${field} must not change`;
  }
  return undefined;
}

/** Labels and annotations may be converted; nothing else of the metadata may. */
function restoreMetadata(converted: ApiObject, { metadata }: ApiObject): ApiObject {
  const { labels, annotations } = converted.metadata;
  const restored: ObjectMeta = { ...metadata };
  delete restored.labels;
  delete restored.annotations;
  return {
    ...converted,
    metadata: {
      ...restored,
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
    },
  };
}
