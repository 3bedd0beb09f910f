import { andThen } from '../../../lib/maybe-promise.ts';
import type { WebhookClient } from '../../webhooks/webhook-client.ts';
import { isExempt } from '../matching/rules.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../plugin.ts';
import { askWebhook } from './ask-webhook.ts';
import { type RegisteredWebhook, webhooksConcerning } from './webhook-index.ts';
import { matchWebhook } from './webhook-match.ts';

const CONFIGURATIONS = {
  group: 'admissionregistration.k8s.io',
  resource: 'validatingwebhookconfigurations',
};

/** Has requests judged by the cluster's validating webhooks, all at once. */
export function createValidatingWebhook(client: WebhookClient): AdmissionPlugin {
  return {
    name: 'ValidatingAdmissionWebhook',
    reads: [CONFIGURATIONS, { group: '', resource: 'namespaces' }],
    handles: (resource) => !isExempt(resource),
    validate(request) {
      const webhooks = webhooksConcerning(request, CONFIGURATIONS);
      if (webhooks.length === 0) return;
      return judge(client, webhooks, request);
    },
  };
}

/** @throws what the first of them says, once all have said what they have to */
async function judge(
  client: WebhookClient,
  webhooks: readonly RegisteredWebhook[],
  request: AdmissionRequest,
): Promise<void> {
  const outcomes = await Promise.allSettled(
    webhooks.map(async (registered) => {
      await andThen(
        matchWebhook(registered, request),
        (definition) => definition && askWebhook(client, registered.webhook, request, definition),
      );
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
