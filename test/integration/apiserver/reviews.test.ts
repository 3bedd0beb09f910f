import { expect, test } from '@jest/globals';
import { createBearerTokenAuthenticator } from '../../../src/apiserver/authentication/bearer-token.ts';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';
import { createClient } from '../../../src/apiserver/in-process-client.ts';
import {
  authenticationSelfSubjectReviews,
  authenticationTokenReviews,
  authorizationSelfSubjectAccessReviews,
  authorizationSubjectAccessReviews,
  coreConfigMaps,
  corePods,
} from '../../../src/scheme/generated/resources.ts';
import { configMap } from '../../support/api-objects.ts';
import { testApi } from '../../support/plane.ts';

const JANE = { name: 'jane', groups: ['system:authenticated'] };

test('who asks who they are is told', async () => {
  await using api = await testApi();
  const { status } = await api.client.create(authenticationSelfSubjectReviews, { metadata: {} });
  expect(status?.userInfo).toEqual({
    username: 'system:admin',
    groups: ['system:masters', 'system:authenticated'],
  });
});

test('a token is told from a word that is none', async () => {
  const admin = createBearerTokenAuthenticator({ token: 'secret', user: ADMIN_USER });
  await using api = await testApi({ authenticators: [admin] });
  const review = async (token: string) =>
    (await api.client.create(authenticationTokenReviews, { metadata: {}, spec: { token } })).status;
  expect(await review('secret')).toMatchObject({
    authenticated: true,
    user: { username: 'system:admin' },
  });
  expect(await review('guess')).toEqual({ authenticated: false });
});

test('what somebody may do can be asked beforehand, and nothing of it is stored', async () => {
  await using api = await testApi();
  const before = await api.store.currentResourceVersion();
  const resourceAttributes = { verb: 'create', resource: 'pods', namespace: 'default' };
  const own = await api.client.create(authorizationSelfSubjectAccessReviews, {
    metadata: {},
    spec: { resourceAttributes },
  });
  expect(own.status).toEqual({ allowed: true });
  const others = await api.client.create(authorizationSubjectAccessReviews, {
    metadata: {},
    spec: { user: 'jane', resourceAttributes },
  });
  expect(others.status).toEqual({ allowed: false });
  expect(await api.store.currentResourceVersion()).toBe(before);
});

test('every verb of somebody without rights is Forbidden, before anything of the cluster is told', async () => {
  await using api = await testApi();
  const jane = createClient(api.apiServer, { user: JANE });
  const target = { namespace: 'default', name: 'a' };
  const sink = { onEvents: () => undefined, onClose: () => undefined };
  const requests = [
    () => jane.get(coreConfigMaps, target),
    () => jane.list(coreConfigMaps),
    () => jane.watch(coreConfigMaps, {}, sink),
    () => jane.history(coreConfigMaps, target),
    () => jane.create(coreConfigMaps, configMap('a')),
    () => jane.update(coreConfigMaps, configMap('a') as never),
    () => jane.patch(coreConfigMaps, target, { type: 'merge', patch: {} }),
    () => jane.apply(coreConfigMaps, configMap('a')),
    () => jane.delete(coreConfigMaps, target),
    () => jane.deleteCollection(coreConfigMaps, {}),
    () => jane.transaction([{ type: 'delete', ref: coreConfigMaps, target }]),
    () => jane.createSubresource(corePods, target, 'binding', {}),
  ];
  for (const request of requests) {
    await expect(request()).rejects.toMatchObject({ reason: 'Forbidden' });
  }
});

test('a stopped API server refuses clearly', async () => {
  await using api = await testApi();
  api.apiServer.stop();
  await expect(api.client.list(coreConfigMaps)).rejects.toMatchObject({
    reason: 'ServiceUnavailable',
  });
});
