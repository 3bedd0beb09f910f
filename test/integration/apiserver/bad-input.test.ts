/** What is wrong with a request is said with its path and a way out, and nothing is written. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiClient, WriteOptions } from '../../../src/apiserver/client.ts';
import {
  appsDeployments,
  coreConfigMaps,
  coreNamespaces,
  corePods,
  resourceResourcePoolStatusRequests,
} from '../../../src/scheme/generated/resources.ts';
import type { ResourceRef } from '../../../src/scheme/resource.ts';
import { configMap, deploymentManifest, podManifest } from '../../support/api-objects.ts';
import { type TestApi, testApi } from '../../support/plane.ts';

let api: TestApi;
let client: ApiClient;

beforeAll(async () => {
  api = await testApi();
  client = api.client;
  await client.create(appsDeployments, deploymentManifest('taken'));
});

afterAll(async () => api[Symbol.asyncDispose]());

interface Refusal {
  readonly reason: string;
  readonly message: string | RegExp;
}

async function expectRefused(
  request: () => Promise<unknown>,
  { reason, message }: Refusal,
): Promise<void> {
  const before = await api.store.currentResourceVersion();
  const expected = typeof message === 'string' ? message : expect.stringMatching(message);
  await expect(request()).rejects.toMatchObject({ name: 'ApiError', reason, message: expected });
  expect(await api.store.currentResourceVersion()).toBe(before);
}

/** Sends what no typed caller could. */
const create = (ref: ResourceRef, object: unknown, options?: WriteOptions): Promise<unknown> =>
  client.create(ref, object as never, options);

const deployment = (change: (object: ReturnType<typeof deploymentManifest>) => unknown) => {
  const object = structuredClone(deploymentManifest('web'));
  return change(object) ?? object;
};

describe('a create', () => {
  const cases: [string, ResourceRef, unknown, Refusal][] = [
    [
      'with an unknown field names its path and what may have been meant',
      appsDeployments,
      deployment(({ spec, ...rest }) => ({ ...rest, spec: { ...spec, replica: 3 } })),
      {
        reason: 'BadRequest',
        message: /unknown field "spec\.replica", did you mean "replicas"/,
      },
    ],
    [
      'with a wrong type says what was expected and found',
      appsDeployments,
      deployment(({ spec, ...rest }) => ({ ...rest, spec: { ...spec, replicas: 'three' } })),
      {
        reason: 'BadRequest',
        message: /spec\.replicas: expected an integer, got the string "three"/,
      },
    ],
    [
      'without a required field says which',
      corePods,
      { metadata: { name: 'web', namespace: 'default' }, spec: {} },
      { reason: 'Invalid', message: 'Pod "web" is invalid: spec.containers: Required value' },
    ],
    [
      'with a word outside its closed set tells what else is wrong as well',
      appsDeployments,
      deployment(({ spec, ...rest }) => ({
        ...rest,
        spec: { ...spec, replicas: -1, strategy: { type: 'Bogus' } },
      })),
      {
        reason: 'Invalid',
        message:
          'Deployment.apps "web" is invalid: [spec.strategy.type: Unsupported value: "Bogus": supported values: "Recreate", "RollingUpdate", spec.replicas: Invalid value: -1: must be greater than or equal to 0]',
      },
    ],
    [
      'with an owner of which everything is missing names each by its path',
      coreConfigMaps,
      { metadata: { name: 'owned', namespace: 'default', ownerReferences: [{}] } },
      {
        reason: 'Invalid',
        message: /metadata\.ownerReferences\[0\]\.apiVersion: Required value/,
      },
    ],
    [
      'whose selector does not match its template says so',
      appsDeployments,
      deployment((object) => {
        (object.spec as { selector: unknown }).selector = { matchLabels: { app: 'other' } };
      }),
      {
        reason: 'Invalid',
        message:
          /spec\.template\.metadata\.labels: Invalid value: .*`selector` does not match template `labels`/,
      },
    ],
    [
      'with a negative number of replicas shows it',
      appsDeployments,
      deployment((object) => {
        (object.spec as { replicas: number }).replicas = -1;
      }),
      {
        reason: 'Invalid',
        message:
          'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      },
    ],
    [
      'with a name that is not DNS-1123 gives the rule',
      coreConfigMaps,
      configMap('Not_A_Name'),
      {
        reason: 'Invalid',
        message:
          /ConfigMap "Not_A_Name" is invalid: metadata\.name: Invalid value: "Not_A_Name": .*RFC 1123 subdomain/,
      },
    ],
    [
      'without any name asks for one',
      coreConfigMaps,
      { metadata: { namespace: 'default' } },
      {
        reason: 'Invalid',
        message:
          'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
      },
    ],
    [
      'without a namespace asks for one',
      coreConfigMaps,
      { metadata: { name: 'a' } },
      {
        reason: 'Invalid',
        message: 'ConfigMap "a" is invalid: metadata.namespace: Required value',
      },
    ],
    [
      'of a name that is taken says so',
      appsDeployments,
      deploymentManifest('taken'),
      { reason: 'AlreadyExists', message: 'deployments.apps "taken" already exists' },
    ],
    [
      'of another kind than the resource says both',
      coreConfigMaps,
      { ...configMap('a'), kind: 'Secret' },
      { reason: 'BadRequest', message: /kind in the data \("Secret"\).*"ConfigMap"/ },
    ],
    [
      'with a resourceVersion is refused',
      coreConfigMaps,
      { metadata: { name: 'a', namespace: 'default', resourceVersion: '1' } },
      {
        reason: 'BadRequest',
        message: 'resourceVersion should not be set on objects to be created',
      },
    ],
    [
      'of three megabytes gives the limit',
      coreConfigMaps,
      { metadata: { name: 'big', namespace: 'default' }, binaryData: { a: 'A'.repeat(3_000_000) } },
      {
        reason: 'RequestEntityTooLarge',
        message: /bytes of JSON, the limit is 1572864 \(1\.5 MiB\)|Too long/,
      },
    ],
    [
      'in a disabled alpha group says how to enable it',
      resourceResourcePoolStatusRequests,
      { metadata: { name: 'a' } },
      {
        reason: 'NotFound',
        message:
          /^the server could not find the requested resource: .* is alpha and not enabled; start the server with --runtime-config=resource\.k8s\.io\/v1alpha3=true$/,
      },
    ],
    [
      'of nothing at all is refused',
      coreConfigMaps,
      { metadata: null },
      { reason: 'Invalid', message: /metadata\.name: Required value/ },
    ],
  ];
  test.each(cases)('%s', async (_title, ref, object, refusal) => {
    await expectRefused(() => create(ref, object), refusal);
  });

  test('lists every cause by its path', async () => {
    const object = { metadata: { name: 'A_', namespace: 'default', labels: { '-': 'x y' } } };
    await expect(create(coreConfigMaps, object)).rejects.toMatchObject({
      details: {
        name: 'A_',
        kind: 'ConfigMap',
        causes: expect.arrayContaining([
          expect.objectContaining({ field: 'metadata.name', reason: 'FieldValueInvalid' }),
          expect.objectContaining({ field: 'metadata.labels', reason: 'FieldValueInvalid' }),
        ]),
      },
    });
  });

  test('with unknown fields goes through when they are to be ignored, and warns when they are to be warned of', async () => {
    const object = { ...configMap('lenient'), dat: { a: '1' } };
    const warnings: string[] = [];
    const onWarning = (warning: string) => void warnings.push(warning);
    await create(coreConfigMaps, object, { fieldValidation: 'Ignore', onWarning, dryRun: true });
    expect(warnings).toEqual([]);
    await create(coreConfigMaps, object, { fieldValidation: 'Warn', onWarning, dryRun: true });
    expect(warnings).toEqual([expect.stringContaining('unknown field "dat"')]);
  });
});

describe('an update', () => {
  test('of an immutable field says that it is', async () => {
    const current = await client.get(appsDeployments, { namespace: 'default', name: 'taken' });
    const selector = { matchLabels: { app: 'other' } };
    const next = structuredClone({ ...current, spec: { ...current.spec, selector } });
    (next.spec.template as NonNullable<typeof next.spec.template>).metadata = {
      labels: { app: 'other' },
    };
    await expectRefused(() => client.update(appsDeployments, next as typeof current), {
      reason: 'Invalid',
      message: /spec\.selector: Invalid value: .*: field is immutable/,
    });
  });

  test('of an object that is not there is NotFound', async () => {
    await expectRefused(() => client.update(coreConfigMaps, configMap('missing') as never), {
      reason: 'NotFound',
      message: 'configmaps "missing" not found',
    });
  });

  test('with the uid of another object conflicts', async () => {
    const current = await client.get(appsDeployments, { namespace: 'default', name: 'taken' });
    const next = { ...current, metadata: { ...current.metadata, uid: 'other' } };
    await expectRefused(() => client.update(appsDeployments, next), {
      reason: 'Conflict',
      message: /Precondition failed: UID in precondition: other, UID in object meta:/,
    });
  });

  test('of another name or namespace than the request says is refused', async () => {
    const ctx = { user: { name: 'system:admin', groups: ['system:masters'] } };
    const object = { ...configMap('a'), apiVersion: 'v1', kind: 'ConfigMap' };
    await expectRefused(() => api.apiServer.update(ctx, coreConfigMaps, object, { name: 'b' }), {
      reason: 'BadRequest',
      message: 'the name of the object (a) does not match the name on the request (b)',
    });
    await expectRefused(
      () => api.apiServer.update(ctx, coreConfigMaps, object, { name: 'a', namespace: 'other' }),
      { reason: 'BadRequest', message: /namespace of the provided object does not match/ },
    );
  });
});

describe('a read', () => {
  test('with a label selector that does not parse shows where', async () => {
    await expectRefused(() => client.list(corePods, { labelSelector: 'app in (a' }), {
      reason: 'BadRequest',
      message: /unable to parse label selector "app in \(a": .* at position/,
    });
  });

  test('with a continue token that is none is refused', async () => {
    await expectRefused(() => client.list(corePods, { continue: 'nonsense' }), {
      reason: 'BadRequest',
      message: /continue key is not valid/,
    });
  });

  test('with a resourceVersion that is none is refused', async () => {
    await expectRefused(() => client.list(corePods, { resourceVersion: 'latest' }), {
      reason: 'BadRequest',
      message: /resourceVersion: Invalid value: "latest"/,
    });
  });
});

describe('what a resource does not do', () => {
  test('is MethodNotAllowed, by name', async () => {
    await expectRefused(() => client.deleteCollection(coreNamespaces, {}), {
      reason: 'MethodNotAllowed',
      message: /deletecollection is not supported on resources of kind "namespaces"/,
    });
    await expectRefused(
      () => client.createSubresource(corePods, { namespace: 'default', name: 'a' }, 'exec', {}),
      { reason: 'MethodNotAllowed', message: /pods\/exec is not served yet/ },
    );
    await expectRefused(
      () =>
        client.patch(
          corePods,
          { namespace: 'default', name: 'a' },
          { type: 'merge', patch: {} },
          { subresource: 'nonsense' },
        ),
      { reason: 'MethodNotAllowed', message: /pods\/nonsense does not exist/ },
    );
  });
});

test('a Pod without a bound namespace is refused before its spec is looked at twice', async () => {
  await expectRefused(
    () => create(corePods, { ...podManifest('a'), metadata: { name: 'a', namespace: 'gone' } }),
    {
      reason: 'NotFound',
      message: 'namespaces "gone" not found',
    },
  );
});
