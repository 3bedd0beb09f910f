import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  deploymentYaml,
  type KubectlCluster,
  kubectlCluster,
  STARTS_WITHIN_MS,
} from './support/cluster.ts';

let cluster: KubectlCluster;

beforeAll(async () => {
  cluster = await kubectlCluster();
}, STARTS_WITHIN_MS);

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

const configMap = (name: string, value: string, labels?: string): string => {
  const metadata = labels ? `{name: ${name}, labels: ${labels}}` : `{name: ${name}}`;
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: ${metadata}\ndata: {k: "${value}"}\n`;
};

const readValue = (name: string): Promise<string> =>
  cluster.kubectl(`get cm ${name} -o jsonpath={.data.k}`);

describe('kubectl apply', () => {
  test('creates, changes and leaves alone, from standard input', async () => {
    expect(await cluster.apply(configMap('a', '1'))).toBe('configmap/a created\n');
    expect(await cluster.apply(configMap('a', '1'))).toBe('configmap/a unchanged\n');
    expect(await cluster.apply(configMap('a', '2'))).toBe('configmap/a configured\n');
    expect(await readValue('a')).toBe('2');
  });

  test('reads files and directories', async () => {
    cluster.tools.write('dir/one.yaml', configMap('one', '1'));
    cluster.tools.write(
      'dir/two.json',
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"two"}}',
    );
    cluster.tools.write('dir/deep/three.yaml', configMap('three', '3'));
    expect(await cluster.kubectl('apply -f dir')).toBe(
      'configmap/one created\nconfigmap/two created\n',
    );
    expect(await cluster.kubectl('apply -R -f dir')).toBe(
      'configmap/three created\nconfigmap/one unchanged\nconfigmap/two unchanged\n',
    );
  });

  test('builds with kustomize', async () => {
    cluster.tools.write('base/map.yaml', configMap('kust', '1'));
    cluster.tools.write(
      'base/kustomization.yaml',
      'namePrefix: dev-\nresources: [map.yaml]\nlabels: [{pairs: {env: dev}}]\n',
    );
    expect(await cluster.kubectl('apply -k base')).toBe('configmap/dev-kust created\n');
    expect(await cluster.kubectl('get cm dev-kust -o jsonpath={.metadata.labels.env}')).toBe('dev');
    expect(await cluster.kubectl('delete -k base')).toBe(
      'configmap "dev-kust" deleted from default namespace\n',
    );
  });

  test('tries on the server without a trace', async () => {
    const tried = await cluster.kubectl('apply -f - --dry-run=server', {
      stdin: configMap('dry', '1'),
    });
    expect(tried).toBe('configmap/dry created (server dry run)\n');
    expect(await cluster.kubectl('get cm dry --ignore-not-found')).toBe('');
    const changed = await cluster.kubectl('apply -f - --dry-run=server', {
      stdin: configMap('a', '9'),
    });
    expect(changed).toBe('configmap/a configured (server dry run)\n');
    expect(await readValue('a')).toBe('2');
  });

  test('keeps what others have set, and removes what it no longer says', async () => {
    await cluster.apply(configMap('merged', '1', '{mine: x, other: z}'));
    await cluster.kubectl('label cm merged theirs=y');
    await cluster.apply(configMap('merged', '1', '{mine: x}'));
    const labels = await cluster.kubectl('get cm merged -o jsonpath={.metadata.labels}');
    expect(JSON.parse(labels)).toEqual({ mine: 'x', theirs: 'y' });
  });

  test('records its command where it is told to', async () => {
    const result = await cluster.run('apply -f - --record', { stdin: configMap('recorded', '1') });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'configmap/recorded created\n' });
    expect(
      await cluster.kubectl(
        'get cm recorded -o jsonpath={.metadata.annotations.kubernetes\\.io/change-cause}',
      ),
    ).toMatch(/^kubectl apply --filename=- --record=true$/);
  });

  test('prunes what is no longer there', async () => {
    const both = `${configMap('p1', '1', '{set: p}')}---\n${configMap('p2', '2', '{set: p}')}`;
    await cluster.kubectl('apply -f - -l set=p', { stdin: both });
    const allowed = '--prune-allowlist=core/v1/ConfigMap';
    const pruned = await cluster.kubectl(`apply -f - -l set=p --prune ${allowed}`, {
      stdin: configMap('p1', '1', '{set: p}'),
    });
    expect(pruned).toBe('configmap/p1 unchanged\nconfigmap/p2 pruned\n');
    expect(await cluster.kubectl('get cm -l set=p -o name')).toBe('configmap/p1\n');
  });

  test('refuses what the server refuses, with every cause', async () => {
    const stdin = deploymentYaml('Bad_Name', { replicas: -1 });
    expect(await cluster.refused('apply -f - --validate=false', { stdin })).toMatch(
      /^The Deployment "Bad_Name" is invalid: \n\* metadata\.name: Invalid value: "Bad_Name": .*\n\* spec\.replicas: Invalid value: -1: must be greater than or equal to 0\n/,
    );
  });

  test('refuses fields that nobody knows', async () => {
    const stdin = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: strict}\ndate: {k: v}\n';
    expect(await cluster.refused('apply -f -', { stdin })).toMatch(
      /^Error from server \(BadRequest\): error when creating "STDIN": ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "date"/,
    );
  });
});

describe('kubectl apply --server-side', () => {
  const apply = (stdin: string, more = '') =>
    cluster.run(`apply -f - --server-side${more}`, { stdin });

  test('says that the server did it', async () => {
    expect(await apply(configMap('ssa', '1'))).toMatchObject({
      stdout: 'configmap/ssa serverside-applied\n',
      stderr: '',
      exitCode: 0,
    });
  });

  test('is refused what another manager has, and takes it by force', async () => {
    const taken = await apply(configMap('ssa', '2'), ' --field-manager=other');
    expect(taken).toMatchObject({ exitCode: 1, stdout: '' });
    expect(taken.stderr).toMatch(
      /^error: Apply failed with 1 conflict: conflict with "kubectl": \.data\.k\nPlease review the fields above--they currently have other managers\./,
    );
    expect(await readValue('ssa')).toBe('1');
    const forced = await apply(configMap('ssa', '2'), ' --field-manager=other --force-conflicts');
    expect(forced).toMatchObject({ exitCode: 0, stdout: 'configmap/ssa serverside-applied\n' });
    expect(await readValue('ssa')).toBe('2');
  });

  test('takes over what was applied by the client', async () => {
    await cluster.apply(configMap('moved', '1'));
    expect(await apply(configMap('moved', '2'))).toMatchObject({
      exitCode: 0,
      stdout: 'configmap/moved serverside-applied\n',
    });
    expect(await readValue('moved')).toBe('2');
  });
});

describe('kubectl diff', () => {
  test('is silent where nothing would change', async () => {
    await cluster.apply(configMap('d', '1'));
    expect(await cluster.kubectl('diff -f -', { stdin: configMap('d', '1') })).toBe('');
  });

  test.each(['', ' --server-side --force-conflicts'])(
    'shows what would change, and exits with 1%s',
    async (more) => {
      const result = await cluster.run(`diff -f -${more}`, { stdin: configMap('d', '2') });
      expect(result.exitCode).toBe(1);
      expect(result.stdout).toMatch(/\n data:\n-\s+k: "?1"?\n\+\s+k: "?2"?\n/);
      expect(await readValue('d')).toBe('1');
    },
  );
});

describe('kubectl edit', () => {
  const editor = (script: string): { env: { EDITOR: string } } => ({
    env: { EDITOR: cluster.tools.write('editor.sh', `#!/bin/sh\n${script}\n`, 0o755) },
  });

  test('sends what the editor changed', async () => {
    await cluster.apply(configMap('e', '1'));
    expect(await cluster.kubectl('edit cm e', editor('sed -i "s/k: .1.$/k: edited/" "$1"'))).toBe(
      'configmap/e edited\n',
    );
    expect(await readValue('e')).toBe('edited');
  });

  test('does nothing where nothing was changed', async () => {
    const result = await cluster.run('edit cm e', editor('true'));
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.stdout + result.stderr).toBe('Edit cancelled, no changes made.\n');
  });
});

describe('kubectl replace', () => {
  test('puts what it is given in the place of what there is', async () => {
    await cluster.kubectl('create -f -', { stdin: configMap('r', '1', '{old: x}') });
    expect(await cluster.kubectl('replace -f -', { stdin: configMap('r', '2') })).toBe(
      'configmap/r replaced\n',
    );
    expect(await cluster.kubectl('get cm r -o jsonpath={.metadata.labels}{.data.k}')).toBe('2');
  });

  test('refuses what is not there', async () => {
    expect(await cluster.refused('replace -f -', { stdin: configMap('none', '2') })).toBe(
      'Error from server (NotFound): error when replacing "STDIN": configmaps "none" not found\n',
    );
  });

  test('refuses a version that is stale', async () => {
    const stdin = configMap('r', '3').replace('name: r', 'name: r, resourceVersion: "1"');
    expect(await cluster.refused('replace -f -', { stdin })).toMatch(
      /^Error from server \(Conflict\): error when replacing "STDIN": Operation cannot be fulfilled on configmaps "r": the object has been modified; please apply your changes to the latest version and try again\n$/,
    );
  });

  test('deletes and makes anew with --force', async () => {
    const uid = await cluster.kubectl('get cm r -o jsonpath={.metadata.uid}');
    const file = path.basename(cluster.tools.write('r.yaml', configMap('r', '4')));
    expect(await cluster.kubectl(`replace --force -f ${file}`)).toBe(
      'configmap "r" deleted from default namespace\nconfigmap/r replaced\n',
    );
    expect(await cluster.kubectl('get cm r -o jsonpath={.metadata.uid}')).not.toBe(uid);
    expect(fs.existsSync(path.join(cluster.tools.home, file))).toBe(true);
  });
});

test('kubectl create refuses what is there', async () => {
  await cluster.apply(configMap('twice', '1'));
  expect(await cluster.refused('create -f -', { stdin: configMap('twice', '1') })).toBe(
    'Error from server (AlreadyExists): error when creating "STDIN": configmaps "twice" already exists\n',
  );
});
