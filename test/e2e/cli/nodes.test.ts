import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runOrrery } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({
    args: ['--initial-nodes', '0', '--node-monitor-grace-period', '3'],
  });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function orrery(line: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runOrrery(line.split(' '), { server });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

const statusOf = async (node: string): Promise<string> =>
  (await orrery(`get node ${node} --no-headers`)).split(/ +/)[1] ?? '';

test('a thousand nodes are made and become ready', async () => {
  const added = await orrery(
    'nodes add 1000 --cpu 16 --memory 64Gi --zones a,b,c --labels disk=ssd',
  );
  expect(added).toBe('1000 nodes created: node-1 to node-1000\n');
  expect(
    (await orrery('get nodes -l topology.kubernetes.io/zone=b,disk=ssd -o name')).split('\n'),
  ).toHaveLength(334);
  await eventually(
    () => orrery('get nodes --no-headers'),
    (rows) => expect(rows.match(/ Ready /g)).toHaveLength(1000),
    { withinMs: 20_000 },
  );
  expect(await orrery('describe node node-7')).toMatch(/^Allocatable:\n {2}cpu: +16\n/m);
});

// The thousand nodes before it are still being told of when it stops.
test('a node that is stopped is NotReady after the grace period, and Ready when it is started again', async () => {
  await orrery('nodes add 1 --name-prefix lone-');
  await eventually(
    () => statusOf('lone-1'),
    (status) => expect(status).toBe('Ready'),
  );
  expect(await orrery('nodes stop lone-1')).toBe('node/lone-1 stopped\n');
  await eventually(
    () => statusOf('lone-1'),
    (status) => expect(status).toBe('NotReady'),
    { withinMs: 45_000 },
  );
  expect(await orrery('nodes start lone-1')).toBe('node/lone-1 started\n');
  await eventually(
    () => statusOf('lone-1'),
    (status) => expect(status).toBe('Ready'),
    { withinMs: 20_000 },
  );
}, 90_000);

test('a node that is shut down says so at once, long before its grace period, and is Ready when it is started again', async () => {
  expect(await orrery('nodes stop --graceful lone-1')).toBe('node/lone-1 shutting down\n');
  await eventually(
    () => orrery('describe node lone-1'),
    (text) => expect(text).toMatch(/Ready +False .*node is shutting down/),
  );
  expect(await orrery('nodes start lone-1')).toBe('node/lone-1 started\n');
  await eventually(
    () => statusOf('lone-1'),
    (status) => expect(status).toBe('Ready'),
    { withinMs: 20_000 },
  );
});
