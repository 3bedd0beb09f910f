/**
 * The rules for names, labels and the like. Each `…Problems` function gives the reasons why a text is refused, in
 * Kubernetes' words, and a shared empty list when it is fine: valid input allocates nothing.
 */
import { canonicalIp, ipFamilyOf } from './ip.ts';
import type { NameRule } from './kind-strategy.ts';

/** Reasons why a value is refused; empty when it is valid. */
export type Problems = readonly string[];

const NONE: Problems = [];

export const DNS_LABEL_MAX_BYTES = 63;
export const DNS_SUBDOMAIN_MAX_BYTES = 253;
const LABEL_MAX_BYTES = 63;
const PORT_NAME_MAX_BYTES = 15;

const DNS_1123_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS_1123_SUBDOMAIN = `${DNS_1123_LABEL}(\\.${DNS_1123_LABEL})*`;
const UNDERSCORE_LABEL = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const UNDERSCORE_SUBDOMAIN = `${UNDERSCORE_LABEL}(\\.${UNDERSCORE_LABEL})*`;
const DNS_1035_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED_PART = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED_PART})?`;
const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const HEADER_NAME = '[-A-Za-z0-9]+';

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);

const IS_DNS_1123_LABEL = whole(DNS_1123_LABEL);
const IS_DNS_1123_SUBDOMAIN = whole(DNS_1123_SUBDOMAIN);
const IS_UNDERSCORE_SUBDOMAIN = whole(UNDERSCORE_SUBDOMAIN);
const IS_DNS_1035_LABEL = whole(DNS_1035_LABEL);
const IS_QUALIFIED_PART = whole(QUALIFIED_PART);
const IS_CONFIG_KEY = whole(CONFIG_KEY);
const IS_HEADER_NAME = whole(HEADER_NAME);

/** `must be between 1 and 65535, inclusive` */
export const inclusiveRange = (low: number, high: number): string =>
  `must be between ${low} and ${high}, inclusive`;

const noMoreThan = (bytes: number): string => `must be no more than ${bytes} bytes`;

/** How Kubernetes says that a text does not match: the rule, examples of what does, the pattern. */
export function mismatch(rule: string, pattern: string, ...examples: string[]): string {
  if (examples.length === 0) return `${rule} (regex used for validation is '${pattern}')`;
  const quoted = examples.map((example) => `'${example}', `).join(' or ');
  return `${rule} (e.g. ${quoted}regex used for validation is '${pattern}')`;
}

interface Shape {
  readonly maxBytes: number;
  readonly test: RegExp;
  readonly message: string;
}

/** The texts that a shape admits are ASCII, so that their length is their size. */
function shapeProblems(value: string, { maxBytes, test, message }: Shape): Problems {
  const fits = value.length <= maxBytes;
  const matches = test.test(value);
  if (fits && matches) return NONE;
  return [...(fits ? [] : [noMoreThan(maxBytes)]), ...(matches ? [] : [message])];
}

const LABEL_SHAPE: Shape = {
  maxBytes: DNS_LABEL_MAX_BYTES,
  test: IS_DNS_1123_LABEL,
  message: mismatch(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
    DNS_1123_LABEL,
    'my-name',
    '123-abc',
  ),
};

const SUBDOMAIN_SHAPE: Shape = {
  maxBytes: DNS_SUBDOMAIN_MAX_BYTES,
  test: IS_DNS_1123_SUBDOMAIN,
  message: mismatch(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    DNS_1123_SUBDOMAIN,
    'example.com',
  ),
};

const UNDERSCORE_SUBDOMAIN_SHAPE: Shape = {
  maxBytes: DNS_SUBDOMAIN_MAX_BYTES,
  test: IS_UNDERSCORE_SUBDOMAIN,
  message: mismatch(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
    UNDERSCORE_SUBDOMAIN,
    'example.com',
  ),
};

const DNS_1035_SHAPE: Shape = {
  maxBytes: DNS_LABEL_MAX_BYTES,
  test: IS_DNS_1035_LABEL,
  message: mismatch(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    DNS_1035_LABEL,
    'my-name',
    'abc-123',
  ),
};

const LABEL_VALUE_SHAPE: Shape = {
  maxBytes: LABEL_MAX_BYTES,
  test: whole(LABEL_VALUE),
  message: mismatch(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    LABEL_VALUE,
    'MyValue',
    'my_value',
    '12345',
  ),
};

const CONFIG_KEY_SHAPE: Shape = {
  maxBytes: DNS_SUBDOMAIN_MAX_BYTES,
  test: IS_CONFIG_KEY,
  message: mismatch(
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    CONFIG_KEY,
    'key.name',
    'KEY_NAME',
    'key-name',
  ),
};

const QUALIFIED_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const QUALIFIED_MESSAGE = mismatch(QUALIFIED_RULE, QUALIFIED_PART, 'MyName', 'my.name', '123-abc');

/** RFC 1123 label: `my-name`. */
export function dnsLabelProblems(value: string): Problems {
  const problems = shapeProblems(value, LABEL_SHAPE);
  if (problems.length === 0 || !IS_DNS_1123_SUBDOMAIN.test(value)) return problems;
  // A valid subdomain that is no label is so for its dots or its length.
  return [
    ...(value.length > DNS_LABEL_MAX_BYTES ? [noMoreThan(DNS_LABEL_MAX_BYTES)] : []),
    ...(value.includes('.') ? ['must not contain dots'] : []),
  ];
}

/** RFC 1123 subdomain: `my-name.example.com`. */
export const dnsSubdomainProblems = (value: string): Problems =>
  shapeProblems(value, SUBDOMAIN_SHAPE);

/** RFC 1123 subdomain in which `_` is allowed, as in DNS search paths. */
export const dnsSubdomainWithUnderscoreProblems = (value: string): Problems =>
  shapeProblems(value, UNDERSCORE_SUBDOMAIN_SHAPE);

/** RFC 1035 label, which starts with a letter: names of Services. */
export const dns1035LabelProblems = (value: string): Problems =>
  shapeProblems(value, DNS_1035_SHAPE);

/** One segment of a path: names of RBAC roles, which may hold colons. */
export function pathSegmentProblems(value: string): Problems {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  const slash = value.includes('/');
  const percent = value.includes('%');
  if (!slash && !percent) return NONE;
  return [...(slash ? ["may not contain '/'"] : []), ...(percent ? ["may not contain '%'"] : [])];
}

/** An address that is a name is written in one way alone. */
function ipAddressProblems(value: string): Problems {
  if (!ipFamilyOf(value)) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  const canonical = canonicalIp(value);
  return value === canonical ? NONE : [`must be in canonical form (${JSON.stringify(canonical)})`];
}

const RULES: Readonly<Record<NameRule, (value: string) => Problems>> = {
  'dns-subdomain': dnsSubdomainProblems,
  'dns-label': dnsLabelProblems,
  'dns-1035': dns1035LabelProblems,
  'path-segment': pathSegmentProblems,
  'ip-address': ipAddressProblems,
};

/** Judges `metadata.name` by the rule of its kind. */
export function nameProblems(rule: NameRule, value: string): Problems {
  return RULES[rule](value);
}

/** Judges `metadata.generateName`: a prefix, which may end in the `-` that the suffix follows. */
export function namePrefixProblems(rule: NameRule, value: string): Problems {
  if (rule === 'path-segment' || value.length < 2 || !value.endsWith('-')) {
    return nameProblems(rule, value);
  }
  return nameProblems(rule, `${value.slice(0, -1)}a`);
}

const WILDCARD_DOMAIN_SHAPE: Shape = {
  maxBytes: DNS_SUBDOMAIN_MAX_BYTES,
  test: whole(`\\*\\.${DNS_1123_SUBDOMAIN}`),
  message: mismatch(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    `\\*\\.${DNS_1123_SUBDOMAIN}`,
    '*.example.com',
  ),
};

/** `*.example.com` */
export const wildcardDomainProblems = (value: string): Problems =>
  shapeProblems(value, WILDCARD_DOMAIN_SHAPE);

const URL_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const URL_PATH_PROBLEMS: Problems = [mismatch('Invalid path', URL_PATH)];
const IS_URL_PATH = whole(URL_PATH);

/** The part of a URL after its host, without query. */
export const pathProblems = (value: string): Problems =>
  IS_URL_PATH.test(value) ? NONE : URL_PATH_PROBLEMS;

/** Why a text is not of the form `domain/path`, whatever the two are. */
export function domainPrefixedPathProblem(value: string): string | undefined {
  const slash = value.indexOf('/');
  if (slash > 0 && slash < value.length - 1) return undefined;
  return 'must be a domain-prefixed path (such as "acme.io/foo")';
}

/** A label key, also called a qualified name: `name` or `example.com/name`. */
export function qualifiedNameProblems(value: string): Problems {
  const slash = value.indexOf('/');
  if (slash < 0) return qualifiedPartProblems(value);
  if (value.indexOf('/', slash + 1) >= 0) {
    return [
      `a valid label key ${QUALIFIED_MESSAGE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = qualifiedPartProblems(value.slice(slash + 1));
  if (slash === 0) return ['prefix part must be non-empty', ...name];
  const prefix = dnsSubdomainProblems(value.slice(0, slash));
  if (prefix.length === 0) return name;
  return [...prefix.map((problem) => `prefix part ${problem}`), ...name];
}

function qualifiedPartProblems(name: string): Problems {
  if (name.length <= LABEL_MAX_BYTES && IS_QUALIFIED_PART.test(name)) return NONE;
  const problems: string[] = [];
  if (name === '') problems.push('name part must be non-empty');
  if (name.length > LABEL_MAX_BYTES) problems.push(`name part ${noMoreThan(LABEL_MAX_BYTES)}`);
  if (!IS_QUALIFIED_PART.test(name)) problems.push(`name part ${QUALIFIED_MESSAGE}`);
  return problems;
}

export const labelValueProblems = (value: string): Problems =>
  value === '' ? NONE : shapeProblems(value, LABEL_VALUE_SHAPE);

/** A key of a ConfigMap or Secret: a file name that cannot leave its folder. */
export function configKeyProblems(value: string): Problems {
  const problems = shapeProblems(value, CONFIG_KEY_SHAPE);
  if (!value.startsWith('.')) return problems;
  if (value === '.' || value === '..') return [...problems, `must not be '${value}'`];
  return value.startsWith('..') ? [...problems, "must not start with '..'"] : problems;
}

/** The name of an environment variable: printable ASCII without `=`. */
export function envNameProblems(value: string): Problems {
  if (value === '') return ['environment variable name must be non-empty'];
  if (/^[\x20-\x3c\x3e-\x7e]+$/.test(value)) return NONE;
  return [
    "a valid environment variable name must consist only of printable ASCII characters other than '='",
  ];
}

export const headerNameProblems = (value: string): Problems =>
  IS_HEADER_NAME.test(value)
    ? NONE
    : [
        mismatch(
          "a valid HTTP header must consist of alphanumeric characters or '-'",
          HEADER_NAME,
          'X-Header-Name',
        ),
      ];

/** The name of a port: an IANA service name. */
export function portNameProblems(value: string): Problems {
  if (value.length <= PORT_NAME_MAX_BYTES && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(value)) {
    return value.includes('--') ? ['must not contain consecutive hyphens'] : NONE;
  }
  const problems: string[] = [];
  if (value.length > PORT_NAME_MAX_BYTES) problems.push(noMoreThan(PORT_NAME_MAX_BYTES));
  if (!/^[-a-z0-9]+$/.test(value)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(value)) problems.push('must contain at least one letter (a-z)');
  if (value.includes('--')) problems.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) {
    problems.push('must not begin or end with a hyphen');
  }
  return problems;
}

const PORT_RANGE: Problems = [inclusiveRange(1, 65_535)];

export const portNumberProblems = (value: number): Problems =>
  value >= 1 && value <= 65_535 ? NONE : PORT_RANGE;

/** Users and groups are unsigned 32-bit numbers. */
const ID_RANGE: Problems = [inclusiveRange(0, 4_294_967_295)];

export const userIdProblems = (value: number): Problems =>
  value >= 0 && value <= 4_294_967_295 ? NONE : ID_RANGE;
