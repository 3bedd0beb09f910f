import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Action } from '../../../../src/apiserver/authorization/authorizer.ts';
import { uncovered } from '../../../../src/apiserver/authorization/rbac/covers.ts';
import type { UserInfo } from '../../../../src/apiserver/client.ts';
import type {
  ClusterRoleBinding,
  PolicyRule,
  RoleBinding,
  Subject,
} from '../../../../src/scheme/generated/types/rbac-v1.ts';
import { isRole, type PolicyObject, TestPolicy } from '../../../support/policy.ts';

/** RBAC as its documentation tells it, by looking at everything: what the index and its tables must agree with. */
function naivelyAllows(objects: readonly PolicyObject[], user: UserInfo, action: Action): boolean {
  return objects.filter(isBinding).some((binding) => {
    const namespace = binding.metadata.namespace ?? '';
    const reaches = namespace === '' || (!('path' in action) && action.namespace === namespace);
    if (!reaches || !(binding.subjects ?? []).some((one) => isMeant(one, namespace, user)))
      return false;
    const { kind, name } = binding.roleRef;
    const place = kind === 'Role' ? namespace : '';
    const found = objects
      .filter(isRole)
      .find(({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === place);
    return (found?.rules ?? []).some((one) => ruleAllows(one, action));
  });
}

const isBinding = (object: PolicyObject): object is RoleBinding | ClusterRoleBinding =>
  !isRole(object);

function isMeant({ kind, name, namespace }: Subject, place: string, user: UserInfo): boolean {
  if (kind === 'User') return user.name === name;
  if (kind === 'Group') return user.groups.includes(name);
  return user.name === `system:serviceaccount:${namespace ?? place}:${name}`;
}

function ruleAllows(rule: PolicyRule, action: Action): boolean {
  const has = (list: readonly string[] | undefined, one: string): boolean =>
    (list ?? []).includes('*') || (list ?? []).includes(one);
  if (!has(rule.verbs, action.verb)) return false;
  if ('path' in action) {
    return (rule.nonResourceURLs ?? []).some((url) =>
      url.endsWith('*') ? action.path.startsWith(url.slice(0, -1)) : url === action.path,
    );
  }
  const { name, resource, subresource } = action;
  const combined = subresource ? `${resource.resource}/${subresource}` : resource.resource;
  const resources = rule.resources ?? [];
  const matches =
    has(resources, combined) || (Boolean(subresource) && resources.includes(`*/${subresource}`));
  const names = rule.resourceNames ?? [];
  const named = names.length === 0 || (name !== undefined && names.includes(name));
  return has(rule.apiGroups, resource.group) && matches && named;
}

const subsetOf = (...words: string[]) =>
  fc.subarray(words, { minLength: 1, maxLength: Math.min(3, words.length) });

const resourceRule: fc.Arbitrary<PolicyRule> = fc
  .record({
    verbs: subsetOf('get', 'list', 'create', '*'),
    apiGroups: subsetOf('', 'apps', '*'),
    resources: subsetOf('pods', 'pods/log', '*/log', 'secrets', '*'),
    names: fc.option(subsetOf('a', 'b'), { nil: undefined }),
  })
  .map(({ names, ...rest }) => ({ ...rest, ...(names ? { resourceNames: names } : {}) }));

const pathRule: fc.Arbitrary<PolicyRule> = fc.record({
  verbs: subsetOf('get', 'post', '*'),
  nonResourceURLs: subsetOf('/version', '/healthz/*', '/api*', '*'),
});

const rules = fc.array(fc.oneof({ weight: 3, arbitrary: resourceRule }, pathRule), {
  maxLength: 3,
});
const NAMESPACES = ['red', 'blue'];
const placeName = fc.constantFrom('r1', 'r2', 'r3');
const anySubject: fc.Arbitrary<Subject> = fc.oneof(
  fc.record({ kind: fc.constant('User'), name: fc.constantFrom('jane', 'bob') }),
  fc.record({ kind: fc.constant('Group'), name: fc.constantFrom('devs', 'system:authenticated') }),
  fc.record({
    kind: fc.constant('ServiceAccount'),
    name: fc.constant('builder'),
    namespace: fc.constantFrom(...NAMESPACES),
  }),
);
const API = { apiVersion: 'rbac.authorization.k8s.io/v1' } as const;

const object: fc.Arbitrary<PolicyObject> = fc.oneof(
  fc.record({ name: placeName, rules }).map(({ name, rules: own }) => ({
    ...API,
    kind: 'ClusterRole' as const,
    metadata: { name },
    rules: own,
  })),
  fc
    .record({ name: placeName, namespace: fc.constantFrom(...NAMESPACES), rules })
    .map(({ rules: own, ...metadata }) => ({
      ...API,
      kind: 'Role' as const,
      metadata,
      rules: own,
    })),
  fc
    .record({ name: placeName, to: placeName, subjects: fc.array(anySubject, { maxLength: 3 }) })
    .map(({ name, subjects, to }) => ({
      ...API,
      kind: 'ClusterRoleBinding' as const,
      metadata: { name },
      roleRef: { kind: 'ClusterRole', name: to },
      subjects,
    })),
  fc
    .record({
      name: placeName,
      namespace: fc.constantFrom(...NAMESPACES),
      kind: fc.constantFrom('Role', 'ClusterRole'),
      to: placeName,
      subjects: fc.array(anySubject, { maxLength: 3 }),
    })
    .map(({ kind, name, namespace, subjects, to }) => ({
      ...API,
      kind: 'RoleBinding' as const,
      metadata: { name, namespace },
      roleRef: { kind, name: to },
      subjects,
    })),
);

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      verb: fc.constantFrom('get', 'list', 'create', 'delete'),
      resource: fc.record({
        group: fc.constantFrom('', 'apps'),
        resource: fc.constantFrom('pods', 'secrets', 'nodes'),
      }),
      subresource: fc.constantFrom(undefined, 'log', 'status'),
      namespace: fc.constantFrom(undefined, ...NAMESPACES),
      name: fc.constantFrom(undefined, 'a', 'c'),
    }),
  },
  fc.record({
    verb: fc.constantFrom('get', 'post', 'put'),
    path: fc.constantFrom('/version', '/healthz', '/healthz/a', '/apis'),
  }),
);

const USERS: readonly UserInfo[] = [
  { name: 'jane', groups: ['system:authenticated'] },
  { name: 'bob', groups: ['devs'] },
  { name: 'system:serviceaccount:red:builder', groups: [] },
];

const keyOf = ({ kind, metadata }: PolicyObject): string =>
  `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;

/** Makes one change in both, or none where there is nothing to remove. */
function change(
  policy: TestPolicy,
  present: Map<string, PolicyObject>,
  { object: next, removed }: { object: PolicyObject; removed: boolean },
): void {
  const key = keyOf(next);
  const previous = present.get(key);
  if (removed && !previous) return;
  policy.change(previous, removed ? undefined : next);
  if (removed) present.delete(key);
  else present.set(key, next);
}

test('after each of any changes, the index decides as somebody who looks at every object', () => {
  const changes = fc.array(fc.record({ object, removed: fc.boolean() }), { maxLength: 25 });
  const questions = fc.array(fc.tuple(fc.constantFrom(...USERS), action), {
    minLength: 15,
    maxLength: 30,
  });
  fc.assert(
    fc.property(changes, questions, (history, asked) => {
      const policy = new TestPolicy();
      const present = new Map<string, PolicyObject>();
      for (const step of history) {
        change(policy, present, step);
        const objects = [...present.values()];
        const decided = asked.map(([user, one]) => policy.authorizer.authorize(user, one).allowed);
        expect(decided).toEqual(asked.map(([user, one]) => naivelyAllows(objects, user, one)));
      }
    }),
    { numRuns: 200 },
  );
});

test('rules that cover others allow everything that they allow', () => {
  fc.assert(
    fc.property(
      rules,
      rules,
      fc.array(action, { minLength: 20, maxLength: 40 }),
      (held, wanted, actions) => {
        fc.pre(uncovered(held, wanted).length === 0);
        for (const one of actions) {
          const allowed = wanted.some((rule) => ruleAllows(rule, one));
          expect(allowed && !held.some((rule) => ruleAllows(rule, one))).toBe(false);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('every rule covers itself, and all rules together cover each', () => {
  fc.assert(
    fc.property(rules, rules, (some, others) => {
      expect(uncovered([...others, ...some], some)).toEqual([]);
    }),
  );
});
