import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { deferred } from '../../src/lib/deferred.ts';
import { toError } from '../../src/lib/errors.ts';
import type { Status } from '../../src/scheme/errors.ts';

export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly status?: Status };
}

export interface GraphqlResponse<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphqlError[];
}

export type Variables = Readonly<Record<string, unknown>>;

/** What a GraphQL operation that was refused throws in tests. */
export class GraphqlRequestError extends Error {
  override readonly name = 'GraphqlRequestError';
  readonly errors: readonly GraphqlError[];

  constructor(errors: readonly GraphqlError[]) {
    super(errors.map(({ message }) => message).join('\n'));
    this.errors = errors;
  }

  /** The reason of the first error: `NotFound`, `Invalid`, `GRAPHQL_VALIDATION_FAILED`. */
  get code(): string | undefined {
    return this.errors[0]?.extensions?.code;
  }

  get status(): Status | undefined {
    return this.errors[0]?.extensions?.status;
  }
}

export interface GraphqlClientOptions {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  readonly token: string;
}

/** A subscription that is being received. */
export interface Received<Data> {
  /** Everything so far, in order. */
  readonly results: readonly Data[];
  /** What went wrong with parts of results. */
  readonly partErrors: readonly GraphqlError[];
  /** Resolves when the server or the test has ended it, with the error it was ended with, if any. */
  readonly ended: Promise<Error | undefined>;
  stop(): void;
}

/** Speaks to a server as any client would: HTTP for queries and mutations, WebSocket for subscriptions. */
export class GraphqlClient implements AsyncDisposable {
  readonly #endpoint: string;
  readonly #token: string;
  readonly #socket: Client;

  constructor({ url, token }: GraphqlClientOptions) {
    this.#endpoint = `${url}/graphql`;
    this.#token = token;
    this.#socket = createClient({
      url: `${url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      // A test that wants to resume says from where.
      retryAttempts: 0,
    });
  }

  /** The response as it came, with the HTTP status. */
  async send<Data>(
    query: string,
    variables: Variables = {},
  ): Promise<GraphqlResponse<Data> & { readonly httpStatus: number }> {
    const response = await this.sendBody(JSON.stringify({ query, variables }));
    const body = (await response.json()) as GraphqlResponse<Data>;
    return { ...body, httpStatus: response.status };
  }

  /** Sends any body, GraphQL or not. */
  sendBody(body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(this.#endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${this.#token}`,
        ...headers,
      },
      body,
    });
  }

  /** @throws {GraphqlRequestError} when there is any error */
  async request<Data>(query: string, variables: Variables = {}): Promise<Data> {
    const { data, errors } = await this.send<Data>(query, variables);
    if (errors) throw new GraphqlRequestError(errors);
    if (!data) throw new Error('the response has neither data nor errors');
    return data;
  }

  subscribe<Data>(query: string, variables: Variables = {}): Received<Data> {
    const results: Data[] = [];
    const partErrors: GraphqlError[] = [];
    const ended = deferred<Error | undefined>();
    const stop = this.#socket.subscribe<Data>(
      { query, variables },
      {
        next: ({ data, errors }) => {
          if (errors && !data) {
            ended.resolve(new GraphqlRequestError(errors as readonly GraphqlError[]));
            return;
          }
          partErrors.push(...((errors ?? []) as readonly GraphqlError[]));
          results.push(data as Data);
        },
        error: (thrown) => ended.resolve(toSubscriptionError(thrown)),
        complete: () => ended.resolve(undefined),
      },
    );
    return { results, partErrors, ended: ended.promise, stop };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#socket.dispose();
  }
}

function toSubscriptionError(thrown: unknown): Error {
  if (Array.isArray(thrown)) return new GraphqlRequestError(thrown as GraphqlError[]);
  if (thrown instanceof Error) return thrown;
  const { code, reason } = thrown as { code?: number; reason?: string };
  return code === undefined ? toError(thrown) : new Error(`closed with ${code}: ${reason}`);
}
