import { expect, test } from '@jest/globals';
import { coreNamespaces, coreServiceAccounts } from '../../../src/scheme/generated/resources.ts';
import { type TestPlane, testPlane } from '../../support/control-plane.ts';

const accountPlane = (): Promise<TestPlane> => testPlane({ controllers: ['serviceaccount'] });

async function namespacesWithDefault(plane: TestPlane): Promise<(string | undefined)[]> {
  const accounts = await plane.list(coreServiceAccounts);
  return accounts
    .filter(({ metadata }) => metadata.name === 'default')
    .map(({ metadata }) => metadata.namespace)
    .sort();
}

const SYSTEM = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

async function expectDefaults(plane: TestPlane, namespaces: string[]): Promise<void> {
  await plane.eventually(
    () => namespacesWithDefault(plane),
    (found) => expect(found).toEqual(namespaces),
  );
}

test('every namespace has a ServiceAccount named default, and gets it back when it is deleted', async () => {
  await using plane = await accountPlane();
  await expectDefaults(plane, SYSTEM);
  await plane.client.create(coreNamespaces, { metadata: { name: 'team' } });
  await expectDefaults(plane, [...SYSTEM, 'team']);
  await plane.client.delete(coreServiceAccounts, { namespace: 'team', name: 'default' });
  await expectDefaults(plane, [...SYSTEM, 'team']);
});

test('a namespace that is going gets no new ServiceAccount', async () => {
  await using plane = await accountPlane();
  await expectDefaults(plane, SYSTEM);
  await plane.client.create(coreNamespaces, { metadata: { name: 'team' } });
  await expectDefaults(plane, [...SYSTEM, 'team']);
  await plane.client.delete(coreNamespaces, { name: 'team' });
  await plane.client.delete(coreServiceAccounts, { namespace: 'team', name: 'default' });
  await plane.idle();
  expect(await namespacesWithDefault(plane)).toEqual(SYSTEM);
});
