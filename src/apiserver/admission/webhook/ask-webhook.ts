import { randomUUID } from 'node:crypto';
import { toError } from '../../../lib/errors.ts';
import { isApiError } from '../../../scheme/errors.ts';
import { REVIEW_VERSIONS } from '../../../scheme/groups/admissionregistration/webhook-configuration.ts';
import type { ResourceDefinition } from '../../../scheme/resource.ts';
import { WebhookCallError, type WebhookClient } from '../../webhooks/webhook-client.ts';
import { targetOf } from '../../webhooks/webhook-target.ts';
import { versionedObjects } from '../matching/versions.ts';
import type { AdmissionRequest } from '../plugin.ts';
import { buildReview, parseReview, ReviewError, type ReviewResponse } from './admission-review.ts';
import { deniedBy, dryRunUnsupported, failedCalling } from './webhook-errors.ts';
import type { Webhook } from './webhook-index.ts';

/**
 * Asks a webhook, passes its warnings and notes on, and resolves with what it answered; with undefined when it cannot be
 * asked and is to be ignored then. @throws {ApiError} when it denies, or fails and is not to be ignored
 */
export async function askWebhook(
  client: WebhookClient,
  webhook: Webhook,
  request: AdmissionRequest,
  definition: ResourceDefinition,
): Promise<ReviewResponse | undefined> {
  const { name, sideEffects, failurePolicy } = webhook;
  if (request.isDryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') {
    throw dryRunUnsupported(name);
  }
  try {
    const response = await call(client, webhook, request, definition);
    pass(name, request, response);
    if (!response.allowed) throw deniedBy(name, response.status);
    return response;
  } catch (error) {
    if (isApiError(error) || !isCallFailure(error)) throw error;
    if (failurePolicy === 'Ignore') return undefined;
    throw failedCalling(name, toError(error));
  }
}

export function isCallFailure(error: unknown): error is Error {
  return error instanceof WebhookCallError || error instanceof ReviewError;
}

async function call(
  client: WebhookClient,
  webhook: Webhook,
  request: AdmissionRequest,
  definition: ResourceDefinition,
): Promise<ReviewResponse> {
  const { admissionReviewVersions, clientConfig, timeoutSeconds = 10 } = webhook;
  const version = admissionReviewVersions.find((known) => REVIEW_VERSIONS.includes(known));
  if (!version) throw new ReviewError('webhook does not accept known AdmissionReview versions');
  const review = { version, uid: randomUUID() };
  const answer = await client.call({
    target: await targetOf(clientConfig, (resource) => request.state.open(resource)),
    body: buildReview(request, versionedObjects(request, definition), review),
    timeoutSeconds,
    signal: request.options.signal,
  });
  return parseReview(answer, review);
}

function pass(name: string, request: AdmissionRequest, response: ReviewResponse): void {
  for (const warning of response.warnings) request.warn(warning);
  for (const [key, value] of Object.entries(response.auditAnnotations)) {
    request.annotate(`${name}/${key}`, value);
  }
}
