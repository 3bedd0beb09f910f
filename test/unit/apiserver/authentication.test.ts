import { describe, expect, test } from '@jest/globals';
import { createUnionAuthenticator } from '../../../src/apiserver/authentication/authenticator.ts';
import { createBearerTokenAuthenticator } from '../../../src/apiserver/authentication/bearer-token.ts';
import { ADMIN_USER } from '../../../src/apiserver/authentication/identities.ts';

const admin = createBearerTokenAuthenticator({ token: 'secret', user: ADMIN_USER });
const authenticator = createUnionAuthenticator([
  admin,
  createBearerTokenAuthenticator({ token: 'robot', user: { name: 'robot', groups: [] } }),
]);

describe('authentication', () => {
  test('the token of the data directory stands for the administrator', async () => {
    expect(await authenticator.authenticate({ bearerToken: 'secret' })).toBe(ADMIN_USER);
  });

  test('each authenticator is asked in turn', async () => {
    expect(await authenticator.authenticate({ bearerToken: 'robot' })).toMatchObject({
      name: 'robot',
    });
  });

  test.each([{}, { bearerToken: '' }, { bearerToken: 'secret ' }, { bearerToken: 'Secret' }])(
    'the credentials %j are nobody’s',
    async (credentials) => {
      await expect(authenticator.authenticate(credentials)).rejects.toMatchObject({
        reason: 'Unauthorized',
        code: 401,
      });
    },
  );
});
