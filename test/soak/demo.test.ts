import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const run = promisify(execFile);

test('npm run demo shows the node fall silent and its Pods move, within forty seconds, and leads on', async () => {
  const startedAt = Date.now();
  const { stdout } = await run(process.execPath, ['scripts/demo.mjs']);
  const steps = [
    'deployment.apps/web created',
    '6 of 6 Pods ready',
    'node/node-2 stopped',
    'Unknown: its kubelet has fallen silent',
    'Terminating on node-2',
    'node/node-2 started',
    'Try next: npm start',
  ];
  const places = steps.map((step) => stdout.indexOf(step));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(Date.now() - startedAt).toBeLessThan(40_000);
}, 60_000);
