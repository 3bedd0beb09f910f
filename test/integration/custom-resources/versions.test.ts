import { describe, expect, test } from '@jest/globals';
import {
  coreServices,
  apiextensionsCustomResourceDefinitions as definitions,
  discoveryEndpointSlices,
} from '../../../src/scheme/generated/resources.ts';
import type {
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../../../src/scheme/generated/types/apiextensions-v1.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import {
  type ConversionServer,
  conversionServer,
  eachObject,
} from '../../support/conversion-server.ts';
import {
  installDefinition,
  versionOf,
  type Widget,
  widget,
  widgetDefinition,
  widgets,
} from '../../support/custom-resources.ts';
import { eventually } from '../../support/eventually.ts';
import { type TestApi, testApi } from '../../support/plane.ts';
import { settled } from '../../support/settled.ts';

const v1 = widgets;
const v2 = { ...widgets, version: 'v2' };
const A = { namespace: 'default', name: 'a' };

const text = (...names: string[]): JSONSchemaProps => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
});

/** v1 is stored, v2 is not. */
const twoVersions = (
  first: JSONSchemaProps,
  second: JSONSchemaProps,
  more: Partial<CustomResourceDefinitionVersion> = {},
) => [versionOf('v1', first), versionOf('v2', second, { storage: false, ...more })];

async function storedOf(api: TestApi): Promise<Widget | undefined> {
  const cache = await api.store.cache(widgets);
  return cache.get('default', 'a') as Widget | undefined;
}

describe('versions without a webhook', () => {
  test('show one object, stored in one of them', async () => {
    await using api = await testApi();
    await installDefinition(
      api,
      widgetDefinition({ versions: twoVersions(text('a', 'b'), text('a', 'b')) }),
    );
    const created = await api.client.create(v2, widget('a', { a: '1' }));
    expect(created.apiVersion).toBe('example.com/v2');
    expect((await storedOf(api))?.apiVersion).toBe('example.com/v1');
    expect(await api.client.get(v1, A)).toEqual({ ...created, apiVersion: 'example.com/v1' });
    const patched = await api.client.patch(v1, A, { type: 'merge', patch: { spec: { b: '2' } } });
    expect(await api.client.get(v2, A)).toEqual({ ...patched, apiVersion: 'example.com/v2' });
    const { items } = await api.client.list(v2);
    expect(items.map(({ apiVersion, spec }) => ({ apiVersion, spec }))).toEqual([
      { apiVersion: 'example.com/v2', spec: { a: '1', b: '2' } },
    ]);
  });

  test('keep each what their schemas have in common, with their own defaults and rules', async () => {
    await using api = await testApi();
    const second: JSONSchemaProps = {
      type: 'object',
      properties: { a: { type: 'string', maxLength: 1 }, c: { type: 'string', default: 'new' } },
    };
    await installDefinition(
      api,
      widgetDefinition({ versions: twoVersions(text('a', 'b'), second) }),
    );
    await api.client.create(v1, widget('a', { a: 'long', b: '2' }));
    expect((await api.client.get(v2, A)).spec).toEqual({ a: 'long', c: 'new' });
    await expect(api.client.create(v2, widget('b', { a: 'long' }))).rejects.toMatchObject({
      reason: 'Invalid',
    });
  });

  test('are watched each in its own words', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition({ versions: twoVersions(text('a'), text('a')) }));
    const seen: string[] = [];
    const sink = {
      onEvents: (events: readonly { type: string; object: ApiObject }[]) =>
        seen.push(...events.map(({ type, object }) => `${type} ${object.apiVersion}`)),
      onClose: () => undefined,
    };
    const handle = await api.client.watch(v2, {}, sink);
    await api.client.create(v1, widget('a', { a: '1' }));
    await eventually(() => expect(seen).toEqual(['ADDED example.com/v2']));
    handle.stop();
  });

  const storeSecondVersion = (api: TestApi) =>
    api.client.patch(
      definitions,
      { name: 'widgets.example.com' },
      {
        type: 'json',
        operations: [
          { op: 'replace', path: '/spec/versions/0/storage', value: false },
          { op: 'replace', path: '/spec/versions/1/storage', value: true },
        ],
      },
    );

  test('can change which of them is stored, and remember which were', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition({ versions: twoVersions(text('a'), text('a')) }));
    await api.client.create(v1, widget('a', { a: '1' }));
    const changed = await storeSecondVersion(api);
    expect(changed.status?.storedVersions).toEqual(['v1', 'v2']);
    expect((await storedOf(api))?.apiVersion).toBe('example.com/v1');
    expect((await api.client.get(v2, A)).spec).toEqual({ a: '1' });
    await api.client.patch(v1, A, { type: 'merge', patch: { spec: { a: '2' } } });
    expect((await storedOf(api))?.apiVersion).toBe('example.com/v2');
    expect((await api.client.get(v1, A)).spec).toEqual({ a: '2' });
  });

  test('are stored anew by a write that changes nothing, once', async () => {
    await using api = await testApi();
    await installDefinition(api, widgetDefinition({ versions: twoVersions(text('a'), text('a')) }));
    await api.client.create(v1, widget('a', { a: '1' }));
    await storeSecondVersion(api);
    const rewritten = await api.client.patch(v1, A, { type: 'merge', patch: {} });
    expect((await storedOf(api))?.apiVersion).toBe('example.com/v2');
    expect(rewritten).toMatchObject({ spec: { a: '1' }, metadata: { generation: 1 } });
    const again = await api.client.patch(v1, A, { type: 'merge', patch: {} });
    expect(again.metadata.resourceVersion).toBe(rewritten.metadata.resourceVersion);
  });

  test('that are not served are not found, and those that are deprecated say so', async () => {
    await using api = await testApi();
    await installDefinition(
      api,
      widgetDefinition({
        versions: [
          versionOf('v1', text('a')),
          versionOf('v1beta1', text('a'), { storage: false, deprecated: true }),
          versionOf('v1alpha1', text('a'), { storage: false, served: false }),
        ],
      }),
    );
    const alpha = { ...widgets, version: 'v1alpha1' };
    await expect(api.client.list(alpha)).rejects.toMatchObject({
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
    });
    const warnings: string[] = [];
    await api.client.create({ ...widgets, version: 'v1beta1' }, widget('a', { a: '1' }), {
      onWarning: (warning) => warnings.push(warning),
    });
    expect(warnings).toEqual([
      'example.com/v1beta1 Widget is deprecated; use example.com/v1 Widget',
    ]);
    expect(api.scheme.preferred('example.com', 'widgets')?.version).toBe('v1');
  });
});

/** v1 has `spec.hostPort`, v2 has `spec.host` and `spec.port`. */
const splitHost = eachObject((object, apiVersion) => {
  const { spec = {} } = object as Widget;
  if (apiVersion.endsWith('/v2')) {
    const [host, port] = String(spec.hostPort).split(':');
    return { ...object, apiVersion, spec: { host, port } };
  }
  return { ...object, apiVersion, spec: { hostPort: `${spec.host}:${spec.port}` } };
});

async function withWebhook(
  webhook: ConversionServer,
  more: Partial<CustomResourceDefinitionVersion> = {},
): Promise<TestApi> {
  const api = await testApi();
  await installDefinition(
    api,
    widgetDefinition({
      versions: twoVersions(text('hostPort'), text('host', 'port'), more),
      conversion: {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: webhook.client },
      },
    }),
  );
  return api;
}

describe('versions with a webhook', () => {
  test('are converted by it, both ways', async () => {
    await using webhook = await conversionServer(splitHost);
    await using api = await withWebhook(webhook);
    const created = await api.client.create(v2, widget('a', { host: 'x', port: '80' }));
    expect(created).toMatchObject({
      apiVersion: 'example.com/v2',
      spec: { host: 'x', port: '80' },
    });
    expect(await storedOf(api)).toMatchObject({
      apiVersion: 'example.com/v1',
      spec: { hostPort: 'x:80' },
    });
    expect((await api.client.get(v1, A)).spec).toEqual({ hostPort: 'x:80' });
    const patched = await api.client.patch(v2, A, {
      type: 'merge',
      patch: { spec: { port: '81' } },
    });
    expect(patched.spec).toEqual({ host: 'x', port: '81' });
    expect((await api.client.get(v1, A)).spec).toEqual({ hostPort: 'x:81' });
    const { items } = await api.client.list(v2);
    expect(items.map(({ spec }) => spec)).toEqual([{ host: 'x', port: '81' }]);
    await api.client.delete(v2, A);
    expect((await api.client.list(v1)).items).toEqual([]);
  });

  test('are converted by a webhook that its Service leads to, as its EndpointSlice says', async () => {
    await using webhook = await conversionServer(splitHost);
    const { caBundle, url = '' } = webhook.client;
    const service = { namespace: 'default', name: 'converter', path: '/convert' };
    await using api = await withWebhook({
      ...webhook,
      client: { ...(caBundle ? { caBundle } : {}), service },
    });
    await api.client.create(v1, widget('a', { hostPort: 'x:80' }));
    await expect(api.client.get(v2, A)).rejects.toThrow('service "converter" not found');
    await api.client.create(coreServices, {
      metadata: { name: 'converter', namespace: 'default' },
      spec: { ports: [{ port: 443 }] },
    });
    await api.client.create(discoveryEndpointSlices, {
      metadata: {
        name: 'converter-1',
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': 'converter' },
      },
      addressType: 'FQDN',
      ports: [{ name: '', port: Number(new URL(url).port) }],
      endpoints: [{ addresses: ['converter.localhost'] }],
    });
    expect((await api.client.get(v2, A)).spec).toEqual({ host: 'x', port: '80' });
  });

  test('ask it once for a whole list, and once for all who read it', async () => {
    await using webhook = await conversionServer(splitHost);
    await using api = await withWebhook(webhook);
    for (let i = 0; i < 20; i++)
      await api.client.create(v1, widget(`w${i}`, { hostPort: `h${i}:1` }));
    expect(webhook.requests).toHaveLength(0);
    await api.client.list(v2);
    await api.client.list(v2);
    await api.client.get(v2, { ...A, name: 'w3' });
    expect(webhook.requests.map(({ objects }) => objects.length)).toEqual([20]);
  });

  test('are watched in order, whatever time it takes', async () => {
    let delays = 0;
    await using webhook = await conversionServer(async (request) => {
      // Every other answer is late: what came after it must wait.
      if (delays++ % 2 === 0) await settled();
      return splitHost(request);
    });
    await using api = await withWebhook(webhook);
    const seen: unknown[] = [];
    const handle = await api.client.watch(
      v2,
      {},
      {
        onEvents: (events) =>
          seen.push(...events.map(({ object }) => (object as Widget).spec?.port)),
        onClose: (error) => seen.push(error),
      },
    );
    await api.client.create(v1, widget('a', { hostPort: 'h:0' }));
    for (let i = 1; i < 8; i++) {
      await api.client.patch(v1, A, { type: 'merge', patch: { spec: { hostPort: `h:${i}` } } });
    }
    await eventually(() => expect(seen).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']));
    handle.stop();
  });

  test('are chosen by fields of the version that is asked', async () => {
    await using webhook = await conversionServer(splitHost);
    await using api = await withWebhook(webhook, {
      selectableFields: [{ jsonPath: '.spec.host' }],
    });
    await api.client.create(v1, widget('a', { hostPort: 'x:1' }));
    await api.client.create(v1, widget('b', { hostPort: 'y:1' }));
    const { items } = await api.client.list(v2, { fieldSelector: 'spec.host=y' });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['b']);
  });

  const WRONG: [string, Parameters<typeof conversionServer>[0], string][] = [
    ['refuses', () => ({ result: { status: 'Failed', message: 'too old' } }), 'too old'],
    ['loses objects', () => ({ convertedObjects: [] }), 'webhook returned 0 objects, expected 1'],
    ['answers another', () => ({ uid: 'x' }), 'expected response.uid'],
    [
      'renames',
      eachObject((object, apiVersion) => ({
        ...object,
        apiVersion,
        metadata: { ...object.metadata, name: 'z' },
      })),
      'invalid converted object at index 0: metadata.name must not change',
    ],
    [
      'converts into another version',
      eachObject((object) => object),
      'invalid converted object at index 0: must have apiVersion example.com/v2',
    ],
  ];

  test.each(WRONG)('say what a webhook does wrong that %s', async (_, convert, message) => {
    await using webhook = await conversionServer(convert);
    await using api = await withWebhook(webhook);
    await api.client.create(v1, widget('a', { hostPort: 'x:1' }));
    await expect(api.client.get(v2, A)).rejects.toMatchObject({
      reason: 'InternalError',
      message: expect.stringContaining(
        `conversion webhook for example.com/v1, Kind=Widget failed: ${message}`,
      ),
    });
    expect((await api.client.get(v1, A)).spec).toEqual({ hostPort: 'x:1' });
  });

  test('trust no server but that of the authority that the definition names', async () => {
    await using webhook = await conversionServer(splitHost);
    await using other = await conversionServer(splitHost);
    const stranger = {
      ...webhook,
      client: { url: webhook.client.url ?? '', caBundle: other.client.caBundle ?? '' },
    };
    await using api = await withWebhook(stranger);
    await api.client.create(v1, widget('a', { hostPort: 'x:1' }));
    await expect(api.client.get(v2, A)).rejects.toMatchObject({ reason: 'InternalError' });
    expect(webhook.requests).toEqual([]);
  });

  test('keep labels and annotations that the webhook sets, and nothing else of the metadata', async () => {
    await using webhook = await conversionServer(
      eachObject((object, apiVersion) => ({
        ...object,
        apiVersion,
        metadata: {
          ...object.metadata,
          labels: { by: 'webhook' },
          finalizers: ['x/y'],
          generation: 99,
        },
      })),
    );
    await using api = await withWebhook(webhook);
    await api.client.create(v1, widget('a', { hostPort: 'x:1' }));
    const { metadata } = await api.client.get(v2, A);
    expect(metadata).toMatchObject({ labels: { by: 'webhook' }, generation: 1 });
    expect(metadata.finalizers).toBeUndefined();
  });
});
