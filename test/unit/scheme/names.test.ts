import { describe, expect, test } from '@jest/globals';
import {
  configKeyProblems,
  dns1035LabelProblems,
  dnsLabelProblems,
  dnsSubdomainProblems,
  dnsSubdomainWithUnderscoreProblems,
  envNameProblems,
  headerNameProblems,
  labelValueProblems,
  namePrefixProblems,
  nameProblems,
  pathSegmentProblems,
  portNameProblems,
  portNumberProblems,
  qualifiedNameProblems,
  userIdProblems,
} from '../../../src/scheme/names.ts';

const LONG_LABEL = 'a'.repeat(64);

describe('valid input has no problems', () => {
  test.each([
    ['a label', dnsLabelProblems, ['a', 'my-name', '123-abc', 'a'.repeat(63)]],
    ['a subdomain', dnsSubdomainProblems, ['example.com', 'a.b-c.d1', '10.240.79.157']],
    ['a search path', dnsSubdomainWithUnderscoreProblems, ['_tcp.example.com', 'a_b.c']],
    ['an RFC 1035 label', dns1035LabelProblems, ['web', 'web-1']],
    ['a path segment', pathSegmentProblems, ['system:node', 'a.b', 'A B']],
    ['a label key', qualifiedNameProblems, ['app', 'app.kubernetes.io/name', 'A_b.c-D']],
    ['a label value', labelValueProblems, ['', 'v1.2_3-x', 'A']],
    ['a config key', configKeyProblems, ['key.name', 'KEY_NAME', '-x', '.env']],
    ['an environment variable', envNameProblems, ['PATH', '1st', 'my.env-name', 'a b']],
    ['a header', headerNameProblems, ['X-Header-Name']],
    ['a port name', portNameProblems, ['http', 'p1', '1p', 'a-b']],
  ] as const)('as %s', (_, problems, values) => {
    for (const value of values) expect([value, problems(value)]).toEqual([value, []]);
  });
});

describe('invalid input is told why', () => {
  test.each([
    ['an upper-case label', dnsLabelProblems, 'Web', /^a lowercase RFC 1123 label must consist of/],
    ['a label with dots', dnsLabelProblems, 'a.b', /^must not contain dots$/],
    ['a long label', dnsLabelProblems, LONG_LABEL, /^must be no more than 63 bytes$/],
    ['an empty label', dnsLabelProblems, '', /RFC 1123 label/],
    [
      'an upper-case subdomain',
      dnsSubdomainProblems,
      'Web.example',
      /^a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '\.', and must start and end with an alphanumeric character \(e\.g\. 'example\.com', regex used for validation is '\[a-z0-9\]\(\[-a-z0-9\]\*\[a-z0-9\]\)\?\(\\\.\[a-z0-9\]\(\[-a-z0-9\]\*\[a-z0-9\]\)\?\)\*'\)$/,
    ],
    ['a subdomain with an empty label', dnsSubdomainProblems, 'a..b', /RFC 1123 subdomain/],
    ['a long subdomain', dnsSubdomainProblems, 'a'.repeat(254), /^must be no more than 253 bytes$/],
    ['a label that starts with a digit', dns1035LabelProblems, '1web', /^a DNS-1035 label must/],
    ['a folder as path segment', pathSegmentProblems, '..', /^may not be '\.\.'$/],
    ['a path as path segment', pathSegmentProblems, 'a/b', /^may not contain '\/'$/],
    ['a percent sign in a path segment', pathSegmentProblems, 'a%b', /^may not contain '%'$/],
    ['an empty key', qualifiedNameProblems, '', /^name part must be non-empty$/],
    ['an empty prefix', qualifiedNameProblems, '/a', /^prefix part must be non-empty$/],
    ['a bad prefix', qualifiedNameProblems, 'A/b', /^prefix part a lowercase RFC 1123 subdomain/],
    ['two slashes', qualifiedNameProblems, 'a/b/c', /^a valid label key must consist of/],
    ['a long name part', qualifiedNameProblems, LONG_LABEL, /^name part must be no more than 63/],
    ['a value with a space', labelValueProblems, 'a b', /^a valid label must be an empty string/],
    ['a long value', labelValueProblems, LONG_LABEL, /^must be no more than 63 bytes$/],
    ['a key with a slash', configKeyProblems, 'a/b', /^a valid config key must consist of/],
    ['the parent folder as key', configKeyProblems, '..', /^must not be '\.\.'$/],
    ['a key below the parent folder', configKeyProblems, '..x', /^must not start with '\.\.'$/],
    ['an environment variable with =', envNameProblems, 'a=b', /other than '='$/],
    ['an empty environment variable', envNameProblems, '', /must be non-empty$/],
    ['a header with a colon', headerNameProblems, 'a:b', /^a valid HTTP header/],
    ['a long port name', portNameProblems, 'abcdefghijklmnop', /^must be no more than 15 bytes$/],
    ['a port name of digits', portNameProblems, '80', /^must contain at least one letter/],
    ['a port name with two hyphens', portNameProblems, 'a--b', /consecutive hyphens$/],
    ['a port name that ends in a hyphen', portNameProblems, 'a-', /must not begin or end/],
  ] as const)('%s', (_, problems, value, message) => {
    const found = problems(value);
    expect(found.length).toBeGreaterThan(0);
    expect(found.some((problem) => message.test(problem))).toBe(true);
  });
});

test('numbers have their ranges', () => {
  expect(portNumberProblems(1)).toEqual([]);
  expect(portNumberProblems(65_535)).toEqual([]);
  expect(portNumberProblems(0)).toEqual(['must be between 1 and 65535, inclusive']);
  expect(portNumberProblems(65_536)).toEqual(['must be between 1 and 65535, inclusive']);
  expect(userIdProblems(0)).toEqual([]);
  expect(userIdProblems(-1)).toEqual(['must be between 0 and 4294967295, inclusive']);
});

test('a prefix of a name may end in the hyphen that the suffix follows', () => {
  expect(namePrefixProblems('dns-subdomain', 'web-')).toEqual([]);
  expect(nameProblems('dns-subdomain', 'web-')).not.toEqual([]);
  expect(namePrefixProblems('dns-label', 'Web-')).not.toEqual([]);
  expect(namePrefixProblems('path-segment', 'a:')).toEqual([]);
});

test('long hostile input is judged in no time', () => {
  const hostile = `${'a-'.repeat(50_000)}!`;
  expect(dnsSubdomainProblems(hostile)).toHaveLength(2);
  expect(dnsLabelProblems(hostile)).toHaveLength(2);
  expect(qualifiedNameProblems(hostile)).toHaveLength(2);
  expect(portNameProblems(hostile).length).toBeGreaterThan(0);
});
