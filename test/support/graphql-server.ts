import { createBearerTokenAuthenticator } from '../../src/apiserver/authentication/bearer-token.ts';
import { ADMIN_USER } from '../../src/apiserver/authentication/identities.ts';
import type { ApiClient, UserInfo } from '../../src/apiserver/client.ts';
import { createClient } from '../../src/apiserver/in-process-client.ts';
import { createGraphqlServer, type GraphqlServerOptions } from '../../src/graphql/server.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { GraphqlClient } from './graphql-client.ts';
import { TEST_VERSION } from './graphql-schema.ts';
import { type TestApi, type TestApiOptions, testApi } from './plane.ts';
import { RecordingLogger } from './recording-logger.ts';

export const TEST_TOKEN = 'a-token-that-nobody-guesses';

export interface TestGraphqlOptions extends Partial<Omit<GraphqlServerOptions, 'scheme'>> {
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
  const { api: apiOptions, interceptClient = (client) => client, ...door } = options;
  const authenticator = createBearerTokenAuthenticator({ token: TEST_TOKEN, user: ADMIN_USER });
  const api = await testApi({ authenticators: [authenticator], ...apiOptions });
  const logger = new RecordingLogger();
  const server = await createGraphqlServer({
    scheme: api.scheme,
    version: TEST_VERSION,
    authenticate: (credentials) => api.apiServer.authenticate(credentials),
    clientFor: ({ user }) => interceptClient(createClient(api.apiServer, { user }), user),
    logger,
    clock: systemClock,
    notReady: () => [],
    ...door,
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const client = new GraphqlClient({ url, token: TEST_TOKEN });
  return {
    api,
    url,
    client,
    logger,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server.close();
      await api[Symbol.asyncDispose]();
    },
  };
}
