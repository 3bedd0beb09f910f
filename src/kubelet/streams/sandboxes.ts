import type { Clock } from '../../lib/clock.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { createSharedDirectory, PodSandbox } from '../container/sandbox.ts';
import type { Directory } from '../files/entries.ts';
import type { NodeClients } from '../node-clients.ts';

/** What all containers of a server hold in memory at most: beyond it, those that nobody has used for longest are as new again. */
const MAX_BYTES = 256 * 1_048_576;
const MAX_SANDBOXES = 1_000;
const MAX_SHARED = 500;

export interface SandboxesOptions {
  readonly clientFor: NodeClients;
  readonly clock: Clock;
  readonly nameServer: string;
}

/** The sandboxes of Pods that have been looked into. */
export class Sandboxes {
  readonly #options: SandboxesOptions;
  /** By the Pod's uid, the one that was used last at the end. */
  readonly #sandboxes = new Map<string, PodSandbox>();
  readonly #shared = new Map<string, Directory>();
  readonly #inUse = new Map<string, number>();

  constructor(options: SandboxesOptions) {
    this.#options = options;
  }

  get(pod: Pod): PodSandbox {
    const uid = pod.metadata.uid ?? '';
    const { clientFor, ...rest } = this.#options;
    const sandbox =
      this.#sandboxes.get(uid) ??
      new PodSandbox({
        ...rest,
        client: clientFor(pod.spec?.nodeName ?? ''),
        sharedDirectory: (name) => this.#sharedDirectory(name),
      });
    this.#sandboxes.delete(uid);
    this.#sandboxes.set(uid, sandbox);
    return sandbox;
  }

  /** Keeps the Pod's sandbox until `work` is done. */
  async use<T>(pod: Pod, work: (sandbox: PodSandbox) => Promise<T>): Promise<T> {
    const uid = pod.metadata.uid ?? '';
    this.#inUse.set(uid, (this.#inUse.get(uid) ?? 0) + 1);
    try {
      return await work(this.get(pod));
    } finally {
      const count = (this.#inUse.get(uid) ?? 1) - 1;
      if (count > 0) this.#inUse.set(uid, count);
      else this.#inUse.delete(uid);
      this.#trim();
    }
  }

  /** The Pod is gone. */
  forget(uid: string): void {
    this.#sandboxes.delete(uid);
  }

  uids(): Iterable<string> {
    return this.#sandboxes.keys();
  }

  #trim(): void {
    let bytes = 0;
    for (const sandbox of this.#sandboxes.values()) bytes += sandbox.usedBytes;
    for (const [uid, sandbox] of this.#sandboxes) {
      if (bytes <= MAX_BYTES && this.#sandboxes.size <= MAX_SANDBOXES) return;
      if (this.#inUse.has(uid)) continue;
      bytes -= sandbox.usedBytes;
      this.#sandboxes.delete(uid);
    }
  }

  #sharedDirectory(name: string): Directory {
    const known = this.#shared.get(name);
    if (known) return known;
    const [oldest] = this.#shared.keys();
    if (this.#shared.size >= MAX_SHARED && oldest !== undefined) this.#shared.delete(oldest);
    const made = createSharedDirectory(name, () => this.#options.clock.now());
    this.#shared.set(name, made);
    return made;
  }
}
