import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { GraphqlClient } from '../../support/graphql-client.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
const run = promisify(execFile);

/** What differs from run to run is not what a reader looks for: names' random ends, ages, addresses, places, columns. */
function normalize(output: string): string {
  return (
    output
      .replaceAll(/(-[0-9a-f]{8,10})-[a-z0-9]{5}\b/g, '$1-XXXXX')
      .replaceAll(/\b(\d+m)?\d+s\b/g, 'AGE')
      .replaceAll(/\b10\.\d+\.\d+\.\d+\b/g, 'IP')
      .replaceAll(/^(nginx\S+ .*)node-\d/gm, '$1NODE')
      // How much of a rollout there is still to wait for depends on how fast one types.
      .replaceAll(/^Waiting for deployment .*\n/gm, '')
      .replaceAll(/ +/g, ' ')
      .trim()
  );
}

function blocks(language: string): string[] {
  const fences = README.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'));
  return [...fences].map(([, content]) => content ?? '');
}

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function orrery(words: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    ORRERY_SERVER: server.url,
    ORRERY_DATA_DIR: server.dataDirectory,
  };
  const bin = path.join(ROOT, 'bin/orrery.mjs');
  const { stdout } = await run(process.execPath, [bin, ...words], { cwd: ROOT, env });
  return stdout;
}

test('the commands of the README print what it says that they print', async () => {
  for (const block of blocks('console')) {
    for (const step of block.split(/^\$ npx orrery /m).slice(1)) {
      const [command = '', ...expected] = step.split('\n');
      const printed = await orrery(command.split(' '));
      expect(`${command}\n${normalize(printed)}`).toBe(
        `${command}\n${normalize(expected.join('\n'))}`,
      );
    }
  }
});

test('the GraphQL of the README does what it says', async () => {
  await using client = new GraphqlClient(server);
  const [create = '', across = '', watch = '', scale = '', powerOff = ''] = blocks('graphql');
  const created = await client.request<{ apply: { message: string }[] }>(create);
  expect(created.apply).toEqual([{ message: 'deployment.apps/web created' }]);
  await eventually(
    () => client.request<Across>(across),
    ({ apps }) => {
      const { status, pods } = apps.v1.deployment;
      expect(status.readyReplicas).toBe(3);
      for (const pod of pods) {
        expect(pod).toMatchObject({ status: { phase: 'Running' }, node: { metadata: {} } });
        expect(pod.events.map(({ reason }) => reason)).toContain('Scheduled');
      }
    },
  );
  const changes = client.subscribe<Watch>(watch);
  await client.request(scale);
  await eventually(
    () => new Set(changes.results.map((change) => change.watchCoreV1Pods.object.metadata.name)),
    (names) => expect(names.size).toBe(10),
  );
  changes.stop();
  const poweredOff = await client.request<{ apply: { message: string }[] }>(powerOff);
  expect(poweredOff.apply).toEqual([{ message: 'node/node-2 configured' }]);
});

interface Across {
  apps: {
    v1: {
      deployment: {
        status: { readyReplicas: number };
        pods: { events: { reason: string }[] }[];
      };
    };
  };
}

interface Watch {
  watchCoreV1Pods: { object: { metadata: { name: string } } };
}
