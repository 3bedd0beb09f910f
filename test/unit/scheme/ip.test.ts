import { expect, test } from '@jest/globals';
import { type FieldError, formatFieldError } from '../../../src/scheme/field-error.ts';
import {
  cidrFamilyOf,
  ipFamilyOf,
  isDualStack,
  validateNonSpecialIp,
} from '../../../src/scheme/ip.ts';

test('addresses and ranges have a family', () => {
  expect(ipFamilyOf('10.0.0.1')).toBe('IPv4');
  expect(ipFamilyOf('2001:db8::1')).toBe('IPv6');
  expect(ipFamilyOf('10.0.0')).toBeUndefined();
  expect(ipFamilyOf('fe80::1%eth0')).toBeUndefined();
  expect(cidrFamilyOf('10.0.0.0/8')).toBe('IPv4');
  expect(cidrFamilyOf('2001:db8::/64')).toBe('IPv6');
  expect(cidrFamilyOf('10.0.0.0/33')).toBeUndefined();
  expect(cidrFamilyOf('10.0.0.0')).toBeUndefined();
  expect(isDualStack(['10.0.0.1', '::1'])).toBe(true);
  expect(isDualStack(['10.0.0.1', '10.0.0.2'])).toBe(false);
});

test.each([
  ['10.0.0.1', undefined],
  ['2001:db8::1', undefined],
  ['x', 'must be a valid IP address'],
  ['0.0.0.0', 'may not be unspecified (0.0.0.0)'],
  ['::', 'may not be unspecified (::)'],
  ['127.0.0.1', 'may not be in the loopback range'],
  ['::1', 'may not be in the loopback range'],
  ['169.254.169.254', 'may not be in the link-local range'],
  ['fe80::1', 'may not be in the link-local range'],
  ['224.0.0.1', 'may not be in the link-local multicast range'],
  ['ff02::1', 'may not be in the link-local multicast range'],
])('%s is judged as an address for others: %p', (ip, problem) => {
  const errors: FieldError[] = [];
  validateNonSpecialIp(ip, 'ip', errors);
  const shown = errors.map(formatFieldError).join('\n');
  if (problem) expect(shown).toContain(problem);
  else expect(shown).toBe('');
});
