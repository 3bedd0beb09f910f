import type { Deployment, DeploymentSpec } from '../../../../src/scheme/generated/types/apps-v1.ts';
import type { Node, Pod } from '../../../../src/scheme/generated/types/core-v1.ts';

/** A Deployment of nginx, as a user would write it. */
export function deploymentManifest(
  name: string,
  spec: Partial<DeploymentSpec> & { readonly image?: string } = {},
): object {
  const { image = 'nginx:1.7.9', ...rest } = spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'nginx', image }] },
      },
      ...rest,
    },
  };
}

export function configMapManifest(name: string, data: Record<string, string> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

/** What switches a simulated node on and off. */
export function powerManifest(name: string, power: 'on' | 'off'): object {
  const metadata = { name, annotations: { 'orrery.dev/power': power } };
  return { apiVersion: 'v1', kind: 'Node', metadata };
}

export function conditionOf(object: Pod | Node, type: string) {
  return object.status?.conditions?.find((condition) => condition.type === type);
}

export function isReady(object: Pod | Node): boolean {
  return conditionOf(object, 'Ready')?.status === 'True';
}

export function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Whether all that the Deployment wants is there, of the newest template, and nothing else. */
export function isRolledOut({ metadata, spec, status }: Deployment): boolean {
  const wanted = spec?.replicas;
  return (
    status?.observedGeneration === metadata.generation &&
    (status?.replicas ?? 0) === wanted &&
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted
  );
}

/** Whether all of its containers have ended for good. */
export function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
