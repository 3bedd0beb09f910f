import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { runOrreryProcess } from '../../support/orrery-process.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const orrery = (line: string) => runOrreryProcess(line.split(' '), { server });

test('the example client shows Deployment, Pods, Nodes and Events, and follows what changes', async () => {
  await orrery('apply -f examples/nginx-deployment.yaml');
  await orrery('rollout status deploy/nginx-deployment');
  const client = startClient();
  try {
    await eventually(client.output, (text) => expect(text).toContain('Watching their pods'));
    expect(client.output()).toMatch(
      /^nginx-deployment: 2 of 2 ready\n {2}nginx-deployment-\S+ Running 10\.\S+\n {4}on node-\d \(172\.\S+\)\n {4}Scheduled: /,
    );
    await orrery('scale deploy/nginx-deployment --replicas=3');
    await eventually(client.output, (text) =>
      expect(text).toMatch(/^ADDED nginx[\s\S]*^MODIFIED \S+ Running ready=True node=node-\d$/m),
    );
  } finally {
    client.child.kill('SIGINT');
    await once(client.child, 'close');
  }
});

function startClient(): { child: ChildProcess; output: () => string } {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'examples/client/main.ts', 'app=nginx'],
    {
      cwd: ROOT,
      env: { ...env, ORRERY_SERVER: server.url, ORRERY_DATA_DIR: server.dataDirectory },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
}
