import { describe, expect, test } from '@jest/globals';
import { ADMIN_USER, nodeUser } from '../../../../src/apiserver/authentication/identities.ts';
import {
  type Authorizer,
  assertAuthorized,
} from '../../../../src/apiserver/authorization/authorizer.ts';
import {
  alwaysAllow,
  createPrivilegedGroupAuthorizer,
  createUnionAuthorizer,
  type PolicyAuthorizer,
} from '../../../../src/apiserver/authorization/policy-authorizer.ts';
import {
  action,
  clusterRole,
  clusterRoleBinding,
  person,
  TestPolicy,
} from '../../../support/policy.ts';

const JANE = person('jane');
const refusing = (reason?: string): PolicyAuthorizer => ({
  authorize: () => (reason === undefined ? { allowed: false } : { allowed: false, reason }),
  rulesFor: () => ({ rules: [], errors: reason ? [reason] : [] }),
});

describe('refusals say who may not do what, where', () => {
  test.each([
    [
      'list pods in default',
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    [
      'get nodes named n1',
      'nodes "n1" is forbidden: User "jane" cannot get resource "nodes" in API group "" at the cluster scope',
    ],
    [
      'update apps:deployments/scale in default named web',
      'deployments.apps "web" is forbidden: User "jane" cannot update resource "deployments/scale" in API group "apps" in the namespace "default"',
    ],
    ['get /version', 'forbidden: User "jane" cannot get path "/version"'],
  ])('%s', (text, message) => {
    const refused = () => assertAuthorized(refusing(), JANE, action(text));
    expect(refused).toThrow(expect.objectContaining({ reason: 'Forbidden', message }));
  });

  test('with the reason of the authorizer, where it has one', () => {
    expect(() => assertAuthorized(refusing('it is Sunday'), JANE, action('list pods'))).toThrow(
      /at the cluster scope: it is Sunday$/,
    );
  });

  test('also when the authorizer takes its time', async () => {
    const slow: Authorizer = {
      authorize: async () => ({ allowed: false, reason: 'not on Sundays' }),
    };
    await expect(assertAuthorized(slow, JANE, action('list pods'))).rejects.toMatchObject({
      reason: 'Forbidden',
      message: expect.stringMatching(/: not on Sundays$/),
    });
  });
});

describe('several authorizers together', () => {
  const policy = new TestPolicy(
    clusterRole('r', 'get pods'),
    clusterRoleBinding('b', 'r', 'User:jane'),
  );

  test('allow what any of them allows', () => {
    const union = createUnionAuthorizer([refusing('no'), policy.authorizer, alwaysAllow]);
    expect(union.authorize(JANE, action('get pods')).reason).toMatch(/^RBAC: allowed by/);
    expect(union.authorize(JANE, action('delete pods'))).toEqual({ allowed: true });
  });

  test('refuse with the reasons of all', () => {
    const union = createUnionAuthorizer([refusing('no'), refusing(), refusing('never')]);
    expect(union.authorize(JANE, action('get pods'))).toEqual({
      allowed: false,
      reason: 'no\nnever',
    });
  });

  test('hold the rules and the errors of all', () => {
    const union = createUnionAuthorizer([refusing('no'), policy.authorizer, alwaysAllow]);
    const { errors, rules } = union.rulesFor(JANE, 'default');
    expect(errors).toEqual(['no']);
    expect(rules).toHaveLength(3);
  });
});

test('the members of the privileged group may do everything, and nobody else anything', () => {
  const masters = createPrivilegedGroupAuthorizer('system:masters');
  for (const text of ['delete pods named a', 'get /version', '* *:*']) {
    expect(masters.authorize(ADMIN_USER, action(text))).toEqual({ allowed: true });
    expect(masters.authorize(JANE, action(text))).toEqual({ allowed: false });
    expect(masters.authorize(nodeUser('system:masters'), action(text))).toEqual({ allowed: false });
  }
  expect(masters.rulesFor(ADMIN_USER, '').rules).toHaveLength(2);
  expect(masters.rulesFor(JANE, '').rules).toEqual([]);
});
