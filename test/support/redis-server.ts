import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';

const RETRY_MS = 20;

/** Whether this machine has a Redis to start. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** A Redis of a test's own, on a socket that nobody else knows, which keeps on disk what it acknowledges. */
export class RedisServer implements AsyncDisposable {
  /** The path of its socket, which ioredis takes for a URL. */
  readonly url: string;
  readonly #directory = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-redis-'));
  readonly #data = path.join(this.#directory, 'data');
  #server: ChildProcess | undefined;

  constructor() {
    fs.mkdirSync(this.#data);
    this.url = path.join(this.#directory, 'socket');
  }

  /** Starts it, with what it had; resolves when it serves. */
  async start(): Promise<void> {
    const listen = ['--port', '0', '--unixsocket', this.url];
    const keep = ['--dir', this.#data, '--save', '', '--appendonly', 'yes'];
    this.#server = spawn('redis-server', [...listen, ...keep], { stdio: 'ignore' });
    const client = new Redis(this.url, { retryStrategy: () => RETRY_MS });
    // Ignored: it does not listen yet.
    client.on('error', () => undefined);
    await client.ping();
    client.disconnect();
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  /** What it had is gone when it starts next, as without a disk. */
  forget(): void {
    fs.rmSync(this.#data, { recursive: true });
    fs.mkdirSync(this.#data);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    fs.rmSync(this.#directory, { recursive: true });
  }
}
