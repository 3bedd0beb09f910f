/**
 * GraphQL over server-sent events, distinct connections mode: one request with `accept: text/event-stream` is one
 * operation, answered by `next` events and one `complete`. See docs/watch.md.
 */
import type { ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { FlushScheduler } from '../../http/stream/flush-scheduler.ts';
import { SocketWriter } from '../../http/stream/socket-writer.ts';
import { systemClock, type Timer } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import type { PreparedOperation } from '../execution/compiler.ts';
import type { Caller, GraphqlService, OperationRequest } from '../graphql-service.ts';
import { encodeResult } from './event-encoder.ts';
import { SSE_COMPLETE, SSE_FRAMES, SSE_KEEP_ALIVE, SSE_NEXT_PREFIX } from './sse-frames.ts';
import { SubscriptionDelivery } from './subscription-delivery.ts';

const KEEP_ALIVE_MS = 12_000;

export class SseTransport {
  readonly #service: GraphqlService;
  readonly #scheduler = new FlushScheduler();
  readonly #open = new Set<ServerResponse>();

  constructor(service: GraphqlService) {
    this.#service = service;
  }

  /** Answers one operation. The response must not have been begun. */
  async handle(request: OperationRequest, caller: Caller, response: ServerResponse): Promise<void> {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    response.write(SSE_KEEP_ALIVE);
    this.#open.add(response);
    const writer = new SocketWriter(response, SSE_FRAMES, this.#scheduler);
    const stopKeepAlive = keepAlive(writer);
    response.once('close', () => {
      this.#open.delete(response);
      stopKeepAlive();
    });
    const prepared = this.#service.prepare(request);
    if (Array.isArray(prepared)) {
      this.#finish(response, writer, { errors: prepared as readonly GraphQLError[] });
      return;
    }
    await this.#run(prepared as PreparedOperation, { request, caller, response, writer });
  }

  /** Ends every stream. */
  stop(): void {
    for (const response of this.#open) response.end(SSE_COMPLETE);
  }

  async #run(
    prepared: PreparedOperation,
    { request, caller, response, writer }: SseOperation,
  ): Promise<void> {
    try {
      if (prepared.operation.operation !== 'subscription') {
        this.#finish(
          response,
          writer,
          await this.#service.execute(prepared, request.variables, caller),
        );
        return;
      }
      const delivery = new SubscriptionDelivery({
        writer,
        prefix: SSE_NEXT_PREFIX,
        onEnd: (error) => this.#finish(response, writer, failureOf(error)),
      });
      response.once('close', () => delivery.stop());
      delivery.attach(await this.#service.subscribe(prepared, request.variables, caller, delivery));
    } catch (error) {
      this.#finish(response, writer, failureOf(error));
    }
  }

  #finish(response: ServerResponse, writer: SocketWriter, result: ExecutionResult): void {
    writer.writeText(`event: next\ndata: ${encodeResult(result, this.#service.formatError)}\n\n`);
    writer.writeText(SSE_COMPLETE);
    writer.end(() => response.end());
  }
}

interface SseOperation {
  readonly request: OperationRequest;
  readonly caller: Caller;
  readonly response: ServerResponse;
  readonly writer: SocketWriter;
}

function failureOf(thrown: unknown): ExecutionResult {
  if (thrown instanceof GraphQLError) return { errors: [thrown] };
  const error = toError(thrown);
  return { errors: [new GraphQLError(error.message, { originalError: error })] };
}

function keepAlive(writer: SocketWriter): () => void {
  let timer: Timer;
  const ping = (): void => {
    writer.writeText(SSE_KEEP_ALIVE);
    timer = systemClock.setTimer(KEEP_ALIVE_MS, ping);
  };
  timer = systemClock.setTimer(KEEP_ALIVE_MS, ping);
  return () => timer.cancel();
}
