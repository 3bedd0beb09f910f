import { CelEvaluationError } from '../errors.ts';
import { define, type Overload } from '../functions.ts';
import { ArrayList, CelOpaque, EntriesMap } from '../values.ts';
import { parses } from './ip.ts';

class UrlValue extends CelOpaque {
  readonly typeName = 'kubernetes.URL';
  readonly text: string;
  readonly scheme: string;
  /** Host and port. */
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(
    text: string,
    [scheme, host, path, query]: readonly [string, string, string, string],
  ) {
    super();
    this.text = text;
    this.scheme = scheme;
    this.host = host;
    this.path = path;
    this.query = query;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof UrlValue && other.text === this.text;
  }

  get hostname(): string {
    return this.host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
  }

  get port(): string {
    return /:(\d*)$/.exec(this.host)?.[1] ?? '';
  }
}

/** An absolute URI, or an absolute path: what a request line takes. */
const URI =
  /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:[^@/?]*@)?((?:\[[0-9a-fA-F:.%]+\]|[^\s/?:[\]<>"{}|\\^`]*)(?::\d*)?))?([^?\s]*)(?:\?(\S*))?$/;

/** Control characters, and percent signs that begin no escape. */
const HAS_BAD_CHARACTER = /\p{Cc}|%(?![0-9a-fA-F]{2})/u;

function parseUrl(text: string): UrlValue {
  const match = URI.exec(text);
  const [, scheme, host, path = '', query = ''] = match ?? [];
  const isRooted = path === '' || path.startsWith('/');
  // What begins with two slashes here is a host that could not be read.
  const isAbsolute = (host !== undefined && isRooted) || /^\/(?!\/)/.test(path);
  const isOpaque = scheme !== undefined && host === undefined && !path.startsWith('/');
  if (!match || !(isAbsolute || isOpaque) || HAS_BAD_CHARACTER.test(text)) {
    throw new CelEvaluationError(
      `URL parse error during conversion from string: parse "${text}": invalid URI for request`,
    );
  }
  return new UrlValue(text, [scheme?.toLowerCase() ?? '', host ?? '', path, query]);
}

function queryOf({ query }: UrlValue): EntriesMap {
  const values = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(query)) {
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return new EntriesMap(Array.from(values, ([key, list]) => [key, new ArrayList(list)] as const));
}

export const URLS: readonly Overload[] = [
  define('isURL(string): bool', (call) => parses(parseUrl, call.parsed(0))),
  define('url(string): kubernetes.URL', (call) => parseUrl(call.parsed(0))),
  define('kubernetes.URL::getScheme(): string', (call) => call.instance(0, UrlValue).scheme),
  define('kubernetes.URL::getHost(): string', (call) => call.instance(0, UrlValue).host),
  define('kubernetes.URL::getHostname(): string', (call) => call.instance(0, UrlValue).hostname),
  define('kubernetes.URL::getPort(): string', (call) => call.instance(0, UrlValue).port),
  define('kubernetes.URL::getEscapedPath(): string', (call) => call.instance(0, UrlValue).path),
  define('kubernetes.URL::getQuery(): map<string, list<string>>', (call) =>
    queryOf(call.instance(0, UrlValue)),
  ),
];

/** What `format.uri()` says of a text. */
export function uriProblem(text: string): string | undefined {
  return parses(parseUrl, text) ? undefined : 'invalid URI for request';
}
