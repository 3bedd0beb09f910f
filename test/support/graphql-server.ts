import { createBearerTokenAuthenticator } from '../../src/apiserver/authentication/bearer-token.ts';
import { ADMIN_USER } from '../../src/apiserver/authentication/identities.ts';
import type { ApiClient, UserInfo } from '../../src/apiserver/client.ts';
import { createClient } from '../../src/apiserver/in-process-client.ts';
import type { GraphqlDoorOptions } from '../../src/graphql/door-options.ts';
import { createGraphqlDoor } from '../../src/graphql/server.ts';
import { createHttpServer, type HttpServerOptions } from '../../src/http/http-server.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { GraphqlClient } from './graphql-client.ts';
import { TEST_VERSION } from './graphql-schema.ts';
import { type TestApi, type TestApiOptions, testApi } from './plane.ts';
import { RecordingLogger } from './recording-logger.ts';

export const TEST_TOKEN = 'a-token-that-nobody-guesses';

export interface TestGraphqlOptions
  extends Partial<Omit<GraphqlDoorOptions, 'scheme'>>,
    Partial<HttpServerOptions> {
  readonly api?: TestApiOptions;
  /** Wraps the client that resolvers get, to count or to provoke. */
  readonly interceptClient?: (client: ApiClient, user: UserInfo) => ApiClient;
}

/** An API server with its GraphQL door open on a free port, and a client that knows the token. */
export interface TestGraphql extends AsyncDisposable {
  readonly api: TestApi;
  readonly url: string;
  readonly client: GraphqlClient;
  readonly logger: RecordingLogger;
}

/** `await using plane = await testGraphql();` */
export async function testGraphql(options: TestGraphqlOptions = {}): Promise<TestGraphql> {
  const { api: apiOptions, interceptClient = (client) => client, ...rest } = options;
  const authenticator = createBearerTokenAuthenticator({ token: TEST_TOKEN, user: ADMIN_USER });
  const api = await testApi({ authenticators: [authenticator], ...apiOptions });
  const logger = new RecordingLogger();
  const door = createGraphqlDoor({
    scheme: api.scheme,
    version: TEST_VERSION,
    authenticate: (credentials) => api.apiServer.authenticate(credentials),
    takeTurn: (user, path) => api.apiServer.takeTurn(user, path),
    clientFor: ({ user }) => interceptClient(createClient(api.apiServer, { user }), user),
    logger,
    clock: systemClock,
    ...rest,
  });
  await door.start();
  const server = createHttpServer({ logger, ...rest });
  door.openOn(server);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const client = new GraphqlClient({ url, token: TEST_TOKEN });
  return {
    api,
    url,
    client,
    logger,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await door.stop();
      await server.close();
      await api[Symbol.asyncDispose]();
    },
  };
}
