import { promisify } from 'node:util';
import { createBearerTokenAuthenticator } from '../../src/apiserver/authentication/bearer-token.ts';
import { ADMIN_USER } from '../../src/apiserver/authentication/identities.ts';
import { createClient } from '../../src/apiserver/in-process-client.ts';
import { createHttpServer, type HttpServerOptions } from '../../src/http/http-server.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { MetricRegistry } from '../../src/lib/metrics.ts';
import { readMetrics } from '../../src/observability/metrics/read-metrics.ts';
import type { RestDoorOptions } from '../../src/rest/rest-context.ts';
import { createRestDoor } from '../../src/rest/server.ts';
import { type TestApi, type TestApiOptions, testApi } from './plane.ts';
import { RecordingLogger } from './recording-logger.ts';

export const TEST_TOKEN = 'a-token-that-nobody-guesses';

export interface TestRestOptions
  extends Partial<RestDoorOptions>,
    Pick<HttpServerOptions, 'requestTimeoutMs'> {
  readonly api?: TestApiOptions;
}

/** What a request says beside its method and path. */
export interface RestCall {
  /** An object is sent as JSON, a text as it is. */
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer, read whole. */
export interface RestAnswer {
  readonly code: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON: of what kind the test knows. */
  json<T = Record<string, unknown>>(): T;
}

/** An API server with its REST door open on a free port. */
export interface TestRest extends AsyncDisposable {
  readonly api: TestApi;
  readonly url: string;
  readonly logger: RecordingLogger;
  /** How many connections the server has. */
  openConnections(): Promise<number>;
  /** Sends one request with the administrator's token: `call('GET', '/api/v1/pods')`. */
  call(method: string, path: string, options?: RestCall): Promise<RestAnswer>;
  /** As {@link call}, without reading the answer. */
  open(
    method: string,
    path: string,
    options?: RestCall & { signal?: AbortSignal },
  ): Promise<Response>;
}

/** `await using rest = await testRest();` */
export async function testRest(options: TestRestOptions = {}): Promise<TestRest> {
  const { api: apiOptions, ...door } = options;
  const authenticator = createBearerTokenAuthenticator({ token: TEST_TOKEN, user: ADMIN_USER });
  const api = await testApi({ authenticators: [authenticator], ...apiOptions });
  const logger = new RecordingLogger();
  const metrics = new MetricRegistry();
  const { apiServer, scheme } = api;
  const rest = createRestDoor({
    scheme,
    authenticate: (credentials) => apiServer.authenticate(credentials),
    takeTurn: (user, path) => apiServer.takeTurn(user, path),
    clientFor: (identity, extras) =>
      createClient(apiServer, { ...identity, ...extras, isLimited: true }),
    admitToPath: (credentials, path) => apiServer.admitToPath(credentials, path),
    version: { gitVersion: 'v1.36.0', major: '1', minor: '36', platform: 'linux/amd64' },
    readMetrics: () => readMetrics(metrics),
    logger,
    clock: systemClock,
    ...door,
  });
  await rest.start();
  const server = createHttpServer({ logger, ...door });
  rest.openOn(server);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const open: TestRest['open'] = (method, path, { body, headers, signal } = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TEST_TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  return {
    api,
    url,
    logger,
    open,
    openConnections: promisify(server.fastify.server.getConnections.bind(server.fastify.server)),
    async call(method, path, call) {
      const response = await open(method, path, call);
      return toAnswer(response, await response.text());
    },
    async [Symbol.asyncDispose]() {
      await rest.stop();
      await server.close();
      await api[Symbol.asyncDispose]();
    },
  };
}

function toAnswer({ status, headers }: Response, text: string): RestAnswer {
  return {
    code: status,
    headers,
    text,
    json: <T>() => JSON.parse(text) as T,
  };
}
