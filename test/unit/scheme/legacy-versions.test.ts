import { describe, expect, test } from '@jest/globals';
import { LEGACY_VERSIONS } from '../../../scripts/generate-scheme/legacy-versions.ts';
import { RESOURCE_DEFINITIONS } from '../../../src/scheme/generated/definitions.ts';
import { TYPE_SCHEMAS } from '../../../src/scheme/generated/schemas.ts';
import { toApiVersion } from '../../../src/scheme/object.ts';
import { eachStoredOnce, type ResourceDefinition } from '../../../src/scheme/resource.ts';
import { createScheme } from '../../../src/scheme/scheme.ts';
import type { FieldSchema } from '../../../src/scheme/structural-schema.ts';

const API = 'io.k8s.api';
const TYPES = new Map(TYPE_SCHEMAS.map((schema) => [schema.name, schema]));

const REMOVED = RESOURCE_DEFINITIONS.filter(({ deprecation }) => {
  const removedIn = deprecation?.removedIn ?? '2';
  return removedIn.localeCompare('1.36', 'en', { numeric: true }) <= 0;
});

function nameOf({ group, version, kind }: ResourceDefinition): string {
  return `${toApiVersion(group, version)} ${kind}`;
}

function definition(apiVersion: string, kind: string): ResourceDefinition {
  const found = RESOURCE_DEFINITIONS.find((each) => nameOf(each) === `${apiVersion} ${kind}`);
  if (!found) throw new Error(`no ${apiVersion} ${kind}`);
  return found;
}

function field(type: string, name: string): FieldSchema | undefined {
  return TYPES.get(`${API}.${type}`)?.fields[name];
}

describe('the versions that Kubernetes has removed', () => {
  test('are those of the table', () => {
    const named = LEGACY_VERSIONS.flatMap(({ group, version, kinds }) =>
      kinds.map((kind) => `${group}/${version} ${kind}`),
    );
    expect(REMOVED.map(nameOf).sort()).toEqual(named.sort());
  });

  test('say in the words of Kubernetes since when they are gone, and what to use', () => {
    expect(definition('apps/v1beta2', 'Deployment').deprecation).toEqual({
      message:
        'apps/v1beta2 Deployment is deprecated in v1.9+, unavailable in v1.16+; use apps/v1 Deployment',
      removedIn: '1.16',
    });
  });

  test.each([
    ['apps/v1beta2', 'Deployment', 'apps.v1'],
    ['autoscaling/v2beta2', 'HorizontalPodAutoscaler', 'autoscaling.v2'],
    ['batch/v1beta1', 'CronJob', 'batch.v1'],
    ['extensions/v1beta1', 'NetworkPolicy', 'networking.v1'],
    ['rbac.authorization.k8s.io/v1beta1', 'Role', 'rbac.v1'],
  ])('%s %s has today’s schema, because its fields are the same', (apiVersion, kind, place) => {
    expect(definition(apiVersion, kind).schemaName).toBe(`${API}.${place}.${kind}`);
  });

  test.each([
    ['apps/v1beta1', 'Deployment', 'apps.v1beta1.Deployment'],
    ['extensions/v1beta1', 'Deployment', 'extensions.v1beta1.Deployment'],
    ['extensions/v1beta1', 'Ingress', 'networking.v1beta1.Ingress'],
    [
      'autoscaling/v2beta1',
      'HorizontalPodAutoscaler',
      'autoscaling.v2beta1.HorizontalPodAutoscaler',
    ],
    [
      'flowcontrol.apiserver.k8s.io/v1beta2',
      'PriorityLevelConfiguration',
      'flowcontrol.v1beta1.PriorityLevelConfiguration',
    ],
  ])('%s %s has the schema %s, because its fields differ', (apiVersion, kind, schemaName) => {
    expect(definition(apiVersion, kind).schemaName).toBe(`${API}.${schemaName}`);
  });

  test('of another group are stored with today’s objects', () => {
    const storedAs = { group: 'apps', version: 'v1', resource: 'deployments' };
    expect(definition('extensions/v1beta1', 'Deployment').storedAs).toEqual(storedAs);
    expect(definition('events.k8s.io/v1beta1', 'Event').storedAs).toEqual(
      definition('events.k8s.io/v1', 'Event').storedAs,
    );
  });

  test.each([
    ['extensions.v1beta1.DeploymentSpec', 'rollbackTo', 'progressDeadlineSeconds'],
    ['networking.v1beta1.IngressBackend', 'servicePort', 'resource'],
    ['discovery.v1beta1.Endpoint', 'topology', 'nodeName'],
    ['autoscaling.v2beta1.ObjectMetricSource', 'targetValue', 'averageValue'],
    [
      'flowcontrol.v1beta1.LimitedPriorityLevelConfiguration',
      'assuredConcurrencyShares',
      'lendablePercent',
    ],
  ])('%s has %s of its own and %s too', (type, own, other) => {
    expect(field(type, own)).toBeDefined();
    expect(field(type, other)).toBeDefined();
  });

  test('have what their successors were given since, and not what replaced theirs', () => {
    const names = (type: string) => Object.keys(TYPES.get(`${API}.${type}`)?.fields ?? {});
    expect(names('apps.v1beta1.StatefulSetSpec')).toContain('persistentVolumeClaimRetentionPolicy');
    expect(names('networking.v1beta1.IngressSpec')).not.toContain('defaultBackend');
    expect(names('autoscaling.v2beta1.HorizontalPodAutoscalerSpec')).not.toContain('behavior');
  });

  test('are served when they are beta, and are alpha otherwise', () => {
    const scheme = createScheme({ strategies: new Map() });
    const served = new Set(scheme.served().map(nameOf));
    for (const each of REMOVED) expect(served.has(nameOf(each))).toBe(each.stability === 'beta');
  });

  test('show no object twice to whoever goes through all resources', () => {
    const scheme = createScheme({ strategies: new Map(), runtimeConfig: 'api/all=true' });
    const once = eachStoredOnce(scheme.served());
    const storages = once.map((each) => nameOf(scheme.storageOf(each)));
    expect(new Set(storages).size).toBe(storages.length);
    expect(once.filter((each) => scheme.storageOf(each) !== each)).toEqual([]);
  });
});
