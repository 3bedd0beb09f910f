import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { renderPlayground } from './playground-page.ts';

/** The page in the forms in which it is sent; made once, at the first request: it has 9 MB. */
interface Page {
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

/** `/`: GraphiQL, from an npm package, with no request to anywhere else. It is public; what it asks for needs the token. */
export function addPlayground(fastify: FastifyInstance): void {
  let page: Promise<Page> | undefined;
  fastify.get('/', async (request, reply) => {
    page ??= createPage();
    const { etag, plain, gzipped } = await page;
    void reply.headers({
      'content-type': 'text/html; charset=utf-8',
      etag,
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      // Nobody may frame the page that holds the token, and it talks to nobody but this server.
      'content-security-policy':
        "default-src 'self' 'unsafe-inline' data: blob:; connect-src 'self' ws: wss:; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return plain;
    return reply.header('content-encoding', 'gzip').send(gzipped);
  });
}

async function createPage(): Promise<Page> {
  const plain = Buffer.from(await renderPlayground());
  const etag = `"${createHash('sha256').update(plain).digest('base64url')}"`;
  const gzipped = await promisify(gzip)(plain, { level: constants.Z_BEST_SPEED });
  return { etag, plain, gzipped };
}
