/**
 * Whatever is sent, the answer is an object or an ApiError: nothing that a client can say is an InternalError, or an
 * exception of some plugin that did not expect it.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isApiError } from '../../../src/scheme/errors.ts';
import {
  appsDeployments,
  coreConfigMaps,
  corePods,
  coreServices,
} from '../../../src/scheme/generated/resources.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import type { ResourceDefinition, ResourceRef } from '../../../src/scheme/resource.ts';
import {
  configMap,
  deploymentManifest,
  podManifest,
  serviceManifest,
} from '../../support/api-objects.ts';
import { arbitraryObject } from '../../support/arbitrary-object.ts';
import { type TestApi, testApi } from '../../support/plane.ts';
import { testSeed } from '../../support/test-seed.ts';

const seed = testSeed();
const dryRun = { dryRun: true };
let api: TestApi;

beforeAll(async () => {
  api = await testApi();
  await api.client.create(coreConfigMaps, configMap('fuzz', { a: '1' }));
  await api.client.create(corePods, podManifest('fuzz'));
  await api.client.create(coreServices, serviceManifest('fuzz'));
  await api.client.create(appsDeployments, deploymentManifest('fuzz'));
});

afterAll(async () => api[Symbol.asyncDispose]());

/** The object that a request gave, or undefined when it was refused as requests are. */
async function outcome<T>(request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (thrown) {
    if (isApiError(thrown) && thrown.reason !== 'InternalError') return undefined;
    throw thrown;
  }
}

const placed = (definition: ResourceDefinition, object: object): ApiObject => {
  const { metadata } = object as { metadata?: object };
  const namespace = definition.namespaced ? { namespace: 'default' } : {};
  const { resourceVersion: _, ...rest } = (metadata ?? {}) as Record<string, unknown>;
  return {
    ...object,
    metadata: { ...rest, name: 'fuzz-it', ...namespace },
  } as unknown as ApiObject;
};

describe('an object of the right types with values at random', () => {
  test('is created or refused, whatever its kind', async () => {
    const all = api.scheme.served().filter(({ verbs }) => verbs.includes('create'));
    // Another third of the kinds with each seed: generators of deep types are slow to build.
    const count = Math.ceil(all.length / 3);
    const third = fc.subarray([...all], { minLength: count, maxLength: count });
    const [definitions = []] = fc.sample(third, { seed, numRuns: 1 });
    for (const definition of definitions) {
      const objects = fc.sample(arbitraryObject(api.scheme, definition), { seed, numRuns: 3 });
      for (const object of objects) {
        await outcome(() => api.client.create(definition, placed(definition, object), dryRun));
      }
    }
  });

  test('is applied or refused over an object that is there', async () => {
    for (const ref of [corePods, coreServices, appsDeployments, coreConfigMaps]) {
      const definition = api.scheme.find(
        ref.group,
        ref.version,
        ref.resource,
      ) as ResourceDefinition;
      const objects = fc.sample(arbitraryObject(api.scheme, definition), { seed, numRuns: 15 });
      for (const object of objects) {
        const manifest = placed(definition, object);
        const named = { ...manifest, metadata: { ...manifest.metadata, name: 'fuzz' } };
        await outcome(() => api.client.apply(ref as ResourceRef, named, dryRun));
        await outcome(() => api.client.update(ref as ResourceRef, named, dryRun));
        await outcome(() =>
          api.client.update(ref as ResourceRef, named, { ...dryRun, subresource: 'status' }),
        );
      }
    }
  });
});

describe('JSON of any shape', () => {
  const anything = fc.jsonValue({ maxDepth: 3 });
  const target = { namespace: 'default', name: 'fuzz' };

  /** A valid manifest in which one member, at any depth, is something else. */
  function mangled(manifest: object): fc.Arbitrary<object> {
    const paths = pathsOf(manifest);
    return fc
      .tuple(fc.constantFrom(...paths), anything)
      .map(([path, value]) => replaceAt(manifest, path, value) as object);
  }

  test('in place of a part of a manifest is refused or taken by every verb', async () => {
    const manifests: [ResourceRef, object][] = [
      [corePods, podManifest('fuzz')],
      [appsDeployments, deploymentManifest('fuzz')],
      [coreServices, serviceManifest('fuzz')],
    ];
    for (const [ref, manifest] of manifests) {
      for (const object of fc.sample(mangled(manifest), { seed, numRuns: 60 })) {
        await outcome(() => api.client.create(ref, object as never, dryRun));
        await outcome(() => api.client.update(ref, object as never, dryRun));
        await outcome(() => api.client.apply(ref, object as never, dryRun));
        const patch = { type: 'strategic' as const, patch: object };
        await outcome(() => api.client.patch(ref, target, patch, dryRun));
        await outcome(() =>
          api.client.transaction([{ type: 'create', ref, object: object as never }], dryRun),
        );
      }
    }
  });

  test('in place of a name is refused in words, even what cannot become a text', async () => {
    const odd = { toString: 1, valueOf: null };
    for (const metadata of [{ name: odd }, { name: 'a', namespace: odd }, { generateName: odd }]) {
      const object = { ...podManifest('fuzz'), metadata } as never;
      for (const verb of ['update', 'apply'] as const) {
        await expect(api.client[verb](corePods, object, dryRun)).rejects.toMatchObject({
          reason: 'BadRequest',
        });
      }
    }
  });

  test('as a whole body is refused or taken by every verb', async () => {
    for (const body of fc.sample(anything, { seed, numRuns: 100 })) {
      const value = body as never;
      await outcome(() => api.client.create(coreConfigMaps, value, dryRun));
      await outcome(() => api.client.update(coreConfigMaps, value, dryRun));
      await outcome(() => api.client.apply(coreConfigMaps, value, dryRun));
      for (const type of ['merge', 'strategic'] as const) {
        await outcome(() =>
          api.client.patch(coreConfigMaps, target, { type, patch: value }, dryRun),
        );
      }
      const operations = { type: 'json' as const, operations: value };
      await outcome(() => api.client.patch(coreConfigMaps, target, operations, dryRun));
      for (const subresource of ['binding', 'eviction']) {
        await outcome(() =>
          api.client.createSubresource(corePods, target, subresource, value, dryRun),
        );
      }
      const scale = { ...dryRun, subresource: 'scale' };
      const scaling = { type: 'merge' as const, patch: value };
      await outcome(() => api.client.patch(appsDeployments, target, scaling, scale));
      await outcome(() =>
        api.client.transaction([{ type: 'create', ref: coreConfigMaps, object: value }], dryRun),
      );
    }
  });
});

test('after all of that nothing has been written', async () => {
  const { items } = await api.client.list(coreConfigMaps, { namespace: 'default' });
  expect(items.map(({ metadata, data }) => [metadata.name, data])).toEqual([['fuzz', { a: '1' }]]);
  const pods = await api.client.list(corePods);
  expect(pods.items.map(({ spec }) => spec?.nodeName)).toEqual([undefined]);
});

type Path = readonly (string | number)[];

function pathsOf(value: unknown, prefix: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const path = [...prefix, Array.isArray(value) ? Number(key) : key];
    return [path, ...pathsOf(member, path)];
  });
}

function replaceAt(value: unknown, [key, ...rest]: Path, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  const members = copy as Record<string | number, unknown>;
  members[key] = replaceAt(members[key], rest, replacement);
  return copy;
}
