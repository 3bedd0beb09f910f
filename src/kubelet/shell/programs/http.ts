/** `wget` and `curl`: HTTP to what the simulated cluster has, and to nothing else. */
import type { HttpAnswer } from '../../../lib/container-streams.ts';
import { baseName } from '../../files/paths.ts';
import { reasonPhrase } from '../../network/http-connection.ts';
import { NetworkError, type Process, type Program } from '../process.ts';
import { type ParsedOptions, parseOptions } from './options.ts';
import { fail, pathIn, print } from './program-io.ts';

const MAX_REDIRECTS = 10;

/** The exit codes of curl for what can go wrong. */
const CURL_EXITS = { 'bad address': 6, refused: 7, 'timed out': 28 } as const;
const CURL_EXIT_HTTP = 22;
const CURL_EXIT_URL = 3;

/** @throws {NetworkError} */
async function ask(
  process: Process,
  url: URL,
  {
    body = '',
    headers = {},
    method = 'GET',
  }: { method?: string; body?: string; headers?: Record<string, string> },
): Promise<HttpAnswer> {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return process.machine.network.request(
    { host, port },
    {
      method,
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, accept: '*/*', ...headers },
      body: Buffer.from(body),
    },
  );
}

function parseUrl(text: string | undefined): URL | undefined {
  if (!text) return undefined;
  const url = text.includes('://') ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

export const wget: Program = async (process) => {
  const options = parseOptions(process.args, {
    flags: 'qSc',
    values: 'OTtU',
    long: {
      'post-data': 'P',
      header: 'H',
      timeout: 'T',
      quiet: 'q',
      spider: 's',
      'output-document': 'O',
    },
  });
  const url = parseUrl(options.operands[0]);
  if (!url) return fail(process, 'missing or bad URL');
  const say = async (text: string): Promise<void> => {
    if (!options.has('q')) await process.stderr.write(Buffer.from(text));
  };
  try {
    await say(`Connecting to ${url.host}\n`);
    const answer = await ask(process, url, { headers: { 'user-agent': 'Wget' } });
    if (answer.status >= 400) {
      return fail(
        process,
        `server returned error: HTTP/1.1 ${answer.status} ${reasonPhrase(answer.status)}`,
      );
    }
    return await save(
      process,
      options.value('O') ??
        (baseName(url.pathname) === '/' ? 'index.html' : baseName(url.pathname)),
      answer,
      say,
    );
  } catch (thrown) {
    if (!(thrown instanceof NetworkError)) throw thrown;
    return fail(process, wgetMessage(thrown, url));
  }
};

function wgetMessage({ message, reason }: NetworkError, url: URL): string {
  if (reason === 'bad address') return `bad address '${url.host}'`;
  if (reason === 'timed out') return 'download timed out';
  return `can't connect to remote host (${message}): Connection refused`;
}

async function save(
  process: Process,
  file: string,
  { body }: HttpAnswer,
  say: (text: string) => Promise<void>,
): Promise<number> {
  if (file === '-') {
    await process.stdout.write(body);
    return 0;
  }
  process.machine.files.write(pathIn(process, file), body);
  await say(`saving to '${file}'\n'${file}' saved\n`);
  return 0;
}

const CURL_LONG = {
  silent: 's',
  'show-error': 'S',
  include: 'i',
  head: 'I',
  fail: 'f',
  location: 'L',
  insecure: 'k',
  verbose: 'v',
  request: 'X',
  header: 'H',
  data: 'd',
  output: 'o',
  'write-out': 'w',
  'max-time': 'm',
  'connect-timeout': 'm',
  'user-agent': 'A',
  user: 'u',
};

export const curl: Program = async (process) => {
  const options = parseOptions(process.args, {
    flags: 'sSiIfLkvgN',
    values: 'XHdowmAu',
    long: CURL_LONG,
  });
  const url = parseUrl(options.operands[0]);
  if (options.unknown) return fail(process, `option ${options.unknown}`, 2);
  if (!url)
    return fail(process, `(${CURL_EXIT_URL}) URL rejected: No host part in the URL`, CURL_EXIT_URL);
  try {
    const answer = await follow(process, url, options);
    if (options.has('f') && answer.status >= 400) {
      return fail(
        process,
        `(${CURL_EXIT_HTTP}) The requested URL returned error: ${answer.status}`,
        CURL_EXIT_HTTP,
      );
    }
    await show(process, answer, options);
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof NetworkError)) throw thrown;
    const code = CURL_EXITS[thrown.reason];
    if (options.has('s') && !options.has('S')) return code;
    return fail(process, `(${code}) ${curlMessage(thrown, url)}`, code);
  }
};

function curlMessage({ message, reason }: NetworkError, url: URL): string {
  if (reason === 'bad address') return `Could not resolve host: ${url.hostname}`;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (reason === 'timed out') return 'Connection timed out';
  return `Failed to connect to ${url.hostname} port ${port} after 0 ms: ${message ? 'Could not connect to server' : 'Connection refused'}`;
}

async function follow(process: Process, first: URL, options: ParsedOptions): Promise<HttpAnswer> {
  const body = options.value('d') ?? '';
  const given = options.has('I') ? 'HEAD' : body ? 'POST' : 'GET';
  const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(options.value('H') ?? '') ?? [];
  const headers = { 'user-agent': 'curl/8.11.0', ...(name ? { [name.toLowerCase()]: value } : {}) };
  let url = first;
  for (let redirects = 0; ; redirects++) {
    const answer = await ask(process, url, { method: options.value('X') ?? given, body, headers });
    const { location } = answer.headers;
    const isRedirect = answer.status >= 300 && answer.status < 400 && location !== undefined;
    if (!isRedirect || !options.has('L') || redirects >= MAX_REDIRECTS) return answer;
    url = new URL(location, url);
  }
}

async function show(process: Process, answer: HttpAnswer, options: ParsedOptions): Promise<void> {
  const head = [`HTTP/1.1 ${answer.status} ${reasonPhrase(answer.status)}`];
  for (const [name, value] of Object.entries(answer.headers)) head.push(`${name}: ${value}`);
  if (options.has('i') || options.has('I')) await print(process, `${head.join('\r\n')}\r\n\r\n`);
  const file = options.value('o');
  if (file !== undefined && file !== '-')
    process.machine.files.write(pathIn(process, file), answer.body);
  else if (!options.has('I')) await process.stdout.write(answer.body);
  const format = options.value('w');
  if (format === undefined) return;
  const text = format.replaceAll('%{http_code}', String(answer.status)).replaceAll('\\n', '\n');
  await print(process, text);
}
