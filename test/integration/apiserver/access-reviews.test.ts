import { describe, expect, test } from '@jest/globals';
import { ADMIN_USER, nodeUser } from '../../../src/apiserver/authentication/identities.ts';
import type { ApiClient, UserInfo } from '../../../src/apiserver/client.ts';
import {
  authorizationLocalSubjectAccessReviews,
  authorizationSelfSubjectAccessReviews,
  authorizationSelfSubjectRulesReviews,
  authorizationSubjectAccessReviews,
  rbacRoleBindings,
  rbacRoles,
} from '../../../src/scheme/generated/resources.ts';
import { as, grantToJane, JANE } from '../../support/jane.ts';
import { type TestApi, testApi } from '../../support/plane.ts';
import { role, roleBinding } from '../../support/policy.ts';

const FORBIDDEN = { reason: 'Forbidden' };

describe('access reviews', () => {
  const review = async (api: TestApi, spec: object, user: UserInfo = ADMIN_USER) => {
    const client = as(api, user);
    return (await client.create(authorizationSubjectAccessReviews, { metadata: {}, spec })).status;
  };

  test('answer for others what their requests would be answered, with the reason', async () => {
    await using api = await testApi();
    await grantToJane(api, 'reader', 'get,list pods', 'get /metrics');
    const ask = (resourceAttributes: object) => review(api, { user: 'jane', resourceAttributes });
    expect(await ask({ verb: 'list', resource: 'pods', namespace: 'default' })).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by ClusterRoleBinding "reader" of ClusterRole "reader" to User "jane"',
    });
    expect(await ask({ verb: 'delete', resource: 'pods' })).toEqual({ allowed: false });
    expect(await ask({ verb: 'get', resource: 'pods', subresource: 'log' })).toEqual({
      allowed: false,
    });
    const path = (user: string, one: string) =>
      review(api, { user, nonResourceAttributes: { verb: 'get', path: one } });
    expect(await path('jane', '/metrics')).toMatchObject({ allowed: true });
    expect(await path('bob', '/metrics')).toEqual({ allowed: false });
    expect(
      await review(api, { groups: ['system:masters'], nonResourceAttributes: { path: '/x' } }),
    ).toEqual({ allowed: true });
  });

  test('know the fields that a selection is pinned to', async () => {
    await using api = await testApi();
    const { name, groups } = nodeUser('node-1');
    const list = { verb: 'list', resource: 'pods' };
    const ask = (fieldSelector: object | undefined) =>
      review(api, {
        user: name,
        groups,
        resourceAttributes: { ...list, ...(fieldSelector ? { fieldSelector } : {}) },
      });
    const pin = { key: 'spec.nodeName', operator: 'In', values: ['node-1'] };
    expect(await ask({ rawSelector: 'spec.nodeName=node-1' })).toEqual({ allowed: true });
    expect(await ask({ requirements: [pin] })).toEqual({ allowed: true });
    for (const other of [
      undefined,
      { rawSelector: 'spec.nodeName=node-2' },
      { requirements: [{ ...pin, operator: 'NotIn' }] },
      { requirements: [{ ...pin, operator: 'Exists', values: [] }] },
    ]) {
      expect(await ask(other)).toMatchObject({ allowed: false });
    }
  });

  test.each([
    [
      { user: 'jane' },
      /exactly one of nonResourceAttributes or resourceAttributes must be specified/,
    ],
    [
      { resourceAttributes: {} },
      /spec.user: Invalid value: "": at least one of user or group must be specified/,
    ],
    [
      { user: 'a', resourceAttributes: {}, nonResourceAttributes: {} },
      /cannot be specified in combination with resourceAttributes/,
    ],
    [
      { user: 'a', resourceAttributes: { fieldSelector: {} } },
      /fieldSelector.requirements: Required value/,
    ],
  ])('that ask nothing are refused: %j', async (spec, message) => {
    await using api = await testApi();
    await expect(review(api, spec)).rejects.toMatchObject({
      reason: 'Invalid',
      message: expect.stringMatching(message),
    });
  });

  test('of one namespace are for its administrators, and ask about it alone', async () => {
    await using api = await testApi();
    await api.client.create(
      rbacRoles,
      role('default', 'asker', 'create authorization.k8s.io:localsubjectaccessreviews'),
    );
    await api.client.create(
      rbacRoleBindings,
      roleBinding('default', 'asker', 'asker', 'User:jane'),
    );
    const ask = (namespace: string, asked: string) =>
      as(api, JANE).create(authorizationLocalSubjectAccessReviews, {
        metadata: { namespace },
        spec: {
          user: 'bob',
          resourceAttributes: { verb: 'get', resource: 'pods', namespace: asked },
        },
      });
    expect((await ask('default', 'default')).status).toEqual({ allowed: false });
    await expect(ask('default', 'kube-system')).rejects.toThrow(/must match metadata.namespace/);
    await expect(ask('kube-system', 'kube-system')).rejects.toMatchObject(FORBIDDEN);
    await expect(review(api, { user: 'bob', resourceAttributes: {} }, JANE)).rejects.toMatchObject(
      FORBIDDEN,
    );
  });

  test('tell everybody what they may do themselves', async () => {
    await using api = await testApi();
    await grantToJane(api, 'reader', 'get pods names=a', 'get /metrics');
    const jane = as(api, JANE);
    const own = await jane.create(authorizationSelfSubjectAccessReviews, {
      metadata: {},
      spec: { resourceAttributes: { verb: 'get', resource: 'pods', name: 'a' } },
    });
    expect(own.status).toMatchObject({ allowed: true });
    const rules = async (client: ApiClient) =>
      (
        await client.create(authorizationSelfSubjectRulesReviews, {
          metadata: {},
          spec: { namespace: 'default' },
        })
      ).status;
    const hers = await rules(jane);
    expect(hers?.incomplete).toBe(false);
    expect(hers?.resourceRules).toContainEqual({
      verbs: ['get'],
      apiGroups: [''],
      resources: ['pods'],
      resourceNames: ['a'],
    });
    expect(hers?.nonResourceRules).toContainEqual({
      verbs: ['get'],
      nonResourceURLs: ['/metrics'],
    });
    expect((await rules(api.client))?.resourceRules).toContainEqual({
      verbs: ['*'],
      apiGroups: ['*'],
      resources: ['*'],
    });
    expect(await rules(as(api, nodeUser('node-1')))).toMatchObject({
      incomplete: true,
      evaluationError: 'node authorizer does not support user rule resolution',
    });
    await expect(
      jane.create(authorizationSelfSubjectRulesReviews, { metadata: {}, spec: {} }),
    ).rejects.toMatchObject({ reason: 'BadRequest', message: 'no namespace on request' });
  });
});
