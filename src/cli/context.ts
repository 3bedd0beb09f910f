import type { Connection, ConnectionFlags } from './connection.ts';
import { resolveConnection } from './connection.ts';
import type { GraphqlClient } from './transport/graphql-client.ts';

/** A stream that is written to: a terminal, a pipe, or a test. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What the command finds around it. */
export interface CliEnvironment {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The checkout. */
  readonly packageRoot: string;
  /** The arguments after the program's name, as typed. */
  readonly argv: readonly string[];
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a command works with. */
export class CliContext {
  readonly environment: CliEnvironment;
  readonly #flags: ConnectionFlags;
  #connection: Connection | undefined;
  #client: Promise<GraphqlClient> | undefined;

  constructor(environment: CliEnvironment, flags: ConnectionFlags) {
    this.environment = environment;
    this.#flags = flags;
  }

  get signal(): AbortSignal {
    return this.environment.signal;
  }

  /** @throws {CliError} */
  get connection(): Connection {
    const { env, cwd, packageRoot } = this.environment;
    this.#connection ??= resolveConnection({ flags: this.#flags, env, cwd, packageRoot });
    return this.#connection;
  }

  /** The connection to the control plane, made when it is first needed. */
  client(): Promise<GraphqlClient> {
    this.#client ??= import('./transport/graphql-client.ts').then(
      ({ GraphqlClient }) =>
        new GraphqlClient({ connection: this.connection, signal: this.signal }),
    );
    return this.#client;
  }

  /** What time it is in the cluster, in milliseconds since the epoch: what ages and dates of objects go by. */
  async clusterNow(): Promise<number> {
    const { ClusterTimeDocument } = await import('./generated/operations.ts');
    const { clusterTime } = await (await this.client()).request(ClusterTimeDocument, {});
    return clusterTime ? Date.parse(clusterTime.time) : this.environment.now();
  }

  /** Prints a line of the command's output. */
  print(line: string): void {
    this.environment.stdout.write(`${line}\n`);
  }

  /** Prints a line for the user's eyes: warnings, progress, errors. */
  warn(line: string): void {
    this.environment.stderr.write(`${line}\n`);
  }

  /** Suggests what to do next; only a person at a terminal sees it. */
  suggest(line: string): void {
    const { stdout, stderr } = this.environment;
    if (stdout.isTTY && stderr.isTTY) this.warn(line);
  }

  /** Whether what goes to `output` may be coloured: https://no-color.org. */
  mayColor(output: Output): boolean {
    const { env } = this.environment;
    return Boolean(output.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb';
  }

  /** The advice that came with the server's answers. */
  async warnings(): Promise<Iterable<string>> {
    return (await this.#connected())?.warnings ?? [];
  }

  async close(): Promise<void> {
    await (await this.#connected())?.close();
  }

  async #connected(): Promise<GraphqlClient | undefined> {
    // Ignored: whoever asked for the client has been told why there is none.
    return this.#client?.catch(() => undefined);
  }
}
