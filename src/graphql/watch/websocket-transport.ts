/**
 * Subscriptions (and queries and mutations) over WebSocket, in the protocol `graphql-transport-ws`. graphql-ws keeps the
 * protocol: opening, pings, identifiers, ends. The results of subscriptions go past it, straight to the connection's
 * writer, because they are encoded already. See docs/watch.md.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { type Context, handleProtocols, makeServer, type Server } from 'graphql-ws';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Seat } from '../../apiserver/fairness/fair-queues.ts';
import { connectionCredentials } from '../../http/credentials.ts';
import { FlushScheduler } from '../../http/stream/flush-scheduler.ts';
import { SocketWriter } from '../../http/stream/socket-writer.ts';
import { systemClock, type Timer } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import { isApiError, tooManyRequests } from '../../scheme/errors.ts';
import { GRAPHQL_PATH } from '../door-options.ts';
import type { PreparedOperation } from '../execution/compiler.ts';
import { formatGraphqlError } from '../format-error.ts';
import type { Caller, GraphqlService, OperationRequest } from '../graphql-service.ts';
import { SubscriptionDelivery } from './subscription-delivery.ts';
import { SubscriptionEnd } from './subscription-end.ts';
import { nextMessagePrefix, WEBSOCKET_FRAMES } from './websocket-frames.ts';

/** A connection that does not answer a ping within this time is dead. */
const KEEP_ALIVE_MS = 12_000;
/** How long clients may take to say goodbye when the server stops, in milliseconds. */
const CLOSE_GRACE_MS = 1_000;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_UNAUTHORIZED = 4401;
const CLOSE_FORBIDDEN = 4403;
const CLOSE_TRY_AGAIN_LATER = 1013;

/** What goes with one connection. */
interface Connection {
  readonly socket: WebSocket;
  readonly writer: SocketWriter;
  readonly request: IncomingMessage;
  caller: Caller | undefined;
  operations: number;
}

type ConnectionContext = Context<Record<string, unknown> | undefined, Connection>;

/** What `onSubscribe` finds out and `subscribe` and `execute` need: graphql-ws hands it through. */
interface OperationArgs extends ExecutionArgs {
  readonly prepared: PreparedOperation;
  readonly caller: Caller;
  readonly connection: Connection;
  readonly messageId: string;
}

export class WebSocketTransport {
  readonly #service: GraphqlService;
  readonly #sockets: WebSocketServer;
  readonly #server: Server<Connection>;
  readonly #scheduler = new FlushScheduler();

  constructor(service: GraphqlService) {
    this.#service = service;
    this.#sockets = new WebSocketServer({
      noServer: true,
      handleProtocols,
      maxPayload: service.limits.maxBodyBytes,
      // Frames are written past the library, which must therefore not compress.
      perMessageDeflate: false,
    });
    this.#server = this.#createServer();
  }

  /** Takes over the connection of an upgrade request. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#open(webSocket, socket, request);
    });
  }

  /** Tells every client to come back later, and closes. */
  stop(): Promise<void> {
    const { clients } = this.#sockets;
    for (const socket of clients) socket.close(CLOSE_GOING_AWAY, 'Going away');
    const timer = systemClock.setTimer(CLOSE_GRACE_MS, () => {
      for (const socket of clients) socket.terminate();
    });
    return new Promise((resolve) => {
      this.#sockets.close(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  #open(socket: WebSocket, stream: Duplex, request: IncomingMessage): void {
    const writer = new SocketWriter(stream, WEBSOCKET_FRAMES, this.#scheduler);
    const connection: Connection = { socket, writer, request, caller: undefined, operations: 0 };
    const stopKeepAlive = keepAlive(socket);
    const closed = this.#server.opened(
      {
        protocol: socket.protocol,
        send: (text) => writer.writeText(text),
        close: (code, reason) => {
          writer.flush();
          socket.close(code, reason);
        },
        onMessage: (handle) => socket.on('message', (data) => this.#receive(socket, data, handle)),
      },
      connection,
    );
    // The close that follows an error is all that there is to do.
    socket.on('error', () => undefined);
    socket.once('close', (code, reason) => {
      stopKeepAlive();
      writer.close();
      closed(code, reason.toString()).catch((error: unknown) => this.#logFailure(error));
    });
  }

  #receive(socket: WebSocket, data: RawData, handle: (text: string) => Promise<void>): void {
    handle(String(data)).catch((error: unknown) => {
      this.#logFailure(error);
      socket.close(4500, 'Internal server error');
    });
  }

  #logFailure(error: unknown): void {
    this.#service.options.logger.error('a WebSocket connection failed', { error: toError(error) });
  }

  #createServer(): Server<Connection> {
    return makeServer<Record<string, unknown> | undefined, Connection>({
      onConnect: (ctx) => this.#connect(ctx),
      onSubscribe: (ctx, id, payload) => this.#prepare(ctx, id, payload as OperationRequest),
      execute: (args) => this.#execute(args as OperationArgs),
      subscribe: (args) => this.#subscribe(args as OperationArgs),
      onNext: (_ctx, _id, _payload, _args, result) => this.#format(result),
      onError: (_ctx, _id, _payload, errors) =>
        errors.map((error) => formatGraphqlError(this.#service.formatError, error)),
      onComplete: ({ extra }) => {
        extra.operations--;
      },
    }) as Server<Connection>;
  }

  async #connect({ extra, connectionParams }: ConnectionContext): Promise<boolean> {
    try {
      extra.caller = await this.#authenticate(connectionParams, extra);
      return true;
    } catch (thrown) {
      closeRefused(extra.socket, thrown);
      return false;
    }
  }

  #authenticate(
    params: Record<string, unknown> | undefined,
    { request }: Connection,
  ): Promise<Caller> {
    return this.#service.authenticate(connectionCredentials(params, request));
  }

  /**
   * Credentials are looked at anew for each operation, as for each HTTP request: a connection may outlive its token. What
   * is under way goes on.
   */
  async #prepare(
    { extra: connection, connectionParams }: ConnectionContext,
    messageId: string,
    request: OperationRequest,
  ): Promise<OperationArgs | readonly GraphQLError[]> {
    try {
      connection.caller = await this.#authenticate(connectionParams, connection);
    } catch (thrown) {
      closeRefused(connection.socket, thrown);
      return [new GraphQLError(toError(thrown).message, { originalError: toError(thrown) })];
    }
    return this.#begin(connection, messageId, request);
  }

  #begin(
    connection: Connection,
    messageId: string,
    request: OperationRequest,
  ): OperationArgs | readonly GraphQLError[] {
    const { caller } = connection;
    const limit = this.#service.limits.maxOperationsPerConnection;
    if (!caller || connection.operations >= limit) {
      const error = tooManyRequests(
        `this connection has ${limit} operations under way, which is the limit`,
        1,
      );
      return [new GraphQLError(error.message, { originalError: error })];
    }
    const prepared = this.#service.prepare(request);
    if (Array.isArray(prepared)) return prepared as readonly GraphQLError[];
    const { schema, document } = prepared as PreparedOperation;
    connection.operations++;
    return {
      schema,
      document,
      variableValues: request.variables ?? {},
      operationName: request.operationName ?? undefined,
      prepared: prepared as PreparedOperation,
      caller,
      connection,
      messageId,
    };
  }

  async #execute({ prepared, variableValues, caller }: OperationArgs): Promise<ExecutionResult> {
    let turn: Seat | undefined;
    try {
      turn = await this.#service.options.takeTurn(caller.user, GRAPHQL_PATH);
      return await this.#service.execute(prepared, variableValues, caller);
    } catch (thrown) {
      const originalError = toError(thrown);
      return { errors: [new GraphQLError(originalError.message, { originalError })] };
    } finally {
      turn?.leave();
    }
  }

  async #subscribe(args: OperationArgs): Promise<AsyncGenerator<ExecutionResult>> {
    const end = new SubscriptionEnd();
    const delivery = new SubscriptionDelivery({
      writer: args.connection.writer,
      prefix: nextMessagePrefix(args.messageId),
      onEnd: (error) => end.fail(error),
    });
    end.onReturn = () => delivery.stop();
    try {
      const { prepared, variableValues, caller } = args;
      delivery.attach(await this.#service.subscribe(prepared, variableValues, caller, delivery));
    } catch (error) {
      end.fail(toError(error));
    }
    return end;
  }

  #format(result: ExecutionResult) {
    if (!result.errors) return undefined;
    const errors = result.errors.map((error) =>
      formatGraphqlError(this.#service.formatError, error),
    );
    return { ...result, errors };
  }
}

/**
 * Whatever is wrong with the credentials, the client hears the same; one who may not act as another hears that. Where
 * nobody can tell just now, trying again may help.
 */
function closeRefused(socket: WebSocket, thrown: unknown): void {
  if (isApiError(thrown, 'Unauthorized')) socket.close(CLOSE_UNAUTHORIZED, 'Unauthorized');
  else if (isApiError(thrown, 'Forbidden', 'BadRequest'))
    socket.close(CLOSE_FORBIDDEN, 'Forbidden');
  else socket.close(CLOSE_TRY_AGAIN_LATER, 'Try again later');
}

/** Pings until the returned function is called; a connection that does not answer is cut. */
function keepAlive(socket: WebSocket): () => void {
  let isAnswered = true;
  let timer: Timer;
  const ping = (): void => {
    if (!isAnswered) {
      socket.terminate();
      return;
    }
    isAnswered = false;
    socket.ping();
    timer = systemClock.setTimer(KEEP_ALIVE_MS, ping);
  };
  timer = systemClock.setTimer(KEEP_ALIVE_MS, ping);
  socket.on('pong', () => {
    isAnswered = true;
  });
  return () => timer.cancel();
}
