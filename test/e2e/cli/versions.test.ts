import { expect, test } from '@jest/globals';
import pg from 'pg';
import { runOrrery } from '../../support/cli.ts';
import { createTestDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

const ARGS = ['--initial-nodes', '0'];
const CRON_JOBS = 1_500;

const DEPLOYMENT = `apiVersion: extensions/v1beta1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
`;

test('a manifest of 2017 applies with a warning, and its versions are listed with their state', async () => {
  await using server = await startServer({ args: ARGS });
  const orrery = (line: string, stdin = '') => runOrrery(line.split(' '), { server, stdin });
  expect(await orrery('apply -f -', DEPLOYMENT)).toEqual({
    exitCode: 0,
    stdout: 'deployment.extensions/web created\n',
    stderr:
      'Warning: extensions/v1beta1 Deployment is deprecated in v1.8+, unavailable in v1.16+; use apps/v1 Deployment\n',
  });
  const shown = await orrery('get deployments -o yaml');
  expect(shown.stdout).toContain('apiVersion: apps/v1\n');
  expect(shown.stderr).toBe('');
  const versions = (await orrery('api-versions')).stdout;
  expect(versions).toMatch(/^APIVERSION +STABILITY +STATE$/m);
  expect(versions).toMatch(/^apps\/v1 +stable +served$/m);
  expect(versions).toMatch(/^apps\/v1beta2 +beta +deprecated, removed in v1.16$/m);
  expect(versions).toMatch(/^scheduling.k8s.io\/v1alpha2 +alpha +off$/m);
  const names = (await orrery('api-versions -o name')).stdout.split('\n');
  expect(names).toContain('apps/v1beta2');
  expect(names).not.toContain('scheduling.k8s.io/v1alpha2');
  const resources = (await orrery('api-resources --api-group extensions')).stdout;
  expect(resources).toMatch(
    /^deployments +extensions\/v1beta1 +true +Deployment +beta +deprecated, removed in v1.16$/m,
  );
  const everything = (await orrery('api-resources --all-versions --api-group scheduling.k8s.io'))
    .stdout;
  expect(everything).toMatch(/^workloads .* alpha +off$/m);
});

test('orrery storage migrate says how far it is and that it is done', async () => {
  await using server = await startServer({ args: ARGS });
  const orrery = (line: string, stdin = '') => runOrrery(line.split(' '), { server, stdin });
  await orrery('apply -f -', DEPLOYMENT);
  expect(await orrery('storage migrate deployments.extensions')).toEqual({
    exitCode: 0,
    stdout: 'deployments.apps: 1 object is in the storage version\n',
    stderr: '',
  });
  const all = await orrery('storage migrate');
  expect({ exitCode: all.exitCode, stderr: all.stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(all.stdout).toMatch(/^deployments.apps: 1 object/m);
  expect(all.stdout).toMatch(/^ingresses.networking.k8s.io: 0 objects/m);
  expect((await orrery('get storageversionmigrations')).stdout).toMatch(
    /^deployments-\S+ +deployments.apps +Succeeded +1 object is in the storage version/m,
  );
  const wrong = await orrery('storage migrate bananas');
  expect(wrong.exitCode).toBe(1);
  expect(wrong.stderr).toContain('bananas');
}, 60_000);

test('a storage version migration goes on after kill -9', async () => {
  await using database = await createTestDatabase();
  const options = { databaseUrl: database.url, args: ARGS };
  await using first = await startServer(options);
  await createCronJobs(first);
  await first.stop();
  await using admin = await connect(database.url);
  // What an earlier release might have left: batch/v1beta1 has the same fields.
  await admin.client.query(
    `update objects
        set object = replace(object::text, '"batch/v1"', '"batch/v1beta1"')::json
      where api_group = 'batch'`,
  );
  const dying = await startServer({ ...options, dataDirectory: first.dataDirectory });
  const started = await runOrrery(['storage', 'migrate', 'cronjobs', '--wait=false'], {
    server: dying,
  });
  expect(started.stdout).toMatch(
    /^storageversionmigration.storagemigration.k8s.io\/cronjobs\S+ created$/m,
  );
  await eventually(admin.storedVersions, (versions) => expect(versions).toContain('batch/v1'));
  await dying.kill();
  await using again = await startServer({ ...options, dataDirectory: first.dataDirectory });
  await eventually(
    () => runOrrery(['get', 'storageversionmigrations'], { server: again }),
    ({ stdout }) =>
      expect(stdout).toContain(`Succeeded   ${CRON_JOBS} objects are in the storage version`),
    { withinMs: 30_000 },
  );
  expect(await admin.storedVersions()).toEqual(['batch/v1']);
}, 90_000);

async function createCronJobs(server: ServerProcess): Promise<void> {
  const documents = Array.from({ length: CRON_JOBS }, (_, index) => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: `job-${index}` },
    // Suspended, so that no controller writes it: that would migrate it as well.
    spec: {
      suspend: true,
      schedule: '@daily',
      jobTemplate: {
        spec: {
          template: {
            spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] },
          },
        },
      },
    },
  }));
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: documents });
  const { exitCode } = await runOrrery(['apply', '-f', '-'], { server, stdin });
  expect(exitCode).toBe(0);
}

async function connect(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    client,
    storedVersions: async (): Promise<readonly string[]> => {
      const { rows } = await client.query<{ version: string }>(
        `select distinct object->>'apiVersion' as version
           from objects
          where api_group = 'batch'
          order by 1`,
      );
      return rows.map(({ version }) => version);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
