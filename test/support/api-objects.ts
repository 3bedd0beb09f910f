import type { NewObject } from '../../src/apiserver/client.ts';
import type { Deployment } from '../../src/scheme/generated/types/apps-v1.ts';
import type {
  ConfigMap,
  Pod,
  Service,
  ServiceSpec,
} from '../../src/scheme/generated/types/core-v1.ts';

/** Manifests as a user would write them: only what must be said. */
export const configMap = (
  name: string,
  data: Record<string, string> = {},
): NewObject<ConfigMap> => ({
  metadata: { name, namespace: 'default' },
  data,
});

export const podManifest = (
  name: string,
  labels: Record<string, string> = { app: 'web' },
): NewObject<Pod> => ({
  metadata: { name, namespace: 'default', labels },
  spec: { containers: [{ name: 'nginx', image: 'nginx:1.7.9' }] },
});

export const deploymentManifest = (name: string, replicas = 2): NewObject<Deployment> => ({
  metadata: { name, namespace: 'default', labels: { app: name } },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: 'nginx', image: 'nginx:1.7.9', ports: [{ containerPort: 80 }] }],
      },
    },
  },
});

export const serviceManifest = (name: string, spec: ServiceSpec = {}): NewObject<Service> => ({
  metadata: { name, namespace: 'default' },
  spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
});
