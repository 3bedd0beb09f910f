/** The pages on controllers and scheduling: what they give to paste prints what they say that it prints. One server for both. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { chooseControllers } from '../../../src/composition/choose-controllers.ts';
import { CONTROLLER_NAMES } from '../../../src/controllers/controllers.ts';
import { parseSchedulerConfiguration } from '../../../src/scheduler/configuration/scheduler-configuration.ts';
import { runOrrery } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { type KubeClientTools, kubeClientTools } from '../../support/kubectl.ts';
import { PageSection, Typist } from '../../support/listings.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

const STARTS_WITHIN_MS = 120_000;
const SECTION_WITHIN_MS = 120_000;
/** Of Services' addresses: five are free. */
const SERVICE_RANGE = '10.111.0.0/29';
/** What sections leave behind in their namespace, owners first. */
const LEFT_BEHIND = [
  'autoscaling/v2/horizontalpodautoscalers',
  'apps/v1/deployments apps/v1/statefulsets apps/v1/daemonsets apps/v1/replicasets',
  'batch/v1/cronjobs batch/v1/jobs',
  'v1/resourcequotas v1/pods v1/persistentvolumeclaims',
];

const configurations = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-configurations-'));
const profiles = new PageSection('scheduling', 'Profiles');

let server: ServerProcess;
let tools: KubeClientTools;
let typist: Typist;

beforeAll(async () => {
  const file = path.join(configurations, 'scheduler.yaml');
  fs.writeFileSync(file, profiles.blocks('yaml')[0] ?? '');
  const args = ['--scheduler-config', file, '--service-cluster-ip-range', SERVICE_RANGE];
  server = await startServer({ args });
  tools = await kubeClientTools({ kubeconfig: server.kubeconfig });
  typist = new Typist({ server, tools });
  // Nodes are empty and equal as soon as the taints of new ones are gone.
  await eventually(
    async () => (await orrery('get nodes -o json')).stdout,
    (text) => expect(text).not.toContain('taints'),
  );
}, STARTS_WITHIN_MS);

afterAll(async () => {
  tools?.[Symbol.dispose]();
  await server?.[Symbol.asyncDispose]();
  fs.rmSync(configurations, { recursive: true });
});

const orrery = (line: string) => runOrrery(line.split(' '), { server, cwd: tools.home });

/** Follows the section, whose blocks of YAML are the files of these names; an empty name is a block that is no file. */
async function follow(page: string, title: string, files: readonly string[]): Promise<void> {
  const section = new PageSection(page, title);
  const blocks = section.blocks('yaml');
  expect(files).toHaveLength(blocks.length);
  for (const [index, file] of files.entries()) if (file) tools.write(file, blocks[index] ?? '');
  await typist.follow(section.steps().filter(({ command }) => !command.startsWith('npm ')));
}

/** Leaves the namespace as it was at first. */
async function clear(): Promise<void> {
  const deletions = LEFT_BEHIND.flatMap((kinds) => kinds.split(' ')).map((kind) => {
    const root = kind.startsWith('v1/') ? '/api' : '/apis';
    const [, group = '', name = ''] = /^(.*)\/(.*)$/.exec(kind) ?? [];
    const place = `${root}/${group}/namespaces/default/${name}?gracePeriodSeconds=0`;
    return `kubectl delete --raw '${place}' >/dev/null`;
  });
  expect(await typist.type(deletions.join('\n'))).toBe('');
  await eventually(
    () => typist.type('kubectl get replicasets,pods,persistentvolumeclaims -o name'),
    (left) => expect(left).toBe(''),
    { withinMs: SECTION_WITHIN_MS },
  );
  await typist.type("kubectl delete --raw '/api/v1/namespaces/default/events'");
}

async function send(query: string): Promise<unknown> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token}` },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

describe('on scheduling', () => {
  const [WHERE, WHAT_IF] = ['Why a Pod is where it is', 'What if'] as const;

  test('what was decided about a Pod is told as the page says', async () => {
    await follow('scheduling', WHERE, ['pods.yaml']);
  });

  test('what would become of a Deployment is told as the page says, and creates nothing', async () => {
    await follow('scheduling', WHAT_IF, ['shop.yaml']);
    expect((await orrery('get deployments')).stdout).toBe('');
  });

  test('the queries of the page are answered', async () => {
    for (const title of [WHERE, WHAT_IF]) {
      const [query = ''] = new PageSection('scheduling', title).blocks('graphql');
      expect(await send(query)).toEqual({ data: expect.anything() });
    }
  });

  test('the exit code of a simulation says whether all fit; what else is printed is for programs', async () => {
    const some = await orrery('simulate-scheduling pod web --count 100 -o json');
    expect(some.exitCode).toBe(1);
    expect(JSON.parse(some.stdout)).toMatchObject({ count: 100, end: 'NO_NODE_FITS', nodes: 3 });
    const all = await orrery('simulate-scheduling pod/web -o yaml');
    expect(all.exitCode).toBe(0);
    expect(all.stdout).toContain('end: ALL_FIT');
    const { exitCode, stdout } = await orrery('explain-scheduling pod/web -o json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'BOUND', nodeName: 'node-2' });
  });

  test.each([
    ['explain-scheduling pod none', 'pods "none" not found'],
    ['explain-scheduling deployment web', 'only Pods are scheduled'],
    ['explain-scheduling pod', 'give the name of the Pod'],
    ['explain-scheduling pod/a pod/b', 'give one Pod at a time'],
    ['simulate-scheduling', 'must specify one of -f and --filename, or pod NAME'],
    ['simulate-scheduling pod web -f shop.yaml', 'give -f or a Pod, not both'],
    ['simulate-scheduling pod web --count 0', 'count: 0 is not between 1 and 10000'],
    ['simulate-scheduling -f none.yaml', 'the path "none.yaml" does not exist'],
  ])('%s is answered with what is wrong', async (line, message) => {
    const { exitCode, stderr } = await orrery(line);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(1);
  });

  test('of several objects those with Pods are asked about, and a file without any is refused', async () => {
    const service =
      'apiVersion: v1\nkind: Service\nmetadata: { name: s }\nspec: { ports: [{ port: 80 }] }\n';
    const [deployment = ''] = new PageSection('scheduling', WHAT_IF).blocks('yaml');
    tools.write('both.yaml', `${service}---\n${deployment}`);
    const { exitCode, stdout } = await orrery('simulate-scheduling -f both.yaml');
    expect(stdout).toMatch(/^All 2 fit, on 2 of 3 nodes/);
    expect(exitCode).toBe(0);
    tools.write('service.yaml', service);
    const refused = await orrery('simulate-scheduling -f service.yaml');
    expect(refused.stderr).toContain('there is no Pod in these files');
  });

  test('a configuration that is wrong is refused as the page says, and no server starts', async () => {
    const { command = '', printed = '' } = profiles.steps().at(-1) ?? {};
    const [, place = ''] = /^npm start -- --scheduler-config (\S+)$/.exec(command) ?? [];
    const file = path.join(configurations, 'wrong.yaml');
    fs.writeFileSync(file, (profiles.blocks('yaml')[0] ?? '').replace('MostAllocated', 'Most'));
    const main = path.resolve(import.meta.dirname, '../../../dist/main.mjs');
    const start = promisify(execFile)(process.execPath, [main, '--scheduler-config', file]);
    await expect(start).rejects.toMatchObject({ stderr: printed.replace(place, file), stdout: '' });
  });
});

describe('the example of', () => {
  beforeEach(clear, SECTION_WITHIN_MS);

  test.each([
    ['why a Pod waits', 'Why a Pod waits', ['apart.yaml']],
    ['preemption', 'Making room', ['batch.yaml', 'urgent.yaml']],
    ['a profile', 'Profiles', ['', 'packed.yaml']],
    ['devices', 'Devices', ['trainer.yaml', 'gpus.yaml', 'rule.yaml']],
  ])(
    '%s does what the page on scheduling says',
    async (_, title, files) => {
      await follow('scheduling', title, files);
    },
    SECTION_WITHIN_MS,
  );

  test.each([
    ['DaemonSets', ['agent.yaml']],
    ['StatefulSets', ['db.yaml']],
    ['Jobs and CronJobs', ['jobs.yaml']],
    ['Volumes', ['zonal.yaml']],
    ['Service accounts', []],
    ['Addresses of nodes', []],
    ['Endpoints', []],
    ['What cannot be', []],
  ])(
    '%s does what the page on controllers says',
    async (title, files) => {
      await follow('controllers', title, files);
      for (const query of new PageSection('controllers', title).blocks('graphql')) {
        expect(await send(query)).toEqual({ data: expect.anything() });
      }
    },
    SECTION_WITHIN_MS,
  );

  test(
    'autoscaling, five times as fast, does what the page on controllers says',
    async () => {
      await orrery('time speed 5');
      await follow('controllers', 'Autoscaling', ['shop.yaml']);
      await orrery('time speed 1');
    },
    SECTION_WITHIN_MS,
  );

  test(
    'addresses of Services does what the page on controllers says',
    async () => {
      await typist.type('kubectl delete services --field-selector metadata.name!=kubernetes');
      for (const name of ['s1', 's2', 's3', 's4', 's5']) {
        await typist.type(`kubectl create service clusterip ${name} --tcp=80`);
      }
      await follow('controllers', 'Addresses of Services', []);
    },
    SECTION_WITHIN_MS,
  );

  test(
    'Events, in half an hour of the cluster, does what the page on controllers says',
    async () => {
      await follow('controllers', 'Events', ['huge.yaml']);
    },
    SECTION_WITHIN_MS,
  );
});

test('the parts of a configuration that the page on scheduling shows are understood', () => {
  const [extenders = ''] = new PageSection('scheduling', 'Extenders').blocks('yaml');
  const [plugins = ''] = new PageSection('scheduling', 'Alpha plugins').blocks('yaml');
  const whole = {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    // The file of the authority is the reader's.
    ...parse(extenders.replace(/caFile: \S+/, '')),
    profiles: [parse(plugins)],
  };
  const [scoring = ''] = new PageSection('scheduling', 'Volumes').blocks('yaml');
  expect(parseSchedulerConfiguration({ ...whole, ...parse(scoring) }).extenders).toHaveLength(1);
  expect(parseSchedulerConfiguration(whole).extenders).toHaveLength(1);
});

test('the controllers that the page on controllers switches off are known by those names', () => {
  const text = fs.readFileSync(
    path.resolve(import.meta.dirname, '../../../docs/controllers.md'),
    'utf8',
  );
  const words = [...text.matchAll(/^\$ npm start -- --controllers '(.*)'$/gm)].map(
    ([, list = '']) => list.split(','),
  );
  expect(words).toHaveLength(2);
  for (const list of words) {
    const chosen = chooseControllers(CONTROLLER_NAMES, list);
    expect(chosen).toHaveLength(CONTROLLER_NAMES.length - (list.length - 1));
  }
});
