/**
 * `npm run demo`: a control plane in a temporary folder, a Deployment of six Pods, and a node that loses power, with all
 * that happens on screen. Nothing is left behind.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { styleText } from 'node:util';
import { ensureBuilt, ensureDependencies, ROOT, run, SetupError } from './setup.mjs';

const HELP = `Shows a control plane at work: a Deployment, a node that loses power, Pods that move. Takes half a minute.

Usage: npm run demo
`;
const REPLICAS = 6;
const VICTIM = 'node-2';
/** Short, so that nobody has to wait: Kubernetes' own are 40 and 300 seconds. */
const GRACE_SECONDS = 3;
const TOLERATION_SECONDS = 3;
const PATIENCE_MS = 30_000;
const POLL_MS = 20;
const EXIT_INTERRUPTED = 130;
const USE_COLOUR = process.stdout.isTTY === true && !process.env.NO_COLOR;

const MANIFEST = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${REPLICAS}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: nginx, image: "nginx:1.27" }]
`;

const WATCH = `subscription {
  watch(resources: [
    { resource: "nodes" }
    { resource: "deployments", namespace: "default" }
    { resource: "pods", namespace: "default" }
  ]) { type resource { singularName } json }
}`;

function say(text = '') {
  process.stdout.write(`${text}\n`);
}

function paint(style, text) {
  return USE_COLOUR ? styleText(style, text, { validateStream: false }) : text;
}

function title(text) {
  say(`\n${paint('bold', text)}`);
}

/** Resolves with the first value of `read` that is not false; a demonstration that hangs shows nothing. */
async function until(what, read) {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const value = await read();
    if (value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new SetupError(
    `The demonstration gave up waiting for ${what}; run "npm start" and look at the same with "npx orrery get pods -o wide -w".`,
  );
}

/** The server of `npm start`, on a free port and a folder of its own. */
class DemoServer {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-demo-'));
  #child;
  #output = '';
  #hasEnded = false;

  async start() {
    // As root, the embedded PostgreSQL runs as another user, who must get through.
    fs.chmodSync(this.directory, 0o711);
    const args = [
      ...['--port', '0', '--data-dir', this.directory],
      ...['--node-monitor-grace-period', String(GRACE_SECONDS)],
      ...['--default-toleration-seconds', String(TOLERATION_SECONDS)],
    ];
    const { DATABASE_URL: _, REDIS_URL: __, ...env } = process.env;
    const main = path.join(ROOT, 'dist', 'main.mjs');
    // A group of its own: Ctrl-C reaches this script alone, which then stops the server.
    this.#child = spawn(process.execPath, [main, ...args], { env, detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output += text;
      });
    }
    this.#child.once('close', () => {
      this.#hasEnded = true;
    });
    this.url = await until('the control plane', () => this.#readUrl());
    this.token = fs.readFileSync(path.join(this.directory, 'token'), 'utf8').trim();
    await until('the control plane', () => isReady(this.url));
  }

  #readUrl() {
    if (this.#hasEnded) throw new SetupError(`The control plane did not start:\n${this.#output}`);
    return /http:\/\/127\.0\.0\.1:\d+/.exec(this.#output)?.[0] ?? false;
  }

  async stop() {
    if (this.#child && !this.#hasEnded) {
      const ended = once(this.#child, 'close');
      this.#child.kill('SIGINT');
      await ended;
    }
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}

async function isReady(url) {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    // Ignored: it does not listen yet.
    return false;
  }
}

/** Runs the command as a user would, shows it, and shows what it prints. */
async function orrery(server, args, input = '') {
  say(paint('cyan', `$ npx orrery ${args.join(' ')}`));
  const env = { ...process.env, ORRERY_SERVER: server.url, ORRERY_DATA_DIR: server.directory };
  const cli = path.join(ROOT, 'dist', 'cli.mjs');
  const stdio = ['pipe', 'inherit', 'inherit'];
  const child = spawn(process.execPath, [cli, ...args], { env, stdio });
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new SetupError(`The command ended with exit code ${code}.`);
}

/** What everything looks like at the moment, kept by a subscription, which also prints each change. */
class Screen {
  #lines = new Map();
  #objects = new Map();
  #startedAt = Date.now();

  onEvent({ type, resource, json }) {
    if (type === 'BOOKMARK') return;
    const key = `${resource.singularName}/${json.metadata.name}`;
    const line = type === 'DELETED' ? 'gone' : describe(json);
    if (type === 'DELETED') this.#objects.delete(key);
    else this.#objects.set(key, json);
    // Heartbeats, for example, change nothing that is to be seen.
    if (this.#lines.get(key) === line) return;
    this.#lines.set(key, line);
    const seconds = ((Date.now() - this.#startedAt) / 1_000).toFixed(1).padStart(5);
    say(`${paint('dim', `${seconds} s`)}  ${key.padEnd(28)} ${paintState(line)}`);
  }

  get(key) {
    return this.#objects.get(key);
  }

  pods() {
    return [...this.#objects.values()].filter(({ kind }) => kind === 'Pod');
  }
}

function describe(object) {
  if (object.kind === 'Pod') return describePod(object);
  if (object.kind === 'Node') return describeNode(object);
  const { readyReplicas = 0 } = object.status ?? {};
  return `${readyReplicas} of ${object.spec.replicas} Pods ready`;
}

function describePod({ metadata, spec, status }) {
  const where = spec.nodeName ? ` on ${spec.nodeName}` : '';
  if (metadata.deletionTimestamp) return `Terminating${where}`;
  if (isTrue(status, 'Ready')) return `Ready${where}`;
  if (status?.phase === 'Running') return `Running${where}`;
  const reason = status?.containerStatuses?.[0]?.state?.waiting?.reason;
  return `${reason ?? (where ? 'Bound' : 'Pending')}${where}`;
}

function describeNode({ status }) {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  if (ready === 'True') return 'Ready';
  return ready === 'Unknown' ? 'Unknown: its kubelet has fallen silent' : 'NotReady';
}

function isTrue(status, type) {
  return status?.conditions?.find((condition) => condition.type === type)?.status === 'True';
}

function paintState(line) {
  if (line.startsWith('Ready')) return paint('green', line);
  if (/^(?:Unknown|NotReady|Terminating|gone)/.test(line)) return paint('red', line);
  return line;
}

/** Subscribes over server-sent events, which need nothing but fetch. */
async function follow(server, screen, signal) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${server.token}`,
    },
    body: JSON.stringify({ query: WATCH }),
    signal,
  });
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + text).split('\n\n');
    rest = frames.pop();
    for (const frame of frames) {
      const data = /^data: (.+)$/m.exec(frame)?.[1];
      if (data && frame.includes('event: next')) screen.onEvent(JSON.parse(data).data.watch);
    }
  }
}

/** Pods that serve, somewhere else than on the node that is `without` power. */
function areServing(screen, without) {
  const serving = screen.pods().filter(({ metadata, spec, status }) => {
    return isTrue(status, 'Ready') && !metadata.deletionTimestamp && spec.nodeName !== without;
  });
  return serving.length === REPLICAS;
}

function isComplete(screen) {
  return screen.get('deployment/web')?.status.readyReplicas === REPLICAS;
}

async function show(server, screen) {
  title('A Deployment of six Pods');
  await orrery(server, ['apply', '-f', '-'], MANIFEST);
  await until('six Pods', () => areServing(screen));
  await until('the Deployment', () => isComplete(screen));

  title(
    `${VICTIM} loses power: after ${GRACE_SECONDS} s it is Unknown, after ${TOLERATION_SECONDS} s more its Pods move`,
  );
  await orrery(server, ['nodes', 'stop', VICTIM]);
  await until('the Pods to move', () => areServing(screen, VICTIM));
  await until('the Deployment', () => isComplete(screen));
  await orrery(server, ['get', 'nodes']);
  await orrery(server, ['get', 'pods', '-o', 'wide']);

  title('Power again: the node reports, and the Pods that were stranded on it end');
  await orrery(server, ['nodes', 'start', VICTIM]);
  await until(`${VICTIM}`, () => isTrue(screen.get(`node/${VICTIM}`)?.status, 'Ready'));
  await until('the stranded Pods', () => screen.pods().length === REPLICAS);
}

async function demo() {
  if (process.argv.includes('--help') || process.argv.includes('-h')) {
    process.stdout.write(HELP);
    return;
  }
  await ensureDependencies();
  await ensureBuilt();
  const abort = new AbortController();
  const interrupted = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve('interrupted'));
  });
  const server = new DemoServer();
  const screen = new Screen();
  const story = async () => {
    title('A control plane with three simulated nodes');
    await server.start();
    follow(server, screen, abort.signal).catch(() => {
      // Ignored: the end of the stream is the end of the show.
    });
    await until('three Ready nodes', () =>
      [1, 2, 3].every((n) => isTrue(screen.get(`node/node-${n}`)?.status, 'Ready')),
    );
    await show(server, screen);
  };
  let outcome;
  try {
    outcome = await Promise.race([story(), interrupted]);
  } finally {
    abort.abort();
    await server.stop();
  }
  // The story still waits for what will not come any more.
  if (outcome === 'interrupted') process.exit(EXIT_INTERRUPTED);
  say('\nEverything is stopped and removed. Try next: npm start');
}

await run(demo);
