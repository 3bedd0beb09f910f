import net from 'node:net';

/**
 * A TCP proxy to a PostgreSQL that can do what networks do: swallow what one side sends while both believe to be
 * connected, cut one side and leave the other, and deliver late.
 */
export interface HalfOpenProxy extends AsyncDisposable {
  /** `databaseUrl` by way of this proxy. */
  urlFor(databaseUrl: string): string;
  /** The server goes away: cuts every connection, and each new one as soon as it comes. */
  refuse(): void;
  /** The server is back. */
  accept(): void;
  /** The connections of clients whose application_name is `applicationName`, oldest first. */
  connections(applicationName: string): ProxiedConnection[];
}

/** One client's connection and its other half to the server. */
export interface ProxiedConnection {
  /** As the client's first packet tells. */
  readonly applicationName: string;
  readonly isCut: boolean;
  /** Keeps what the client sends from the server, until released. */
  holdRequests(): void;
  /** Keeps what the server sends from the client, until released. */
  holdResponses(): void;
  /** How many bytes of the client are held. */
  readonly heldRequestBytes: number;
  /** What the server has sent and the client never got, as Latin-1: enough to find an error's code in it. */
  readonly heldResponses: string;
  /** Passes on what was held, even to a server whose client has gone. */
  releaseRequests(): void;
  /** The client loses its connection; the server does not notice. */
  cutClient(): void;
  /** Both lose it. */
  cut(): void;
}

const APPLICATION_NAME = /application_name\0([^\0]*)\0/;

/** Listens on a free port of the loopback interface, in front of the server that `databaseUrl` names. */
export async function startHalfOpenProxy(databaseUrl: string): Promise<HalfOpenProxy> {
  const target = new URL(databaseUrl);
  const all = new Set<Pipe>();
  let refusing = false;
  const server = net.createServer((client) => {
    if (refusing) {
      client.destroy();
      return;
    }
    const upstream = net.connect(Number(target.port), target.hostname);
    const pipe = new Pipe(client, upstream);
    all.add(pipe);
    pipe.onClosed = () => all.delete(pipe);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    urlFor: (url) => {
      const proxied = new URL(url);
      proxied.hostname = '127.0.0.1';
      proxied.port = String(port);
      return proxied.href;
    },
    refuse: () => {
      refusing = true;
      for (const pipe of all) pipe.cut();
    },
    accept: () => {
      refusing = false;
    },
    connections: (name) => [...all].filter(({ applicationName }) => applicationName === name),
    async [Symbol.asyncDispose]() {
      for (const pipe of all) pipe.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class Pipe implements ProxiedConnection {
  applicationName = '';
  onClosed: () => void = () => undefined;
  readonly #client: net.Socket;
  readonly #server: net.Socket;
  readonly #heldRequests: Buffer[] = [];
  readonly #heldResponses: Buffer[] = [];
  #holdRequests = false;
  #holdResponses = false;
  #keepServer = false;

  constructor(client: net.Socket, server: net.Socket) {
    this.#client = client;
    this.#server = server;
    client.on('data', (data) => this.#onRequest(data));
    server.on('data', (data) => {
      if (this.#holdResponses || client.destroyed) this.#heldResponses.push(data);
      else client.write(data);
    });
    client.on('close', () => this.#onClientClose());
    server.on('close', () => this.cut());
    // Ignored: a reset is what this proxy is for, and `close` follows.
    client.on('error', () => undefined);
    server.on('error', () => undefined);
  }

  get isCut(): boolean {
    return this.#client.destroyed;
  }

  get heldRequestBytes(): number {
    return this.#heldRequests.reduce((sum, { length }) => sum + length, 0);
  }

  get heldResponses(): string {
    return Buffer.concat(this.#heldResponses).toString('latin1');
  }

  holdRequests(): void {
    this.#holdRequests = true;
  }

  holdResponses(): void {
    this.#holdResponses = true;
  }

  releaseRequests(): void {
    this.#holdRequests = false;
    for (const data of this.#heldRequests.splice(0)) this.#server.write(data);
  }

  cutClient(): void {
    this.#keepServer = true;
    this.#client.destroy();
  }

  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
    this.onClosed();
  }

  #onRequest(data: Buffer): void {
    if (this.applicationName === '') {
      this.applicationName = APPLICATION_NAME.exec(data.toString('latin1'))?.[1] ?? '';
    }
    if (this.#holdRequests) this.#heldRequests.push(data);
    else this.#server.write(data);
  }

  /** A client that leaves by itself takes its server half along. */
  #onClientClose(): void {
    if (!this.#keepServer) this.cut();
  }
}
