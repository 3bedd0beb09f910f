import type { Clock } from '../../lib/clock.ts';
import type { ProcessStreams } from '../../lib/container-streams.ts';
import type { Container, Pod } from '../../scheme/generated/types/core-v1.ts';
import type { Directory } from '../files/entries.ts';
import type { FileTree } from '../files/file-tree.ts';
import { RedisStore } from '../network/redis.ts';
import { createBudget, EXIT_KILLED, KilledError } from '../shell/budget.ts';
import { ByteReader } from '../shell/byte-reader.ts';
import { NOTHING, NOWHERE } from '../shell/pipe.ts';
import type { Machine, Network, Process, ProcessEntry, Program, User } from '../shell/process.ts';
import { PROGRAMS } from '../shell/program-table.ts';
import { redisCli } from '../shell/programs/redis-cli.ts';
import { EXIT_INTERRUPTED } from '../shell/programs/sh.ts';
import { findProgram, runProgram } from '../shell/run-program.ts';
import { Terminal } from '../shell/terminal.ts';
import { userOf } from '../status/container-facts.ts';
import { environmentOf, expandReferences } from './environment.ts';
import { behaviourOf, hasProgram, type ImageBehaviour } from './images.ts';
import { createRootFiles } from './root-files.ts';
import type { ContainerSources } from './sources.ts';
import { mountVolumes } from './volumes.ts';

/** As the kernel's own names go no further. */
const MAX_HOSTNAME = 63;
const KERNEL = { release: '6.6.0-orrery', architecture: 'x86_64' };

export interface ContainerParts {
  readonly pod: Pod;
  readonly container: Container;
  readonly sources: ContainerSources;
  readonly volumes: ReadonlyMap<string, Directory>;
  readonly network: Network;
  /** The address of the cluster's name server. */
  readonly nameServer: string;
  readonly clock: Clock;
}

/** One run of a simulated container: its files, its environment, and what runs in it. */
export class SimulatedContainer {
  readonly image: ImageBehaviour;
  readonly files: FileTree;
  readonly redis = new RedisStore();
  /** What the main process was called with. */
  readonly command: readonly string[];
  readonly #env: ReadonlyMap<string, string>;
  readonly #machine: Machine;
  readonly #workingDir: string;
  readonly #processes: ProcessEntry[] = [];
  #lastPid = 1;

  constructor(parts: ContainerParts) {
    const { clock, container, network, pod } = parts;
    const imageName = container.image ?? '';
    this.image = behaviourOf(imageName);
    const hostname = hostnameOf(pod);
    this.#env = environmentOf({ ...parts, image: this.image, hostname });
    this.command = commandOf(container, this.image, this.#env);
    const user = processUser(pod, container);
    const program = (name: string): Program | undefined => this.#program(imageName, name);
    this.files = this.#createFiles(parts, { hostname, user });
    this.#workingDir = container.workingDir ?? this.image.workingDir ?? '/';
    this.#machine = {
      files: this.files,
      clock,
      hostname,
      user,
      network,
      kernel: KERNEL,
      processes: () => this.#processes,
      program,
    };
    this.#processes.push({
      pid: 1,
      user: user.name || String(user.uid),
      command: this.command.join(' '),
    });
  }

  /** Whether its main process is one that is simulated, and not one that only keeps running. */
  get isCommandSimulated(): boolean {
    const [name = ''] = this.command;
    return findProgram({ cwd: this.#workingDir, machine: this.#machine }, name) !== undefined;
  }

  /** How much its files take. */
  get usedBytes(): number {
    return this.files.root.space.usedBytes;
  }

  /** Runs a command to its end; returns its exit code. @throws with the runtime's words, when there is no such program */
  async run(
    args: readonly string[],
    streams: ProcessStreams,
    signal: AbortSignal,
  ): Promise<number> {
    this.#assertRunnable(args);
    const entry = {
      pid: ++this.#lastPid,
      user: this.#processes[0]?.user ?? '',
      command: args.join(' '),
    };
    this.#processes.push(entry);
    try {
      return await (streams.terminalSize
        ? this.#runAtTerminal(args, streams, signal)
        : runProgram(this.#process(args, streams, signal)));
    } catch (thrown) {
      if (!(thrown instanceof KilledError)) throw thrown;
      return EXIT_KILLED;
    } finally {
      this.#processes.splice(this.#processes.indexOf(entry), 1);
    }
  }

  async #runAtTerminal(
    args: readonly string[],
    streams: ProcessStreams,
    signal: AbortSignal,
  ): Promise<number> {
    const interrupted = new AbortController();
    let onInterrupt = (): void => interrupted.abort();
    const terminal = new Terminal(streams.stdout ?? NOWHERE, () => onInterrupt());
    const typing = terminal.run(streams.stdin ?? NOTHING);
    // A connection that breaks ends the input; the program sees that.
    typing.catch(() => undefined);
    const either = AbortSignal.any([signal, interrupted.signal]);
    const { input: stdin, output: stdout } = terminal;
    const process = this.#process(args, { ...streams, stdin, stdout, stderr: stdout }, either);
    const listen = (listener: () => void): void => {
      onInterrupt = listener;
    };
    try {
      return await runProgram({ ...process, onInterrupt: listen });
    } catch (thrown) {
      if (thrown instanceof KilledError && !signal.aborted) return EXIT_INTERRUPTED;
      throw thrown;
    }
  }

  #process(args: readonly string[], streams: ProcessStreams, signal: AbortSignal): Process {
    return {
      args,
      env: this.#env,
      cwd: this.#workingDir,
      stdin: new ByteReader(streams.stdin ?? NOTHING),
      stdout: streams.stdout ?? NOWHERE,
      stderr: streams.stderr ?? NOWHERE,
      machine: this.#machine,
      budget: createBudget(signal),
      terminalSize: streams.terminalSize,
      signal,
    };
  }

  #assertRunnable([name = '']: readonly string[]): void {
    if (findProgram({ cwd: this.#workingDir, machine: this.#machine }, name)) return;
    const why = name.includes('/')
      ? `stat ${name}: no such file or directory`
      : 'executable file not found in $PATH';
    throw new Error(
      `OCI runtime exec failed: exec failed: unable to start container process: exec: ${JSON.stringify(name)}: ${why}: unknown`,
    );
  }

  #program(image: string, name: string): Program | undefined {
    if (!hasProgram(image, name)) return undefined;
    return name === 'redis-cli' ? redisCli(this.redis) : PROGRAMS.get(name);
  }

  #createFiles(
    { clock, container, nameServer, pod, volumes }: ContainerParts,
    { hostname, user }: { readonly hostname: string; readonly user: User },
  ): FileTree {
    const programs = [...PROGRAMS.keys(), 'redis-cli'].filter((name) =>
      hasProgram(container.image ?? '', name),
    );
    const now = (): number => clock.now();
    const files = createRootFiles({
      pod,
      image: this.image,
      programs,
      hostname,
      user,
      nameServer,
      now,
    });
    files.makeDirectories(container.workingDir ?? this.image.workingDir ?? '/');
    mountVolumes(files, container, volumes);
    files.root.space.isReadOnly = container.securityContext?.readOnlyRootFilesystem ?? false;
    return files;
  }
}

function hostnameOf({ metadata, spec }: Pod): string {
  if (spec?.hostNetwork) return spec.nodeName ?? '';
  return (spec?.hostname ?? metadata.name ?? '').slice(0, MAX_HOSTNAME);
}

function commandOf(
  { args = [], command = [] }: Container,
  image: ImageBehaviour,
  env: ReadonlyMap<string, string>,
): string[] {
  const isReplaced = command.length > 0 || (args.length > 0 && image.isShell === true);
  const words = [...(isReplaced ? command : image.command), ...args];
  return words.map((word) => expandReferences(word, (name) => env.get(name)));
}

function processUser({ spec }: Pod, container: Container): User {
  const { gid, uid } = userOf(container, spec);
  return {
    uid,
    gid,
    name: uid === 0 ? 'root' : '',
    group: gid === 0 ? 'root' : '',
  };
}
