/** A throw-away Redis for a test run, when this machine has one installed. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const ATTEMPTS = 3;
const START_TIMEOUT_MS = 10_000;

/** Starts one on a free loopback port, with nothing on disk. Undefined when there is none to start. */
export async function startRedis() {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const port = await findFreePort();
    const args = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const server = spawn('redis-server', args.map(String), { stdio: 'ignore' });
    if (await accepts(server, port)) return describe(server, port);
    server.kill('SIGKILL');
  }
  throw new Error(`redis-server did not start in ${ATTEMPTS} attempts`);
}

function describe(server, port) {
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      process.off('exit', kill);
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    },
  };
}

/** Someone may have taken the port since it was found free: then the server ends, and the caller tries another. */
async function accepts(server, port) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (server.exitCode === null && Date.now() < deadline) {
    if (await canConnect(port)) return server.exitCode === null;
    await delay(20);
  }
  return false;
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function findFreePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
