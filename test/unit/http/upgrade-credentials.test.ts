import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { upgradeCredentials } from '../../../src/http/credentials.ts';

const tokenOf = (headers: Record<string, string>): string | undefined =>
  upgradeCredentials({
    headers,
    headersDistinct: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value]]),
    ),
    rawHeaders: Object.entries(headers).flat(),
    socket: new Socket(),
  } as unknown as IncomingMessage).bearerToken;

test('a WebSocket brings its token in a header', () => {
  expect(tokenOf({ authorization: 'Bearer abc' })).toBe('abc');
});

test('a browser brings it among the protocols that it offers', () => {
  const encoded = Buffer.from('a-token').toString('base64url');
  const offered = `binary.k8s.io, base64url.bearer.authorization.k8s.io.${encoded}`;
  expect(tokenOf({ 'sec-websocket-protocol': offered })).toBe('a-token');
});

test('protocols without a token are none', () => {
  expect(tokenOf({ 'sec-websocket-protocol': 'binary.k8s.io' })).toBeUndefined();
});
