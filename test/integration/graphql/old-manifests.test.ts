import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestGraphql, testGraphql } from '../../support/graphql-server.ts';

let plane: TestGraphql;

beforeAll(async () => {
  plane = await testGraphql();
});

afterAll(async () => plane[Symbol.asyncDispose]());

interface Warned {
  readonly extensions?: { readonly warnings?: readonly string[] };
}

interface Applied {
  readonly message: string;
  readonly error: { readonly message: string } | null;
}

async function apply(manifest: string): Promise<{ message: string; warnings: readonly string[] }> {
  const response = (await plane.client.send<{ apply: readonly Applied[] }>(
    'mutation ($manifest: String!) { apply(manifest: $manifest) { message error { message } } }',
    { manifest },
  )) as Warned & { data: { apply: readonly Applied[] } };
  const [applied] = response.data.apply;
  return { message: applied?.message ?? '', warnings: response.extensions?.warnings ?? [] };
}

async function read<T>(resource: string, name: string): Promise<T> {
  const { object } = await plane.client.request<{ object: T }>(
    'query ($resource: String!, $name: String!) { object(resource: $resource, name: $name) }',
    { resource, name },
  );
  return object;
}

const web = (apiVersion: string, name: string): string => `
apiVersion: ${apiVersion}
kind: Deployment
metadata:
  name: ${name}
spec:
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
        - name: web
          image: nginx:1.7.9
`;

describe('a manifest of 2017', () => {
  test('applies with a warning that names the replacement', async () => {
    const { message, warnings } = await apply(web('apps/v1beta2', 'web'));
    expect(message).toBe('deployment.apps/web created');
    expect(warnings).toEqual([
      'apps/v1beta2 Deployment is deprecated in v1.9+, unavailable in v1.16+; use apps/v1 Deployment',
    ]);
  });

  test('makes an object of today’s version', async () => {
    await apply(web('apps/v1beta2', 'stored'));
    const stored = await read<object>('deployments', 'stored');
    expect(stored).toMatchObject({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
    });
    expect(await read('deployments.v1beta2.apps', 'stored')).toEqual({
      ...stored,
      apiVersion: 'apps/v1beta2',
    });
  });
});
