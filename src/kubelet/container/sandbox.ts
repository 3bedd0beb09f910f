import type { ApiClient } from '../../apiserver/client.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Container, Pod } from '../../scheme/generated/types/core-v1.ts';
import { createRoot, type Directory } from '../files/entries.ts';
import { FileTree } from '../files/file-tree.ts';
import { Space } from '../files/space.ts';
import type { Network } from '../shell/process.ts';
import { SimulatedContainer } from './container.ts';
import { type ContainerSources, readSources } from './sources.ts';
import { createVolume, entryBelow } from './volumes.ts';

/** How old what volumes show of ConfigMaps and Secrets may be. */
const REFRESH_MS = 10_000;
const MAX_SHARED_BYTES = 4_194_304;

export interface SandboxParts {
  /** Of the kubelet of the Pod's node. */
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly nameServer: string;
  /** What volumes outlive Pods: those of claims, and of nodes. By name, made when they are first asked for. */
  sharedDirectory(name: string): Directory;
}

/** What the containers of one Pod share, and those that have been looked into. */
export class PodSandbox {
  readonly #parts: SandboxParts;
  readonly #volumes = new Map<string, Directory>();
  /** By the id of their run. */
  readonly #containers = new Map<string, SimulatedContainer>();
  #sources: ContainerSources | undefined;
  #readMs = 0;

  constructor(parts: SandboxParts) {
    this.#parts = parts;
  }

  get usedBytes(): number {
    let bytes = 0;
    for (const { usedBytes } of this.#containers.values()) bytes += usedBytes;
    for (const { space } of this.#volumes.values()) bytes += space.usedBytes;
    return bytes;
  }

  /** The container of this run; one that has been restarted begins with the files of its image. */
  async container(
    pod: Pod,
    container: Container,
    { network, runId }: { readonly runId: string; readonly network: Network },
  ): Promise<SimulatedContainer> {
    const sources = await this.#refresh(pod);
    const known = this.#containers.get(runId);
    if (known) return known;
    const { clock, nameServer } = this.#parts;
    const volumes = this.#volumes;
    const made = new SimulatedContainer({
      pod,
      container,
      sources,
      volumes,
      network,
      nameServer,
      clock,
    });
    this.#forgetEarlierRuns(pod);
    this.#containers.set(runId, made);
    return made;
  }

  #forgetEarlierRuns({ status }: Pod): void {
    const lists = [
      status?.containerStatuses,
      status?.initContainerStatuses,
      status?.ephemeralContainerStatuses,
    ];
    const current = new Set(
      lists.flatMap((list) => list ?? []).map(({ containerID }) => containerID),
    );
    for (const runId of this.#containers.keys()) {
      if (!current.has(runId)) this.#containers.delete(runId);
    }
  }

  /** Volumes are made once, and show what their sources say now. */
  async #refresh(pod: Pod): Promise<ContainerSources> {
    const nowMs = this.#parts.clock.now();
    if (this.#sources && nowMs - this.#readMs < REFRESH_MS) return this.#sources;
    const known = this.#sources?.tokens ?? new Map();
    const sources = await readSources(this.#parts.client, pod, { known, nowMs });
    this.#readMs = nowMs;
    this.#sources = sources;
    this.#showVolumes(pod, sources);
    return sources;
  }

  #showVolumes(pod: Pod, sources: ContainerSources): void {
    const now = (): number => this.#parts.clock.now();
    for (const volume of pod.spec?.volumes ?? []) {
      const { configMap, downwardAPI, hostPath, name, persistentVolumeClaim, projected, secret } =
        volume;
      const known = this.#volumes.get(name);
      const isProjected = configMap ?? downwardAPI ?? projected ?? secret;
      if (known && !isProjected) continue;
      const shared =
        (hostPath && this.#nodeDirectory(pod, hostPath.path)) ??
        (persistentVolumeClaim &&
          this.#parts.sharedDirectory(
            `claim/${pod.metadata.namespace}/${persistentVolumeClaim.claimName}`,
          ));
      const made = shared ?? createVolume(volume, { pod, sources, now });
      if (known) replaceEntries(known, made);
      else this.#volumes.set(name, made);
    }
  }

  #nodeDirectory({ spec }: Pod, path: string): Directory | undefined {
    const root = this.#parts.sharedDirectory(`node/${spec?.nodeName}`);
    const entry = entryBelow(root, path);
    return entry.kind === 'directory' ? entry : undefined;
  }
}

function replaceEntries({ entries }: Directory, made: Directory): void {
  entries.clear();
  for (const [name, entry] of made.entries) entries.set(name, entry);
}

/** An empty directory for a claim; for a node, the little that a machine has. */
export function createSharedDirectory(name: string, now: () => number): Directory {
  const [kind, node = ''] = name.split('/');
  const space = new Space({ maxBytes: MAX_SHARED_BYTES });
  if (kind !== 'node') return createRoot(space, now(), 0o777);
  const tree = new FileTree(space, now);
  for (const path of ['/etc', '/var/log', '/var/lib/kubelet', '/tmp', '/proc', '/root']) {
    tree.makeDirectories(path);
  }
  tree.write('/etc/hostname', Buffer.from(`${node}\n`));
  tree.write(
    '/etc/os-release',
    Buffer.from('NAME="Orrery"\nID=orrery\nPRETTY_NAME="Orrery, simulated"\n'),
  );
  return tree.root;
}
