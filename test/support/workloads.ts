import type { NewObject } from '../../src/apiserver/client.ts';
import type {
  Deployment,
  DeploymentSpec,
  ReplicaSet,
} from '../../src/scheme/generated/types/apps-v1.ts';
import type {
  Pod,
  PodSpec,
  PodTemplateSpec,
  Service,
  ServiceSpec,
} from '../../src/scheme/generated/types/core-v1.ts';

/** Manifests as a user would write them; name what matters and take the rest. */

const LABELS = { app: 'web' };

export function podSpec(fields: Partial<PodSpec> = {}): PodSpec {
  return { containers: [{ name: 'web', image: 'nginx:1.7.9' }], ...fields };
}

export function podTemplate(fields: Partial<PodSpec> = {}, labels = LABELS): PodTemplateSpec {
  return { metadata: { labels }, spec: podSpec(fields) };
}

export interface WorkloadFields {
  readonly namespace?: string;
  readonly replicas?: number;
  readonly pod?: Partial<PodSpec>;
}

export function newReplicaSet(
  name: string,
  {
    namespace = 'default',
    replicas = 1,
    pod = {},
    ...spec
  }: WorkloadFields & Partial<ReplicaSet['spec']> = {},
): NewObject<ReplicaSet> {
  return {
    metadata: { name, namespace },
    spec: { replicas, selector: { matchLabels: LABELS }, template: podTemplate(pod), ...spec },
  };
}

export function newDeployment(
  name: string,
  {
    namespace = 'default',
    replicas = 1,
    pod = {},
    ...spec
  }: WorkloadFields & Partial<DeploymentSpec> = {},
): NewObject<Deployment> {
  return {
    metadata: { name, namespace },
    spec: { replicas, selector: { matchLabels: LABELS }, template: podTemplate(pod), ...spec },
  };
}

export function newPod(
  name: string,
  {
    namespace = 'default',
    labels = LABELS,
    ...spec
  }: { namespace?: string; labels?: Record<string, string> } & Partial<PodSpec> = {},
): NewObject<Pod> {
  return { metadata: { name, namespace, labels }, spec: podSpec(spec) };
}

export function newService(
  name: string,
  { namespace = 'default', ...spec }: { namespace?: string } & Partial<ServiceSpec> = {},
): NewObject<Service> {
  return {
    metadata: { name, namespace },
    spec: { selector: LABELS, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  };
}
