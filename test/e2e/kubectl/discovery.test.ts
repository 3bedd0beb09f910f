import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { type KubeClientTools, kubeClientTools } from '../../support/kubectl.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: nginx}]
`;
const MISSPELT = DEPLOYMENT.replace('replicas', 'replicaz');

const WIDGETS = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {plural: widgets, kind: Widget, shortNames: [wd]}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        description: A thing with a size.
        properties:
          spec:
            type: object
            required: [size]
            properties:
              size: {type: integer, description: 'How wide it is, in cm.'}
              colour: {type: string, enum: [red, green]}
`;

let server: ServerProcess;
const tools = new Map<string, KubeClientTools>();

beforeAll(async () => {
  server = await startServer({ args: ['--initial-nodes', '0'] });
  for (const release of ['1.35', '1.30'] as const) {
    tools.set(release, await kubeClientTools({ kubeconfig: server.kubeconfig, release }));
  }
});
afterAll(async () => {
  for (const each of tools.values()) each[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

async function kubectl(line: string, { stdin = '', release = '1.35' } = {}) {
  const { stdout, stderr, exitCode } = (await tools.get(release)?.kubectl(line.split(' '), {
    stdin,
  })) ?? { stdout: '', stderr: 'there is no such kubectl', exitCode: -1 };
  return { stdout, stderr, exitCode };
}

const printed = (stdout: string) => ({ exitCode: 0, stderr: '', stdout });

describe.each(['1.35', '1.30'])('kubectl %s', (release) => {
  const run = (line: string, stdin = '') => kubectl(line, { stdin, release });

  test('version tells the version of the server', async () => {
    expect((await run('version')).stdout).toMatch(/^Server Version: v1\.36\.0$/m);
  });

  test('cluster-info tells where the control plane is', async () => {
    const { stdout } = await run('cluster-info');
    // Colours are a matter of kubectl's own.
    const plain = stdout.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g'), '');
    expect(plain).toMatch(/^Kubernetes control plane is running at https:\/\/127\.0\.0\.1:\d+$/m);
  });

  test('api-versions lists what is served, and nothing that is switched off', async () => {
    const versions = (await run('api-versions')).stdout.split('\n');
    expect(versions).toEqual(expect.arrayContaining(['v1', 'apps/v1', 'batch/v1', 'policy/v1']));
    expect(versions).not.toContain('resource.k8s.io/v1alpha3');
  });

  test('api-resources tells names, short names, versions, scopes and kinds', async () => {
    expect(await run('api-resources --api-group=apps')).toEqual(
      printed(`NAME                  SHORTNAMES   APIVERSION   NAMESPACED   KIND
controllerrevisions                apps/v1      true         ControllerRevision
daemonsets            ds           apps/v1      true         DaemonSet
deployments           deploy       apps/v1      true         Deployment
replicasets           rs           apps/v1      true         ReplicaSet
statefulsets          sts          apps/v1      true         StatefulSet
`),
    );
  });

  test('api-resources -o wide tells verbs and categories as well', async () => {
    const { stdout } = await run('api-resources --api-group=batch -o wide');
    expect(stdout).toMatch(
      /^jobs +batch\/v1 +true +Job +create,delete,deletecollection,get,list,patch,update,watch +all *$/m,
    );
  });

  test('api-resources tells apart what has namespaces and what has none', async () => {
    const names = (await run('api-resources --namespaced=false -o name')).stdout.split('\n');
    expect(names).toEqual(
      expect.arrayContaining(['namespaces', 'nodes', 'clusterroles.rbac.authorization.k8s.io']),
    );
    expect(names).not.toContain('pods');
  });

  test('explain describes a kind and its fields', async () => {
    expect(await run('explain pod.spec.containers.imagePullPolicy')).toEqual(
      printed(`KIND:       Pod
VERSION:    v1

FIELD: imagePullPolicy <string>
ENUM:
    Always
    IfNotPresent
    Never

DESCRIPTION:
    When the image is pulled.
    

`),
    );
  });

  test('explain knows the older versions of a kind', async () => {
    const { stdout } = await run('explain hpa --api-version=autoscaling/v1');
    expect(stdout).toMatch(/^GROUP: +autoscaling\nKIND: +HorizontalPodAutoscaler\nVERSION: +v1\n/);
  });

  test('explain --recursive goes down to the last field', async () => {
    const { stdout } = await run('explain deployment --recursive');
    expect(stdout).toContain(`  spec	<DeploymentSpec>
    minReadySeconds	<integer>
    paused	<boolean>
`);
    expect(stdout).toMatch(/^ {14}key\t<string> -required-$/m);
    expect(stdout).toMatch(/^ {4}strategy\t<DeploymentStrategy>$/m);
    expect(stdout).toMatch(/^ {8}maxSurge\t<IntOrString>$/m);
  });

  test('explain says that a field does not exist', async () => {
    expect(await run('explain pod.spec.nope')).toMatchObject({
      exitCode: 1,
      stderr: 'error: field "nope" does not exist\n',
    });
  });

  test('apply --validate=strict refuses a field that is unknown', async () => {
    const answer = await run('apply --validate=strict -f -', MISSPELT);
    expect(answer.exitCode).toBe(1);
    expect(answer.stderr).toContain('strict decoding error: unknown field "spec.replicaz"');
  });

  test('create --dry-run=client prints what it would send', async () => {
    expect(await run('create --dry-run=client -f - -o name', DEPLOYMENT)).toEqual(
      printed('deployment.apps/web\n'),
    );
  });

  test('get --raw reads the checks of the server one by one', async () => {
    expect(await run('get --raw /readyz?verbose')).toEqual(
      printed('[+]ping ok\n[+]store ok\n[+]workers ok\nreadyz check passed\n'),
    );
    expect((await run('get --raw /livez/ping')).stdout).toBe('ok');
    expect((await run('get --raw /healthz/store')).stdout).toBe('ok');
  });
});

test('apiservices lists every group version that is served, as local and available', async () => {
  const { stdout } = await kubectl('get apiservices --no-headers');
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((row) => row.split(/ +/).slice(0, 3));
  expect(rows).toEqual(
    expect.arrayContaining([
      ['v1.', 'Local', 'True'],
      ['v1.apps', 'Local', 'True'],
      ['v1beta1.metrics.k8s.io', 'Local', 'True'],
    ]),
  );
  const versions = (await kubectl('api-versions')).stdout.trimEnd().split('\n');
  expect(rows).toHaveLength(versions.length);
});

test('config tells where the kubeconfig leads, without its secrets, and keeps other places beside it', async () => {
  expect((await kubectl('config current-context')).stdout).toBe('orrery\n');
  const view = (await kubectl('config view --minify')).stdout;
  expect(view).toMatch(/^ {4}server: https:\/\/127\.0\.0\.1:\d+$/m);
  expect(view).toMatch(/^ {4}token: REDACTED$/m);
  const copied = (await kubectl('config view --raw --flatten')).stdout;
  const [home] = [...tools.values()].map((each) => each.write('own.kubeconfig', copied));
  const own = `--kubeconfig=${home}`;
  expect(
    (await kubectl(`config set-context other --cluster=orrery --namespace=team ${own}`)).stdout,
  ).toBe('Context "other" created.\n');
  expect((await kubectl(`config use-context other ${own}`)).stdout).toBe(
    'Switched to context "other".\n',
  );
  expect((await kubectl(`config get-contexts -o name ${own}`)).stdout).toBe('orrery\nother\n');
});

test('kubectl 1.30 reads the protobuf of OpenAPI 2', async () => {
  const { stdout } = await kubectl('explain service.spec --output=plaintext-openapiv2', {
    release: '1.30',
  });
  expect(stdout).toMatch(/^KIND: +Service\nVERSION: +v1\n\nRESOURCE: spec <Object>\n/);
  expect(stdout).toMatch(/^ {3}clusterIP\t<string>$/m);
});

test('a token is given to a client that names no audience, as null', async () => {
  const { stdout, stderr } = await kubectl('create token default', { release: '1.30' });
  expect(stderr).toBe('');
  expect(stdout.split('.')).toHaveLength(3);
});

test('a kind with two groups is named by its short name without a warning, and shown once for all', async () => {
  await kubectl('apply -f -', { stdin: DEPLOYMENT });
  expect(await kubectl('get deploy -o name')).toEqual(printed('deployment.apps/web\n'));
  const all = (await kubectl('get all -o name')).stdout.split('\n');
  expect(all.filter((name) => name.startsWith('deployment'))).toEqual(['deployment.apps/web']);
});

test('cluster-info dump writes down nodes, and what runs in the system and in the default namespace', async () => {
  const { exitCode, stderr, stdout } = await kubectl('cluster-info dump');
  expect([exitCode, stderr]).toEqual([0, '']);
  const kinds = [...stdout.matchAll(/^ {4}"kind": "(\w+List)"/gm)].map(([, kind]) => kind);
  const ofNamespace = [
    'EventList',
    'ReplicationControllerList',
    'ServiceList',
    'DaemonSetList',
    'DeploymentList',
    'ReplicaSetList',
    'PodList',
  ];
  expect(kinds).toEqual(['NodeList', ...ofNamespace, ...ofNamespace]);
});

test('a custom resource is discovered and explained as soon as it is defined, and no more when it is gone', async () => {
  await kubectl('create -f -', { stdin: WIDGETS });
  const explained = await kubectl('explain widgets.spec');
  expect(explained).toMatchObject({ exitCode: 0, stderr: '' });
  expect(explained.stdout).toContain('FIELD: spec <Object>');
  expect(explained.stdout).toContain('  size\t<integer> -required-\n    How wide it is, in cm.\n');
  const listed = await kubectl('api-resources --api-group=example.com');
  expect(listed.stdout).toMatch(/^widgets +wd +example\.com\/v1 +true +Widget$/m);
  await kubectl('delete crd widgets.example.com');
  await eventually(
    () => kubectl('api-resources --api-group=example.com -o name'),
    ({ stdout }) => expect(stdout).toBe(''),
  );
});

/** The metrics that the manual lists by their names. */
function documentedMetrics(): readonly string[] {
  const manual = fs.readFileSync(path.resolve('docs/rest.md'), 'utf8');
  return [...manual.matchAll(/^\| `(\w+)` \|.*\|$/gm)].map(([, name = '']) => name);
}

const METRICS = [
  /^apiserver_request_total\{code="201",.*resource="configmaps",.*verb="POST".*\} [1-9]\d*$/,
  /^apiserver_request_duration_seconds_bucket\{.*le="0\.005"\} \d+$/,
  /^apiserver_storage_objects\{resource="configmaps"\} [1-9]\d*$/,
  /^apiserver_longrunning_requests\{.*resource="pods",verb="WATCH"\} [1-9]\d*$/,
  /^workqueue_adds_total\{name="deployment"\} \d+$/,
  /^workqueue_depth\{name="deployment"\} \d+$/,
  /^scheduler_pending_pods\{queue="unschedulable"\} 0$/,
  /^orrery_store_committed_writes_total [1-9]\d*$/,
];

test('the metrics tell what kubectl has done, to who may read them', async () => {
  await kubectl('create configmap counted');
  const lines = (await kubectl('get --raw /metrics')).stdout.split('\n');
  const names = lines.flatMap((line) => /^# TYPE (\w+)/.exec(line)?.[1] ?? []);
  const own = names.filter((name) => !/^(?:process|nodejs)_/.test(name));
  expect(own.sort()).toEqual([...documentedMetrics()].sort());
  const missing = METRICS.filter((metric) => !lines.some((line) => metric.test(line)));
  expect(missing).toEqual([]);
  expect(await kubectl('get --raw /metrics --as=nobody')).toMatchObject({
    exitCode: 1,
    stderr: 'Error from server (Forbidden): forbidden: User "nobody" cannot get path "/metrics"\n',
  });
});
