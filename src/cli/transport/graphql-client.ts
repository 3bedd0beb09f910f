/** The client's one way to the server: GraphQL over HTTP, and watches over a WebSocket. */
import { EXIT_INTERRUPTED, exitWith } from '../cli-error.ts';
import type { Connection } from '../connection.ts';
import type { TypedDocumentString } from '../generated/operations.ts';
import {
  ConnectionLostError,
  notAnswering,
  notGraphql,
  refusedToken,
} from './connection-errors.ts';
import { type PostAnswer, Poster } from './post.ts';
import {
  type FailureStatus,
  type GraphqlErrorBody,
  isServerError,
  ServerError,
  toServerError,
} from './server-error.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface GraphqlClientOptions {
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly GraphqlErrorBody[];
  readonly extensions?: { readonly warnings?: readonly string[] };
}

export class GraphqlClient {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  readonly #poster: Poster;
  #subscriptions: Promise<Subscriptions> | undefined;
  /** Advice that came with the answers, each once. */
  readonly warnings = new Set<string>();

  constructor({ connection, signal }: GraphqlClientOptions) {
    this.#connection = connection;
    this.#signal = signal;
    this.#poster = new Poster(connection, signal);
  }

  /** @throws {CliError} when there is no answer, or an error in it */
  async request<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result> {
    const { data, refusals } = await this.requestParts(document, variables);
    if (refusals[0]) throw refusals[0];
    return data;
  }

  /**
   * As {@link request}, of which some parts may be Forbidden: they are null in the answer, and told apart.
   * @throws {CliError} when there is no answer, or another error in it
   */
  async requestParts<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<{ readonly data: Result; readonly refusals: readonly ServerError[] }> {
    const answer = await this.#post(String(document), variables);
    for (const warning of answer.extensions?.warnings ?? []) this.warnings.add(warning);
    const errors = (answer.errors ?? []).map(toServerError);
    const refusals = errors.filter((error) => isServerError(error, 'Forbidden'));
    const failure = errors.find((error) => !isServerError(error, 'Forbidden'));
    if (failure) throw failure;
    return { data: answer.data as Result, refusals };
  }

  /**
   * The events of a subscription, until the server ends it, the reader stops or `signal` aborts.
   * @throws {ConnectionLostError} when the connection breaks: what follows can be had from the last resourceVersion
   * @throws {CliError} when the server refuses
   */
  async *subscribe<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    signal = this.#signal,
  ): AsyncGenerator<Result, void, undefined> {
    this.#subscriptions ??= import('./subscriptions.ts').then(
      ({ Subscriptions }) => new Subscriptions(this.#connection),
    );
    const subscriptions = await this.#subscriptions;
    const request = { query: String(document), variables: variables as Record<string, unknown> };
    yield* subscriptions.subscribe<Result>(request, signal);
  }

  async close(): Promise<void> {
    const subscriptions = await this.#subscriptions;
    await subscriptions?.close();
    this.#poster.close();
  }

  async #post(query: string, variables: unknown): Promise<Answer> {
    const { impersonation, token } = this.#connection;
    let response: PostAnswer;
    try {
      response = await this.#poster.post(JSON.stringify({ query, variables }), {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...impersonation,
      });
    } catch (error) {
      if (this.#signal.aborted) throw exitWith(EXIT_INTERRUPTED);
      throw notAnswering(this.#connection, error);
    }
    if (response.status === 401) throw refusedToken(this.#connection);
    return this.#readAnswer(response);
  }

  async #readAnswer(response: PostAnswer): Promise<Answer> {
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      if (this.#signal.aborted) throw exitWith(EXIT_INTERRUPTED);
      throw new ConnectionLostError(this.#connection, error);
    }
    const body = parseJson(text);
    if (isAnswer(body)) return body;
    if (isStatus(body)) throw new ServerError(body);
    throw notGraphql(this.#connection, response.status);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Ignored: the caller says that this is no answer.
    return undefined;
  }
}

function isAnswer(body: unknown): body is Answer {
  return typeof body === 'object' && body !== null && ('data' in body || 'errors' in body);
}

/** What goes wrong before GraphQL is reached, such as a body that is too large, is told as a bare Status. */
function isStatus(body: unknown): body is FailureStatus {
  return (body as { kind?: unknown } | null | undefined)?.kind === 'Status';
}
