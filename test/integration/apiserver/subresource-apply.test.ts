import { describe, expect, test } from '@jest/globals';
import type { ApiClient } from '../../../src/apiserver/client.ts';
import { isApiError } from '../../../src/scheme/errors.ts';
import { appsDeployments, corePods } from '../../../src/scheme/generated/resources.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import { deploymentManifest } from '../../support/api-objects.ts';
import { testApi } from '../../support/plane.ts';

const WEB = { namespace: 'default', name: 'web' };

interface Step {
  readonly as: string;
  readonly force?: boolean;
}

function apply(
  client: ApiClient,
  subresource: 'status' | 'scale' | undefined,
  configuration: object,
  { as, force = false }: Step,
): Promise<ApiObject> {
  const patch = { type: 'apply', configuration, force } as const;
  return client.patch(appsDeployments, WEB, patch, {
    fieldManager: as,
    ...(subresource ? { subresource } : {}),
  });
}

const applyStatus = (client: ApiClient, status: object, step: Step) =>
  apply(client, 'status', { apiVersion: 'apps/v1', kind: 'Deployment', status }, step);

const applyScale = (client: ApiClient, replicas: number, step: Step) =>
  apply(client, 'scale', { apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas } }, step);

const applyReplicas = (client: ApiClient, replicas: number, step: Step) =>
  apply(client, undefined, { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas } }, step);

const owners = async (client: ApiClient): Promise<string[]> =>
  ownersOf(await client.get(appsDeployments, WEB));

/** `MANAGER OPERATION [SUBRESOURCE]: FIELDS` of everybody but who created the object. */
function ownersOf({ metadata }: ApiObject): string[] {
  return (metadata.managedFields ?? [])
    .filter(({ manager }) => manager !== 'creator')
    .map(
      ({ manager, operation, subresource, fieldsV1 }) =>
        `${manager} ${operation}${subresource ? ` ${subresource}` : ''}: ${fieldsV1}`,
    )
    .sort();
}

async function createWeb(client: ApiClient): Promise<void> {
  await client.create(appsDeployments, deploymentManifest('web', 1), { fieldManager: 'creator' });
}

async function conflictOf(applied: Promise<unknown>) {
  const error = await applied.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isApiError(error, 'Conflict')) throw new Error(`no conflict: ${error}`);
  return { message: error.message, causes: error.details?.causes };
}

describe('who applies the status', () => {
  test('owns it through the subresource, and nothing but it', async () => {
    await using api = await testApi();
    await createWeb(api.client);
    const object = await apply(
      api.client,
      'status',
      { metadata: { labels: { a: '1' } }, spec: { replicas: 9 }, status: { replicas: 1 } },
      { as: 'controller' },
    );
    expect(object).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 1 } });
    expect(object.metadata.labels?.a).toBeUndefined();
    expect(await owners(api.client)).toEqual(['controller Apply status: status(replicas)']);
  });

  test('is another manager than the same name who applies the object', async () => {
    await using api = await testApi();
    await createWeb(api.client);
    await applyStatus(api.client, { replicas: 1 }, { as: 'alice' });
    await applyReplicas(api.client, 1, { as: 'alice' });
    const both = ['alice Apply status: status(replicas)', 'alice Apply: spec(replicas)'];
    expect(await owners(api.client)).toEqual(both);
    await applyReplicas(api.client, 1, { as: 'alice' });
    expect(await owners(api.client)).toEqual(both);
  });

  test('keeps the status when the object is applied without it', async () => {
    await using api = await testApi();
    await createWeb(api.client);
    await applyStatus(api.client, { replicas: 1, readyReplicas: 1 }, { as: 'alice' });
    const object = await applyReplicas(api.client, 1, { as: 'alice' });
    expect(object).toMatchObject({ status: { replicas: 1, readyReplicas: 1 } });
  });

  test('loses what they leave out next time', async () => {
    await using api = await testApi();
    await createWeb(api.client);
    await applyStatus(api.client, { replicas: 1, readyReplicas: 1 }, { as: 'alice' });
    const object = await applyStatus(api.client, { replicas: 1 }, { as: 'alice' });
    expect((object as ApiObject & { status: object }).status).not.toHaveProperty('readyReplicas');
    expect(await owners(api.client)).toEqual(['alice Apply status: status(replicas)']);
  });

  test('conflicts with another who applied it, by name and subresource', async () => {
    await using api = await testApi();
    await createWeb(api.client);
    await applyStatus(api.client, { replicas: 1 }, { as: 'alice' });
    expect(await conflictOf(applyStatus(api.client, { replicas: 2 }, { as: 'bob' }))).toEqual({
      message:
        'Apply failed with 1 conflict: conflict with "alice" with subresource "status": .status.replicas',
      causes: [
        {
          reason: 'FieldManagerConflict',
          message: 'conflict with "alice" with subresource "status"',
          field: '.status.replicas',
        },
      ],
    });
    await applyStatus(api.client, { replicas: 2 }, { as: 'bob', force: true });
    expect(await owners(api.client)).toEqual(['bob Apply status: status(replicas)']);
  });

  test('conflicts with who updated it, by version and subresource', async () => {
    await using api = await testApi();
    await createWeb(api.client);
    const patch = { type: 'merge', patch: { status: { replicas: 1 } } } as const;
    await api.client.patch(appsDeployments, WEB, patch, {
      subresource: 'status',
      fieldManager: 'controller',
    });
    const { message } = await conflictOf(
      applyStatus(api.client, { replicas: 2 }, { as: 'controller' }),
    );
    expect(message).toBe(
      'Apply failed with 1 conflict: conflict with "controller" with subresource "status" using apps/v1: .status.replicas',
    );
  });

  test('joins conditions by type, each with its owner', async () => {
    await using api = await testApi();
    const pod = { metadata: WEB, spec: { containers: [{ name: 'a', image: 'i' }] } };
    await api.client.create(
      corePods,
      { apiVersion: 'v1', kind: 'Pod', ...pod },
      { fieldManager: 'creator' },
    );
    const condition = (type: string, as: string) => {
      const status = { conditions: [{ type, status: 'True' }] };
      const patch = { type: 'apply', configuration: { status } } as const;
      return api.client.patch(corePods, WEB, patch, { fieldManager: as, subresource: 'status' });
    };
    await condition('example.com/a', 'alice');
    const object = await condition('example.com/b', 'bob');
    expect(ownersOf(object)).toEqual([
      "alice Apply status: status(conditions([k{'type':'example.com/a'}](.,status,type)))",
      "bob Apply status: status(conditions([k{'type':'example.com/b'}](.,status,type)))",
    ]);
  });

  test('is told that the object is not there', async () => {
    await using api = await testApi();
    await expect(applyStatus(api.client, { replicas: 1 }, { as: 'alice' })).rejects.toThrow(
      'not found',
    );
  });
});

describe('who applies the scale', () => {
  test('owns the replicas through the subresource', async () => {
    await using api = await testApi();
    await createWeb(api.client);
    await applyScale(api.client, 3, { as: 'hpa', force: true });
    expect(await owners(api.client)).toEqual(['hpa Apply scale: spec(replicas)']);
    expect(await api.client.get(appsDeployments, WEB)).toMatchObject({ spec: { replicas: 3 } });
  });

  test('conflicts with who applied the object, and force takes the field from them', async () => {
    await using api = await testApi();
    await createWeb(api.client);
    await applyReplicas(api.client, 2, { as: 'alice', force: true });
    const { message, causes } = await conflictOf(applyScale(api.client, 3, { as: 'hpa' }));
    expect(message).toBe('Apply failed with 1 conflict: conflict with "alice": .spec.replicas');
    expect(causes).toHaveLength(1);
    await applyScale(api.client, 3, { as: 'hpa', force: true });
    expect(await owners(api.client)).toEqual(['hpa Apply scale: spec(replicas)']);
  });

  test('is named with the subresource to who applies the object', async () => {
    await using api = await testApi();
    await createWeb(api.client);
    await applyScale(api.client, 3, { as: 'hpa', force: true });
    const { message } = await conflictOf(applyReplicas(api.client, 2, { as: 'alice' }));
    expect(message).toBe(
      'Apply failed with 1 conflict: conflict with "hpa" with subresource "scale": .spec.replicas',
    );
  });

  test('shares the field with whoever applied the same number', async () => {
    await using api = await testApi();
    await createWeb(api.client);
    await applyReplicas(api.client, 2, { as: 'alice', force: true });
    await applyScale(api.client, 2, { as: 'hpa' });
    expect(await owners(api.client)).toEqual([
      'alice Apply: spec(replicas)',
      'hpa Apply scale: spec(replicas)',
    ]);
  });

  test('leaves the status and its owner alone', async () => {
    await using api = await testApi();
    await createWeb(api.client);
    await applyStatus(api.client, { replicas: 1 }, { as: 'controller' });
    await applyScale(api.client, 3, { as: 'hpa', force: true });
    expect(await owners(api.client)).toEqual([
      'controller Apply status: status(replicas)',
      'hpa Apply scale: spec(replicas)',
    ]);
  });
});
