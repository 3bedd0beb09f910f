import type { Clock } from '../../lib/clock.ts';
import type {
  ByteSink,
  HttpAnswer,
  HttpRequest,
  TerminalSize,
} from '../../lib/container-streams.ts';
import type { MaybePromise } from '../../lib/maybe-promise.ts';
import type { FileTree } from '../files/file-tree.ts';
import type { ByteReader } from './byte-reader.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
  /** '' for one that the container's files do not name. */
  readonly name: string;
  readonly group: string;
}

export interface ProcessEntry {
  readonly pid: number;
  readonly user: string;
  readonly command: string;
}

/** What a name stands for in the cluster. */
export interface NameAnswer {
  /** In full: `web.default.svc.cluster.local`. */
  readonly name: string;
  readonly addresses: readonly string[];
}

export interface HttpTarget {
  readonly host: string;
  readonly port: number;
}

/** The network that a container sees: the cluster's Pods and Services, and nothing else. */
export interface Network {
  /** Undefined for a name that stands for nothing. */
  lookUp(name: string): Promise<NameAnswer | undefined>;
  /** @throws {NetworkError} */
  request(target: HttpTarget, request: HttpRequest): Promise<HttpAnswer>;
}

/** Why nothing answered. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly reason: 'bad address' | 'refused' | 'timed out';

  constructor(reason: 'bad address' | 'refused' | 'timed out', message: string) {
    super(message);
    this.reason = reason;
  }
}

/** What a container is to the programs in it. */
export interface Machine {
  readonly files: FileTree;
  readonly clock: Clock;
  readonly hostname: string;
  readonly user: User;
  readonly network: Network;
  /** The node's operating system and hardware, for `uname`. */
  readonly kernel: { readonly release: string; readonly architecture: string };
  processes(): readonly ProcessEntry[];
  /** The program of this name, where the image has it. */
  program(name: string): Program | undefined;
}

/** One running program. */
export interface Process {
  /** The first is the name that it was called by. */
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly stdin: ByteReader;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  readonly machine: Machine;
  /** Counts what the whole session does, and ends it when that is too much. */
  readonly budget: Budget;
  readonly terminalSize?: (() => TerminalSize | undefined) | undefined;
  readonly signal: AbortSignal;
  /** Of a process at a terminal: who is told of Ctrl-C from now on. */
  readonly onInterrupt?: ((listener: () => void) => void) | undefined;
}

/** Runs to its end; returns its exit code. */
export type Program = (process: Process) => MaybePromise<number>;

/** How much a session may do. */
export interface Budget {
  /** Counts one step; lets others have their turn every now and then. @throws {KilledError} */
  spend(): MaybePromise<void>;
}
