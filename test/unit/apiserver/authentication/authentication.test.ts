import { describe, expect, test } from '@jest/globals';
import { anonymousAuthenticator } from '../../../../src/apiserver/authentication/anonymous.ts';
import { createUnionAuthenticator } from '../../../../src/apiserver/authentication/authenticator.ts';
import { createBearerTokenAuthenticator } from '../../../../src/apiserver/authentication/bearer-token.ts';
import { ADMIN_USER, ANONYMOUS_USER } from '../../../../src/apiserver/authentication/identities.ts';
import { serviceUnavailable, unauthorized } from '../../../../src/scheme/errors.ts';
import { RecordingLogger } from '../../../support/recording-logger.ts';

const admin = createBearerTokenAuthenticator({ token: 'secret', user: ADMIN_USER });
const logger = new RecordingLogger();
const authenticator = createUnionAuthenticator({
  authenticators: [
    {
      authenticate({ bearerToken }) {
        if (bearerToken === 'revoked') throw unauthorized('the token is revoked');
        if (bearerToken === 'away') throw serviceUnavailable('PostgreSQL is away');
        return undefined;
      },
    },
    admin,
    createBearerTokenAuthenticator({ token: 'robot', user: { name: 'robot', groups: [] } }),
    anonymousAuthenticator,
  ],
  apiAudiences: ['https://api', 'https://old-api'],
  logger,
});

describe('authentication', () => {
  test('the token of the data directory stands for the administrator', async () => {
    const { user } = await authenticator.authenticate({ bearerToken: 'secret' });
    expect(user).toBe(ADMIN_USER);
  });

  test('each authenticator is asked in turn', async () => {
    expect(await authenticator.authenticate({ bearerToken: 'robot' })).toMatchObject({
      user: { name: 'robot' },
    });
  });

  test.each([{ bearerToken: '' }, { bearerToken: 'secret ' }, { bearerToken: 'Secret' }])(
    'the credentials %j are nobody’s',
    async (credentials) => {
      await expect(authenticator.authenticate(credentials)).rejects.toMatchObject({
        reason: 'Unauthorized',
        code: 401,
      });
    },
  );
});

describe('whoever is refused', () => {
  test('hears that they are, and never why; the log has the reason', async () => {
    await expect(authenticator.authenticate({ bearerToken: 'revoked' })).rejects.toMatchObject({
      reason: 'Unauthorized',
      message: 'Unauthorized',
    });
    expect(JSON.stringify(logger.lines)).toContain('the token is revoked');
  });

  test('because nobody can tell just now is not told that the credentials are wrong', async () => {
    await expect(authenticator.authenticate({ bearerToken: 'away' })).rejects.toMatchObject({
      reason: 'ServiceUnavailable',
    });
  });
});

describe('a request without credentials', () => {
  test('is system:anonymous’s where those may come in', async () => {
    expect(await authenticator.authenticate({})).toEqual({ user: ANONYMOUS_USER });
  });

  test('is Unauthorized otherwise', async () => {
    const strict = createUnionAuthenticator({ authenticators: [admin], apiAudiences: [], logger });
    await expect(strict.authenticate({})).rejects.toMatchObject({ reason: 'Unauthorized' });
  });
});

describe('credentials that name no audience', () => {
  test.each([
    [['https://api'], ['https://api']],
    [
      ['elsewhere', 'https://old-api', 'https://api'],
      ['https://old-api', 'https://api'],
    ],
  ])('are good for %j, as far as that is the API server', async (audiences, accepted) => {
    const identity = await authenticator.authenticate({ bearerToken: 'secret', audiences });
    expect(identity.audiences).toEqual(accepted);
  });

  test('are good for nobody else', async () => {
    const review = authenticator.authenticate({ bearerToken: 'secret', audiences: ['vault'] });
    await expect(review).rejects.toMatchObject({ reason: 'Unauthorized' });
  });
});
