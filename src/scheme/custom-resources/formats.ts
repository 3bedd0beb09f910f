/**
 * The formats that a schema may ask of a text. Formats that are not here say nothing, to Kubernetes as to us. Each check
 * looks at a text once: none can be made slow by what it is given.
 */
import { cidrFamilyOf, ipFamilyOf } from '../ip.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../names.ts';

type FormatCheck = (text: string) => boolean;

const whole =
  (pattern: RegExp): FormatCheck =>
  (text) =>
    pattern.test(text);

const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)[Tt ]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d\d:?\d\d)?$/;
const GO_DURATION = /^[-+]?((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/;
const WORDED_DURATION =
  /^(\d+(\.\d+)?|\.\d+) ?(nanos?|nanosecs?|nanoseconds?|micros?|microsecs?|microseconds?|millis?|millisecs?|milliseconds?|secs?|seconds?|mins?|minutes?|hrs?|hours?|d|days?|w|wks?|weeks?)$/;
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const uuidOf = (version: number): FormatCheck =>
  whole(
    new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`, 'i'),
  );
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const HOSTNAME_LABEL = /^[A-Za-z0-9_]([-A-Za-z0-9_]{0,62})$/;

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

const isDateTime: FormatCheck = (text) => isDate(DATE_TIME.exec(text)?.[1] ?? '');

const isDuration: FormatCheck = (text) =>
  text === '0' || GO_DURATION.test(text) || WORDED_DURATION.test(text);

const isHostname: FormatCheck = (text) =>
  text.length <= 255 && text.split('.').every((label) => HOSTNAME_LABEL.test(label));

const isUri: FormatCheck = (text) => text.startsWith('/') || URL.canParse(text);

/** Weighs digits and says whether their sum is a multiple of `modulus`. */
function hasCheckSum(digits: readonly number[], weights: readonly number[], modulus: number) {
  const sum = digits.reduce(
    (total, digit, i) => total + digit * (weights[i % weights.length] ?? 0),
    0,
  );
  return sum % modulus === 0;
}

const digitsOf = (text: string): number[] =>
  [...text].map((digit) => (digit === 'X' ? 10 : Number(digit)));

const isIsbn10: FormatCheck = (text) => {
  const plain = text.replace(/[\s-]/g, '');
  return (
    /^\d{9}[\dX]$/.test(plain) && hasCheckSum(digitsOf(plain), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 11)
  );
};

const isIsbn13: FormatCheck = (text) => {
  const plain = text.replace(/[\s-]/g, '');
  return /^\d{13}$/.test(plain) && hasCheckSum(digitsOf(plain), [1, 3], 10);
};

const isCreditCard: FormatCheck = (text) => {
  const plain = text.replace(/[\s-]/g, '');
  if (!/^\d{13,19}$/.test(plain)) return false;
  const luhn = digitsOf(plain)
    .reverse()
    .map((digit, i) => (i % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0)));
  return hasCheckSum(luhn, [1], 10);
};

const CHECKS: ReadonlyMap<string, FormatCheck> = new Map<string, FormatCheck>([
  ['bsonobjectid', whole(/^[0-9a-f]{24}$/i)],
  ['byte', whole(BASE64)],
  ['cidr', (text) => cidrFamilyOf(text) !== undefined],
  ['creditcard', isCreditCard],
  ['date', isDate],
  ['date-time', isDateTime],
  ['datetime', isDateTime],
  ['duration', isDuration],
  ['email', whole(/^[^\s@<>]+@[^\s@<>]+$/)],
  ['hexcolor', whole(/^#?([0-9a-f]{3}|[0-9a-f]{6})$/i)],
  ['hostname', isHostname],
  ['ipv4', (text) => ipFamilyOf(text) === 'IPv4'],
  ['ipv6', (text) => ipFamilyOf(text) === 'IPv6'],
  ['isbn', (text) => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['k8s-long-name', (text) => dnsSubdomainProblems(text).length === 0],
  ['k8s-short-name', (text) => dnsLabelProblems(text).length === 0],
  ['mac', whole(/^([0-9a-f]{2}[:-]){5}([0-9a-f]{2}[:-]?){1,3}$/i)],
  ['password', () => true],
  ['rgbcolor', whole(/^rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\)$/)],
  ['ssn', whole(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/)],
  ['uri', isUri],
  ['uuid', whole(UUID)],
  ['uuid3', uuidOf(3)],
  ['uuid4', uuidOf(4)],
  ['uuid5', uuidOf(5)],
]);

/** The check of a format; undefined for what is none. Dashes in its name do not count. */
export function formatCheck(format: string): FormatCheck | undefined {
  return CHECKS.get(format) ?? CHECKS.get(format.replaceAll('-', ''));
}
