import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { GraphqlClient } from '../../support/graphql-client.ts';
import { OrreryProcess, runOrreryProcess } from '../../support/orrery-process.ts';
import { type ServerProcess, startServer, temporaryDataDirectory } from '../../support/server.ts';

const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: backups.shop.example.com }
spec:
  group: shop.example.com
  scope: Namespaced
  names: { plural: backups, kind: Backup, shortNames: [bk], categories: [upkeep] }
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns:
        - { name: Keep, type: integer, jsonPath: .spec.keep }
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                keep: { type: integer, format: int32, maximum: 30, default: 7 }
                paths: { type: array, maxItems: 8, items: { type: string, maxLength: 256 } }
              x-kubernetes-validations:
                - { rule: "self.paths.all(p, p.startsWith('/'))", message: paths must be absolute }
`;

const backup = (name: string, first: string): string => `
apiVersion: shop.example.com/v1
kind: Backup
metadata: { name: ${name} }
spec: { paths: [${first}, /srv] }
`;

const TYPED =
  '{ shop_example_com { v1 { backups(namespace: "default") { items { metadata { name } spec { keep paths } } } } } }';

let server: ServerProcess;
let dataDirectory: string;

beforeAll(async () => {
  dataDirectory = temporaryDataDirectory();
  server = await startServer({ dataDirectory, args: ['--initial-nodes', '0'] });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  fs.rmSync(dataDirectory, { recursive: true, force: true });
});

const orrery = (line: string) => runOrreryProcess(line.split(' '), { server });

async function apply(manifest: string): ReturnType<typeof orrery> {
  const file = path.join(dataDirectory, 'manifest.yaml');
  fs.writeFileSync(file, manifest);
  return orrery(`apply -f ${file}`);
}

test('a definition is applied, its objects are typed and listed by category, and all of it goes, beside an open watch', async () => {
  await using watch = new OrreryProcess(['watch', 'configmaps'], { server });
  await eventually(
    () => watch.stderr,
    (text) => expect(text).toMatch(/^Watching configmaps/),
  );
  await using graphql = new GraphqlClient(server);

  expect(await apply(DEFINITION)).toMatchObject({
    exitCode: 0,
    stdout: 'customresourcedefinition.apiextensions.k8s.io/backups.shop.example.com created\n',
  });
  // No waiting: what the answer told of is there.
  const listed = await graphql.request<{ shop_example_com: unknown }>(TYPED);
  expect(listed.shop_example_com).toEqual({ v1: { backups: { items: [] } } });

  expect((await apply(backup('nightly', '/home'))).stdout).toBe(
    'backup.shop.example.com/nightly created\n',
  );
  const refused = await apply(backup('weekly', 'home'));
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('paths must be absolute');
  const { shop_example_com: typed } = await graphql.request<{ shop_example_com: unknown }>(TYPED);
  const spec = { keep: 7, paths: ['/home', '/srv'] };
  expect(typed).toEqual({ v1: { backups: { items: [{ metadata: { name: 'nightly' }, spec }] } } });

  for (const words of ['upkeep', 'bk', 'backups.shop.example.com']) {
    const { stdout } = await orrery(`get ${words}`);
    expect(stdout).toMatch(/^NAME +KEEP\nnightly +7\n$/);
  }

  await orrery('delete crd backups.shop.example.com');
  await eventually(
    () => graphql.send(TYPED),
    ({ errors }) => expect(errors?.[0]?.message).toContain('shop_example_com'),
  );
  expect((await orrery('get upkeep')).stderr).toContain(
    `the server doesn't have a resource type "upkeep"`,
  );

  await apply('{ apiVersion: v1, kind: ConfigMap, metadata: { name: after } }');
  await eventually(
    () => watch.stdout,
    (text) => expect(text).toMatch(/ADDED +configmap\/after/),
  );
});
