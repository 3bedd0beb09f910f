import { describe, expect, test } from '@jest/globals';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import type { RequestContext } from '../../../src/apiserver/request-context.ts';
import { deferred } from '../../../src/lib/deferred.ts';
import {
  autoscalingV1HorizontalPodAutoscalers,
  coreConfigMaps,
  coreSecrets,
  coreServices,
  discoveryEndpointSlices,
} from '../../../src/scheme/generated/resources.ts';
import type { ObjectReference } from '../../../src/scheme/generated/types/core-v1.ts';
import { configMap } from '../../support/api-objects.ts';
import { testApi } from '../../support/plane.ts';
import {
  createConfigMap as create,
  WEBHOOK_NAME as NAME,
  validateBy,
  webhookOf,
} from '../../support/webhook-registrations.ts';
import { startWebhook } from '../../support/webhook-server.ts';

describe('a validating webhook', () => {
  test('is sent the review of each request that its rules match', async () => {
    await using api = await testApi();
    await using server = await startWebhook();
    await validateBy(api.client, [webhookOf(server)]);
    const { client } = api;
    await create(client);
    const labels = { changed: 'yes' };
    await client.patch(
      coreConfigMaps,
      { name: 'a', namespace: 'default' },
      {
        type: 'merge',
        patch: { metadata: { labels } },
      },
    );
    await client.delete(coreConfigMaps, { name: 'a', namespace: 'default' });
    await client.create(coreSecrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'other', namespace: 'default' },
    });
    expect(server.reviews.map(({ request }) => request.operation)).toEqual([
      'CREATE',
      'UPDATE',
      'DELETE',
    ]);
    const [first, second, third] = server.reviews;
    expect(first).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
        name: 'a',
        namespace: 'default',
        userInfo: { username: 'system:admin' },
        object: { kind: 'ConfigMap', metadata: { name: 'a' } },
        oldObject: null,
        dryRun: false,
        options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
      },
    });
    expect(second?.request.object).toMatchObject({ metadata: { labels } });
    expect(second?.request.oldObject).toMatchObject({ metadata: { name: 'a' } });
    expect(third?.request).toMatchObject({ object: null, oldObject: { metadata: { labels } } });
    expect(server.paths).toEqual(Array.from({ length: 3 }, () => '/review?timeout=10s'));
    expect(server.connections()).toBe(1);
  });

  test.each([
    [{ status: { message: 'too large', code: 403 } }, 'Forbidden', ': too large'],
    [{ status: { reason: 'Conflict', message: 'taken' } }, 'Conflict', ': taken'],
    [{ status: { reason: 'OutOfLuck' } }, 'BadRequest', ': OutOfLuck'],
    [{ status: { code: 422, message: 'bad' } }, 'Invalid', ': bad'],
    [{}, 'BadRequest', ' without explanation'],
  ])('that denies with %j has the request refused, reason %s', async (response, reason, words) => {
    await using api = await testApi();
    await using server = await startWebhook(() => ({ allowed: false, ...response }));
    await validateBy(api.client, [webhookOf(server)]);
    await expect(create(api.client)).rejects.toMatchObject({
      reason,
      message: `admission webhook "${NAME}" denied the request${words}`,
    });
  });

  test('speaks v1beta1 with those that know nothing newer', async () => {
    await using api = await testApi();
    await using server = await startWebhook(({ request }) =>
      JSON.stringify({ response: { allowed: request.operation === 'CREATE' } }),
    );
    await validateBy(api.client, [webhookOf(server, { admissionReviewVersions: ['v1beta1'] })]);
    await create(api.client);
    expect(server.reviews[0]?.apiVersion).toBe('admission.k8s.io/v1beta1');
  });

  test('passes on its warnings, and its notes for the audit log', async () => {
    await using api = await testApi();
    await using server = await startWebhook(() => ({
      allowed: true,
      warnings: ['careful'],
      auditAnnotations: { size: 'large' },
    }));
    await validateBy(api.client, [webhookOf(server)]);
    const warnings: string[] = [];
    const notes: [string, string][] = [];
    const ctx: RequestContext = {
      user: ADMIN_USER,
      onWarning: (text) => void warnings.push(text),
      onAnnotation: (key, value) => void notes.push([key, value]),
    };
    await api.apiServer.create(ctx, coreConfigMaps, configMap('a'));
    expect(warnings).toEqual(['careful']);
    expect(notes).toContainEqual([`${NAME}/size`, 'large']);
  });

  test('is called over another connection when it has broken off the one that was kept', async () => {
    await using api = await testApi();
    await using server = await startWebhook();
    await validateBy(api.client, [webhookOf(server)]);
    for (const name of ['a', 'b', 'c']) {
      await create(api.client, name);
      server.disconnect();
    }
    expect(server.connections()).toBe(3);
  });

  test('is called at the same time as the others', async () => {
    await using api = await testApi();
    const both = deferred<void>();
    let waiting = 0;
    await using server = await startWebhook(async () => {
      waiting++;
      if (waiting === 2) both.resolve();
      await both.promise;
      return { allowed: true };
    });
    await validateBy(api.client, [
      webhookOf(server),
      webhookOf(server, { name: 'other.example.com' }),
    ]);
    await create(api.client);
    expect(server.reviews).toHaveLength(2);
  });

  test('asks its match conditions and selectors before it is called', async () => {
    await using api = await testApi();
    await using server = await startWebhook();
    await validateBy(api.client, [
      webhookOf(server, {
        matchConditions: [{ name: 'not-a', expression: "object.metadata.name != 'a'" }],
        objectSelector: { matchExpressions: [{ key: 'free', operator: 'DoesNotExist' }] },
      }),
    ]);
    await create(api.client, 'a');
    const free = configMap('b');
    await api.client.create(coreConfigMaps, {
      ...free,
      metadata: { ...free.metadata, labels: { free: '' } },
    });
    expect(server.reviews).toEqual([]);
    await create(api.client, 'c');
    expect(server.reviews).toHaveLength(1);
  });

  test('sees requests of equivalent versions in the version that it names', async () => {
    await using api = await testApi();
    await using server = await startWebhook();
    const rules = [
      {
        apiGroups: ['autoscaling'],
        apiVersions: ['v2'],
        operations: ['CREATE' as const],
        resources: ['horizontalpodautoscalers'],
      },
    ];
    await validateBy(api.client, [
      webhookOf(server, { rules }),
      webhookOf(server, { rules, name: 'exact.example.com', matchPolicy: 'Exact' }),
    ]);
    await api.client.create(autoscalingV1HorizontalPodAutoscalers, {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
        maxReplicas: 3,
        targetCPUUtilizationPercentage: 70,
      },
    });
    expect(server.reviews).toHaveLength(1);
    expect(server.reviews[0]?.request).toMatchObject({
      kind: { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' },
      requestKind: { group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler' },
      object: {
        apiVersion: 'autoscaling/v2',
        spec: { metrics: [{ resource: { target: { averageUtilization: 70 } } }] },
      },
    });
  });

  test('with side effects is not called for a dry run, which it refuses', async () => {
    await using api = await testApi();
    await using server = await startWebhook();
    await validateBy(api.client, [webhookOf(server, { sideEffects: 'NoneOnDryRun' })]);
    await api.client.create(coreConfigMaps, configMap('a'), { dryRun: true });
    expect(server.reviews[0]?.request).toMatchObject({ dryRun: true });
  });
});

describe('a webhook that fails', () => {
  const failing: readonly (readonly [string, () => unknown, string])[] = [
    ['answers with an error', () => 500, 'the server answered with status 500'],
    ['answers no JSON', () => 'nonsense', 'is not valid JSON'],
    [
      'answers without a response',
      () => '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}',
      'received invalid webhook response: webhook response was absent',
    ],
    [
      'answers another review',
      () => ({ allowed: true, uid: 'other' }),
      'received invalid webhook response: expected response.uid=',
    ],
    [
      'answers another kind',
      () => '{"apiVersion":"v1","kind":"Pod"}',
      'expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got v1, Kind=Pod',
    ],
    [
      'patches without a type',
      () => ({ allowed: true, patch: 'W10=' }),
      'webhook returned response.patch but not response.patchType',
    ],
    ['never ends', () => 'x'.repeat(5 * 1024 * 1024), 'the answer is longer than 4194304 bytes'],
  ];

  test.each(failing)(
    'because it %s refuses the request, unless it is to be ignored',
    async (_, answer, message) => {
      await using api = await testApi();
      await using server = await startWebhook(answer);
      await validateBy(api.client, [webhookOf(server, { failurePolicy: 'Ignore' })], 'lenient');
      await create(api.client, 'a');
      await validateBy(api.client, [webhookOf(server)], 'strict');
      await expect(create(api.client, 'b')).rejects.toMatchObject({
        reason: 'InternalError',
        message: expect.stringMatching(
          `^Internal error occurred: failed calling webhook "${NAME}": `,
        ),
      });
      await expect(create(api.client, 'b')).rejects.toThrow(message);
    },
  );

  test('because it takes too long is given up, and holds up nobody else', async () => {
    await using api = await testApi();
    const never = deferred<void>();
    await using server = await startWebhook(async ({ request }) => {
      if (request.name === 'slow') await never.promise;
      return { allowed: true };
    });
    await validateBy(api.client, [webhookOf(server, { timeoutSeconds: 1 })]);
    const slow = create(api.client, 'slow');
    const refused = expect(slow).rejects.toThrow(
      `Internal error occurred: failed calling webhook "${NAME}": failed to call webhook: Post "${server.url}/review?timeout=1s": context deadline exceeded`,
    );
    await Promise.all(['a', 'b', 'c'].map((name) => create(api.client, name)));
    await refused;
    never.resolve();
  });

  test('because its certificate is not by the authority that is named is not believed', async () => {
    await using api = await testApi();
    await using server = await startWebhook();
    await using other = await startWebhook();
    const { caBundle } = other;
    await validateBy(api.client, [
      webhookOf(server, { clientConfig: { url: server.url, caBundle } }),
    ]);
    await expect(create(api.client)).rejects.toThrow(
      /failed calling webhook .*self-signed certificate/,
    );
    expect(server.reviews).toEqual([]);
  });

  test('because nothing listens is told of', async () => {
    await using api = await testApi();
    const gone = await startWebhook();
    await gone[Symbol.asyncDispose]();
    await validateBy(api.client, [webhookOf(gone)]);
    await expect(create(api.client)).rejects.toThrow(/failed to call webhook: Post .*ECONNREFUSED/);
  });
});

describe('a webhook behind a service', () => {
  test('is reached through an ExternalName, as the server that the service names', async () => {
    await using api = await testApi();
    await using server = await startWebhook();
    await validateBy(api.client, [
      webhookOf(server, {
        clientConfig: {
          service: { name: 'hook', namespace: 'default', port: server.port, path: '/check' },
          caBundle: server.caBundle,
        },
      }),
    ]);
    await expect(create(api.client)).rejects.toThrow('service "hook" not found');
    await api.client.create(coreServices, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hook', namespace: 'default' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    });
    await create(api.client);
    expect(server.paths).toEqual(['/check?timeout=10s']);
  });

  test('is reached through an EndpointSlice, at the port that the slice gives', async () => {
    await using api = await testApi();
    await using server = await startWebhook();
    await api.client.create(coreServices, {
      metadata: { name: 'hook', namespace: 'default' },
      spec: { ports: [{ name: 'https', port: 443, targetPort: server.port }] },
    });
    const service = { name: 'hook', namespace: 'default', path: '/check' };
    await validateBy(api.client, [
      webhookOf(server, { clientConfig: { service, caBundle: server.caBundle } }),
    ]);
    const slice = (addresses: string[], targetRef?: ObjectReference) => ({
      metadata: {
        generateName: 'hook-',
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': 'hook' },
      },
      addressType: 'FQDN' as const,
      ports: [{ name: 'https', port: server.port }],
      endpoints: [{ addresses, ...(targetRef ? { targetRef } : {}) }],
    });
    const pod = { kind: 'Pod', namespace: 'default', name: 'hook-0' };
    await api.client.create(discoveryEndpointSlices, slice(['hook-0.localhost'], pod));
    await expect(create(api.client)).rejects.toThrow(
      'no endpoints available for service "hook": its Pods are simulated and serve nothing',
    );
    await api.client.create(discoveryEndpointSlices, slice(['hook.localhost']));
    await create(api.client);
    expect(server.paths).toEqual(['/check?timeout=10s']);
  });

  test('is not trusted with a certificate of another name', async () => {
    await using api = await testApi();
    await using server = await startWebhook();
    await api.client.create(coreServices, {
      metadata: { name: 'other', namespace: 'default' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    });
    const service = { name: 'other', namespace: 'default', port: server.port };
    await validateBy(api.client, [
      webhookOf(server, { clientConfig: { service, caBundle: server.caBundle } }),
    ]);
    await expect(create(api.client)).rejects.toThrow('other.default.svc');
    expect(server.reviews).toEqual([]);
  });

  test('says why when its Pods are simulated', async () => {
    await using api = await testApi();
    await using server = await startWebhook();
    await api.client.create(coreServices, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hook', namespace: 'default' },
      spec: { ports: [{ port: 443 }] },
    });
    const service = { name: 'hook', namespace: 'default' };
    await validateBy(api.client, [webhookOf(server, { clientConfig: { service } })]);
    await expect(create(api.client)).rejects.toThrow('no endpoints available for service "hook"');
  });
});
