/**
 * The way into running containers: what a door hands over, and what whoever runs containers does with it. Both sides are
 * slow at times, so that whoever writes waits for whoever reads, and nothing piles up in between.
 */
import type { MaybePromise } from './maybe-promise.ts';

/** Where bytes go. Who gets a promise waits for it before it writes more. */
export interface ByteSink {
  /** @throws when nobody will read any more */
  write(chunk: Uint8Array): MaybePromise<void>;
}

/** Where bytes come from, until there are no more. */
export type ByteSource = AsyncIterable<Uint8Array>;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** What a process in a container is connected to. What is left out is closed. */
export interface ProcessStreams {
  readonly stdin?: ByteSource | undefined;
  readonly stdout?: ByteSink | undefined;
  /** With a terminal there is none: everything goes to stdout. */
  readonly stderr?: ByteSink | undefined;
  /** Present for a process at a terminal: how large that is now, once it has been told. */
  readonly terminalSize?: (() => TerminalSize | undefined) | undefined;
}

/** Names a Pod, and which one it is of those that have had the name. */
export interface PodAddress {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface HttpRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Whoever runs containers. Every call ends early when `signal` aborts. */
export interface ContainerStreams {
  /**
   * Runs a command in a container.
   * @returns its exit code
   * @throws when it cannot be started, with the runtime's words
   */
  exec(
    pod: PodAddress,
    container: string,
    command: readonly string[],
    streams: ProcessStreams,
    signal: AbortSignal,
  ): Promise<number>;
  /** Connects to the container's main process until that ends; returns its exit code. */
  attach(
    pod: PodAddress,
    container: string,
    streams: ProcessStreams,
    signal: AbortSignal,
  ): Promise<number>;
  /** Connects to a port of the Pod until either side is done. @throws when nothing listens there */
  connect(
    pod: PodAddress,
    port: number,
    connection: { readonly input: ByteSource; readonly output: ByteSink },
    signal: AbortSignal,
  ): Promise<void>;
  /** Asks what listens at a port of the Pod over HTTP. @throws when nothing listens there */
  request(pod: PodAddress, port: number, request: HttpRequest): Promise<HttpAnswer>;
}
