/** The examples of the page on scheduling print what it says that they print. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runOrrery } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../../docs/scheduling.md'), 'utf8');

let server: ServerProcess;
const directory = mkdtempSync(path.join(os.tmpdir(), 'orrery-scheduling-'));

beforeAll(async () => {
  server = await startServer();
  // Nodes are empty and equal as soon as the taints of new ones are gone.
  await eventually(
    async () => (await orrery('get nodes -o json')).stdout,
    (text) => expect(text).not.toContain('taints'),
  );
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

const orrery = (line: string) => runOrrery(line.split(' '), { server, cwd: directory });

/** What differs from run to run: times, and the width of columns with them. */
function normalize(output: string): string {
  return output
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, 'TIME')
    .replaceAll(/\b[\d.]+ (ms|us)\b/g, 'N $1')
    .replaceAll(/ +/g, ' ')
    .trim();
}

/** The block of `language` in the section of that title. */
function block(title: string, language: string): string {
  const section = PAGE.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
  return new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(section)?.[1] ?? '';
}

/** Runs each command of the section until it prints what the page says; the first, which writes, once. */
async function follow(title: string): Promise<void> {
  const steps = block(title, 'console')
    .split(/^\$ npx orrery /m)
    .slice(1);
  for (const step of steps) {
    const [command = '', ...expected] = step.split('\n');
    const check = ({ stdout }: { stdout: string }): void =>
      expect(normalize(stdout)).toBe(normalize(expected.join('\n')));
    if (command.startsWith('apply')) check(await orrery(command));
    else await eventually(() => orrery(command), check);
  }
}

test('what was decided about a Pod is told as the page says', async () => {
  const title = 'Why a Pod is where it is';
  writeFileSync(path.join(directory, 'pods.yaml'), block(title, 'yaml'));
  await follow(title);
});

test('what would become of a Deployment is told as the page says, and creates nothing', async () => {
  writeFileSync(path.join(directory, 'shop.yaml'), block('What if', 'yaml'));
  await follow('What if');
  expect((await orrery('get deployments')).stdout).toBe('');
});

test('the queries of the page are answered', async () => {
  for (const title of ['Why a Pod is where it is', 'What if']) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token}` },
      body: JSON.stringify({ query: block(title, 'graphql') }),
    });
    expect(await response.json()).toEqual({ data: expect.anything() });
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
  writeFileSync(path.join(directory, 'both.yaml'), `${service}---\n${block('What if', 'yaml')}`);
  const { exitCode, stdout } = await orrery('simulate-scheduling -f both.yaml');
  expect(stdout).toMatch(/^All 2 fit, on 2 of 3 nodes/);
  expect(exitCode).toBe(0);
  writeFileSync(path.join(directory, 'service.yaml'), service);
  const refused = await orrery('simulate-scheduling -f service.yaml');
  expect(refused.stderr).toContain('there is no Pod in these files');
});
