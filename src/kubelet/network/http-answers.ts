/** What simulated servers answer over HTTP, as their images say. */
import type { HttpAnswer, HttpRequest } from '../../lib/container-streams.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { FileTree } from '../files/file-tree.ts';
import { absolutePath } from '../files/paths.ts';
import { plainText } from './http-connection.ts';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css',
  html: 'text/html',
  js: 'text/javascript',
  json: 'application/json',
  svg: 'image/svg+xml',
  txt: 'text/plain',
};

/** The file below `root` that the request names. */
export function answerWithFile(
  files: FileTree,
  { root, server }: { readonly root: string; readonly server: string },
  { method, path }: HttpRequest,
): HttpAnswer {
  const headers = { server };
  if (method !== 'GET' && method !== 'HEAD') {
    return {
      ...errorPage(405, 'Not Allowed', server),
      headers: { ...headers, allow: 'GET, HEAD' },
    };
  }
  const file = fileFor(files, root, path);
  if (!file) return errorPage(404, 'Not Found', server);
  const type = TYPES[file.path.slice(file.path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  return { status: 200, headers: { ...headers, 'content-type': type }, body: file.data };
}

function fileFor(files: FileTree, root: string, path: string) {
  const [name = '/'] = path.split('?', 1);
  const wanted = root + absolutePath('/', decode(name));
  for (const candidate of [wanted, absolutePath(wanted, 'index.html')]) {
    const entry = files.lookUp(absolutePath('/', candidate));
    if (entry?.kind === 'file') return { path: candidate, data: entry.data };
  }
  return undefined;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // Ignored: what does not decode is the name of no file.
    return path;
  }
}

function errorPage(status: number, reason: string, server: string): HttpAnswer {
  const title = `${status} ${reason}`;
  const text = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${server}</center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: { server, 'content-type': 'text/html' }, body: Buffer.from(text) };
}

/** Who answers, and what was asked. */
export function answerWithEcho(pod: Pod, container: string, request: HttpRequest): HttpAnswer {
  const { name, namespace } = pod.metadata;
  const lines = [
    `Hostname: ${pod.spec?.hostname ?? name}`,
    `Pod: ${namespace}/${name}`,
    `Container: ${container}`,
    `IP: ${pod.status?.podIP ?? ''}`,
    `Node: ${pod.spec?.nodeName ?? ''}`,
    '',
    `${request.method} ${request.path} HTTP/1.1`,
    ...Object.entries(request.headers).map(([header, value]) => `${header}: ${value}`),
  ];
  const body = request.body.length > 0 ? `\n${Buffer.from(request.body).toString()}\n` : '';
  return plainText(200, `${lines.join('\n')}\n${body}`);
}
