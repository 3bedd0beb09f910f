import { describe, expect, test } from '@jest/globals';
import { admissionregistrationValidatingWebhookConfigurations } from '../../../src/scheme/generated/resources.ts';
import { testApi } from '../../support/plane.ts';
import {
  createConfigMap as create,
  mutateBy,
  validateBy,
  webhookOf,
} from '../../support/webhook-registrations.ts';
import { patchWith, startWebhook } from '../../support/webhook-server.ts';

describe('a mutating webhook', () => {
  test('patches the object, which is then defaulted and judged', async () => {
    await using api = await testApi();
    await using server = await startWebhook(() =>
      patchWith({ op: 'add', path: '/data', value: { added: 'x' } }),
    );
    await mutateBy(api.client, [webhookOf(server)]);
    expect((await create(api.client)).data).toEqual({ added: 'x' });
    await using broken = await startWebhook(() =>
      patchWith({ op: 'add', path: '/metadata/labels', value: { 'a b': 'x' } }),
    );
    await mutateBy(api.client, [webhookOf(broken)], 'z-last');
    await expect(create(api.client, 'b')).rejects.toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining('metadata.labels'),
    });
  });

  test('is called after those whose configurations come before by name, and again if it wishes', async () => {
    await using api = await testApi();
    const seen: string[] = [];
    const noting = (name: string) => (review: { request: { object: unknown } }) => {
      const { data = {} } = review.request.object as { data?: Record<string, string> };
      seen.push(`${name} saw ${Object.keys(data).sort().join(',')}`);
      return patchWith({ op: 'add', path: '/data', value: { ...data, [name]: 'x' } });
    };
    await using first = await startWebhook(noting('first'));
    await using last = await startWebhook(noting('last'));
    await mutateBy(api.client, [webhookOf(last)], 'b');
    await mutateBy(api.client, [webhookOf(first, { reinvocationPolicy: 'IfNeeded' })], 'a');
    expect((await create(api.client)).data).toEqual({ first: 'x', last: 'x' });
    expect(seen).toEqual(['first saw ', 'last saw first', 'first saw first,last']);
  });

  test.each([
    [[{ op: 'remove', path: '/none/x' }], 'failed calling webhook'],
    [
      [{ op: 'replace', path: '/metadata/namespace', value: 'kube-system' }],
      'metadata.namespace of the object was changed by admission',
    ],
    [[{ op: 'replace', path: '/kind', value: 'Secret' }], 'failed calling webhook'],
  ])('that patches by %j has the request refused', async (operations, message) => {
    await using api = await testApi();
    await using server = await startWebhook(() => patchWith(...operations));
    await mutateBy(api.client, [webhookOf(server)]);
    await expect(create(api.client)).rejects.toThrow(message);
  });

  test('never judges the registrations themselves', async () => {
    await using api = await testApi();
    await using server = await startWebhook(() => ({ allowed: false }));
    const everything = [
      { apiGroups: ['*'], apiVersions: ['*'], operations: ['*' as const], resources: ['*/*'] },
    ];
    await validateBy(api.client, [webhookOf(server, { rules: everything })]);
    await api.client.delete(admissionregistrationValidatingWebhookConfigurations, {
      name: 'hooks',
    });
    await create(api.client);
    expect(server.reviews).toEqual([]);
  });
});
