import { eachInTurn } from '../../../lib/maybe-promise.ts';
import { isApiError } from '../../../scheme/errors.ts';
import { applyJsonPatch } from '../../../scheme/patch/json-patch.ts';
import type { ResourceDefinition } from '../../../scheme/resource.ts';
import type { WebhookClient } from '../../webhooks/webhook-client.ts';
import { Reinvocations } from '../matching/reinvocations.ts';
import { isExempt } from '../matching/rules.ts';
import { fromVersion, versionedObjects } from '../matching/versions.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../plugin.ts';
import { askWebhook } from './ask-webhook.ts';
import { failedCalling } from './webhook-errors.ts';
import { type RegisteredWebhook, webhooksConcerning } from './webhook-index.ts';
import { matchWebhook } from './webhook-match.ts';

const CONFIGURATIONS = {
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingwebhookconfigurations',
};

/** Has requests changed by the cluster's mutating webhooks, one after another, by the names of their configurations. */
export function createMutatingWebhook(client: WebhookClient): AdmissionPlugin {
  const reinvocations = new Reinvocations();
  return {
    name: 'MutatingAdmissionWebhook',
    reads: [CONFIGURATIONS, { group: '', resource: 'namespaces' }],
    handles: (resource) => !isExempt(resource),
    admit(request) {
      const webhooks = webhooksConcerning(request, CONFIGURATIONS);
      if (webhooks.length === 0) return;
      return eachInTurn(webhooks, (registered) => {
        const isRepeatable = registered.webhook.reinvocationPolicy === 'IfNeeded';
        if (!reinvocations.isDue(request, registered, isRepeatable)) return;
        return mutate(client, registered, request, reinvocations);
      });
    },
  };
}

async function mutate(
  client: WebhookClient,
  registered: RegisteredWebhook,
  request: AdmissionRequest,
  reinvocations: Reinvocations,
): Promise<void> {
  const definition = await matchWebhook(registered, request);
  if (!definition) return;
  const before = request.object;
  const response = await askWebhook(client, registered.webhook, request, definition);
  if (response?.patch !== undefined) patch(registered, request, definition, response.patch);
  reinvocations.settle(request, registered, before);
}

function patch(
  { webhook }: RegisteredWebhook,
  request: AdmissionRequest,
  definition: ResourceDefinition,
  operations: unknown,
): void {
  const { object } = versionedObjects(request, definition);
  // There is nothing to change about an object that goes.
  if (!object || (Array.isArray(operations) && operations.length === 0)) return;
  try {
    const changed = applyJsonPatch(object, operations);
    request.object = fromVersion(request, definition, changed, 'Ignore');
  } catch (error) {
    if (isApiError(error)) throw failedCalling(webhook.name, error);
    throw error;
  }
}
