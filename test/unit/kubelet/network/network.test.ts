import { describe, expect, test } from '@jest/globals';
import { fullName, parseClusterName } from '../../../../src/kubelet/network/cluster-names.ts';
import { answerWithFile } from '../../../../src/kubelet/network/http-answers.ts';
import { plainText, serveHttp } from '../../../../src/kubelet/network/http-connection.ts';
import { RedisStore, serveRedis } from '../../../../src/kubelet/network/redis.ts';
import { Collector } from '../../../../src/kubelet/shell/pipe.ts';
import { buildMachine } from '../../../support/machine.ts';

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function over(
  serve: (connection: { input: AsyncIterable<Uint8Array>; output: Collector }) => Promise<void>,
  text: string,
  size = 7,
): Promise<string> {
  const output = new Collector(100_000);
  await serve({ input: inPieces(text, size), output });
  return output.text();
}

describe('names', () => {
  test.each([
    ['web', 'web.default.svc.cluster.local'],
    ['web.other', 'web.other.svc.cluster.local'],
    ['web.other.svc', 'web.other.svc.cluster.local'],
    ['Web.other.svc.cluster.local.', 'web.other.svc.cluster.local'],
    ['web-0.web.other.svc', 'web-0.web.other.svc.cluster.local'],
  ])('%s is %s', (name, full) => {
    const parsed = parseClusterName(name, 'default');
    expect(parsed && fullName(parsed)).toBe(full);
  });

  test.each(['a.b.c.d', 'example.cluster.local', 'a.b.c.d.svc'])(
    '%s is nothing of the cluster',
    (name) => {
      expect(parseClusterName(name, 'default')).toBeUndefined();
    },
  );
});

const http = (text: string, size?: number): Promise<string> =>
  over(
    (connection) =>
      serveHttp(connection, ({ body, method, path }) =>
        plainText(200, `${method} ${path} ${Buffer.from(body).toString()}`),
      ),
    text,
    size,
  );

describe('a simulated HTTP server', () => {
  test.each([1, 5, 1_000])('answers one request after another, in pieces of %d', async (size) => {
    const text =
      'GET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi';
    const answers = (await http(text, size)).split('HTTP/1.1 200 OK').slice(1);
    expect(answers.map((answer) => answer.split('\r\n\r\n')[1])).toEqual(['GET /a ', 'POST /b hi']);
  });

  test('closes where it is asked to', async () => {
    const text = 'GET /a HTTP/1.1\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\n\r\n';
    expect(await http(text)).toMatch(/connection: close\r\n\r\nGET \/a $/);
  });

  test('says of HEAD how long the answer would be', async () => {
    expect(await http('HEAD /a HTTP/1.1\r\n\r\n')).toMatch(/content-length: 8\r\n.*\r\n\r\n$/s);
  });

  test.each([
    ['no request', 'hello\r\n\r\n'],
    ['a header that is none', 'GET / HTTP/1.1\r\nbad header\r\n\r\n'],
    ['a length that is none', 'GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n'],
    ['a body that is too long', 'GET / HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n'],
    ['a head without an end', `GET /${'a'.repeat(20_000)}`],
  ])('refuses %s', async (_what, text) => {
    expect(await http(text, 1_000)).toMatch(/^HTTP\/1.1 400 Bad Request/);
  });
});

test.each([
  ['GET', '/fruit', 200],
  ['GET', '/fruit?x=1', 200],
  ['GET', '/none', 404],
  ['GET', '/../etc/hostname', 404],
  ['GET', '/%2e%2e/etc/hostname', 404],
  ['GET', '/%zz', 404],
  ['POST', '/fruit', 405],
])('a server of files answers %s %s with %d', (method, path, status) => {
  const { files } = buildMachine();
  const request = { method, path, headers: {}, body: new Uint8Array() };
  expect(answerWithFile(files, { root: '/data', server: 'test' }, request).status).toBe(status);
});

test.each([
  ['PING\r\n', '+PONG\r\n'],
  ['*1\r\n$4\r\nPING\r\n', '+PONG\r\n'],
  ['SET a 1\r\nGET a\r\nGET b\r\n', '+OK\r\n$1\r\n1\r\n$-1\r\n'],
  [
    '*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2\r\n1 \r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n',
    '+OK\r\n$2\r\n1 \r\n',
  ],
  ['EXISTS a\r\nDEL a\r\nDBSIZE\r\n', ':0\r\n:0\r\n:0\r\n'],
  ['NOPE\r\n', "-ERR unknown command 'NOPE'\r\n"],
])('a simulated Redis answers %j with %j', async (text, answer) => {
  expect(await over((connection) => serveRedis(connection, new RedisStore()), text)).toBe(answer);
});
