import type { ApiClient } from '../../src/apiserver/client.ts';
import {
  admissionregistrationMutatingWebhookConfigurations,
  admissionregistrationValidatingWebhookConfigurations,
  coreConfigMaps,
} from '../../src/scheme/generated/resources.ts';
import type {
  MutatingWebhook,
  ValidatingWebhook,
} from '../../src/scheme/generated/types/admissionregistration-v1.ts';
import { configMap } from './api-objects.ts';
import type { WebhookServer } from './webhook-server.ts';

const apiVersion = 'admissionregistration.k8s.io/v1';
export const WEBHOOK_NAME = 'hook.example.com';

/** A registration for ConfigMaps, as far as `changes` say nothing else. */
export function webhookOf(server: WebhookServer, changes: Partial<MutatingWebhook> = {}) {
  return {
    name: WEBHOOK_NAME,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None' as const,
    clientConfig: { url: `${server.url}/review`, caBundle: server.caBundle },
    rules: [
      {
        apiGroups: [''],
        apiVersions: ['v1'],
        operations: ['*' as const],
        resources: ['configmaps'],
      },
    ],
    ...changes,
  };
}

export const validateBy = (client: ApiClient, webhooks: ValidatingWebhook[], name = 'hooks') =>
  client.create(admissionregistrationValidatingWebhookConfigurations, {
    apiVersion,
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks,
  });

export const mutateBy = (client: ApiClient, webhooks: MutatingWebhook[], name = 'hooks') =>
  client.create(admissionregistrationMutatingWebhookConfigurations, {
    apiVersion,
    kind: 'MutatingWebhookConfiguration',
    metadata: { name },
    webhooks,
  });

export const createConfigMap = (client: ApiClient, name = 'a') =>
  client.create(coreConfigMaps, configMap(name));
