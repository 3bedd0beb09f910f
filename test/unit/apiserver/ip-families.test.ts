import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Families, settleFamilies } from '../../../src/apiserver/services/ip-families.ts';
import type { ServiceSpec } from '../../../src/scheme/generated/types/core-v1.ts';

const V4: Families = ['IPv4'];
const V6: Families = ['IPv6'];
const BOTH: Families = ['IPv4', 'IPv6'];
const SIX_FIRST: Families = ['IPv6', 'IPv4'];

const SELECTOR = { app: 'web' };
const HEADLESS: ServiceSpec = { clusterIP: 'None', clusterIPs: ['None'] };
const A4 = '10.96.0.9';
const A6 = 'fd00::9';

interface Settled {
  readonly spec: ServiceSpec;
  readonly errors: readonly string[];
}

/** The spec as it comes out, and the errors as they are told. */
function settle(families: Families, wanted: ServiceSpec, before?: ServiceSpec): Settled {
  const spec: ServiceSpec = { type: 'ClusterIP', selector: SELECTOR, ...wanted };
  const current = before && { type: 'ClusterIP' as const, selector: SELECTOR, ...before };
  const errors = settleFamilies({ spec, before: current, families });
  return {
    spec,
    errors: errors.map(({ field, value, detail }) => `${field} ${JSON.stringify(value)} ${detail}`),
  };
}

const single = (...ipFamilies: ServiceSpec['ipFamilies'] & {}) => ({
  ipFamilyPolicy: 'SingleStack' as const,
  ipFamilies,
});
const prefer = (...ipFamilies: ServiceSpec['ipFamilies'] & {}) => ({
  ipFamilyPolicy: 'PreferDualStack' as const,
  ipFamilies,
});
const need = (...ipFamilies: ServiceSpec['ipFamilies'] & {}) => ({
  ipFamilyPolicy: 'RequireDualStack' as const,
  ipFamilies,
});

test.each<[string, Families, ServiceSpec, ServiceSpec]>([
  ['says nothing', V4, {}, single('IPv4')],
  ['says nothing', V6, {}, single('IPv6')],
  ['says nothing', BOTH, {}, single('IPv4')],
  ['says nothing', SIX_FIRST, {}, single('IPv6')],
  ['wants IPv6', BOTH, { ipFamilies: ['IPv6'] }, single('IPv6')],
  ['names an IPv6 address', BOTH, { clusterIPs: [A6] }, single('IPv6')],
  ['prefers two', V4, { ipFamilyPolicy: 'PreferDualStack' }, prefer('IPv4')],
  ['prefers two', BOTH, { ipFamilyPolicy: 'PreferDualStack' }, prefer('IPv4', 'IPv6')],
  ['prefers two', SIX_FIRST, { ipFamilyPolicy: 'PreferDualStack' }, prefer('IPv6', 'IPv4')],
  [
    'prefers two, IPv6 first',
    BOTH,
    { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6'] },
    prefer('IPv6', 'IPv4'),
  ],
  ['requires two', BOTH, { ipFamilyPolicy: 'RequireDualStack' }, need('IPv4', 'IPv6')],
  [
    'requires two and names one address',
    BOTH,
    { ipFamilyPolicy: 'RequireDualStack', clusterIPs: [A6] },
    need('IPv6', 'IPv4'),
  ],
  [
    'names both addresses',
    BOTH,
    { ipFamilyPolicy: 'PreferDualStack', clusterIPs: [A6, A4] },
    prefer('IPv6', 'IPv4'),
  ],
  ['is headless', BOTH, HEADLESS, single('IPv4')],
  [
    'is headless and prefers two',
    BOTH,
    { ...HEADLESS, ipFamilyPolicy: 'PreferDualStack' },
    prefer('IPv4', 'IPv6'),
  ],
  [
    'is headless without a selector',
    V4,
    { ...HEADLESS, selector: undefined },
    need('IPv4', 'IPv6'),
  ],
  [
    'is headless without a selector and has one family',
    V4,
    { ...HEADLESS, selector: undefined, ipFamilyPolicy: 'SingleStack' },
    single('IPv4'),
  ],
  [
    'is headless without a selector and wants a family that the cluster has not',
    V4,
    { ...HEADLESS, selector: {}, ipFamilies: ['IPv6'] },
    need('IPv6', 'IPv4'),
  ],
])(
  'a new Service that %s, where the cluster has %j, gets its families',
  (_, families, wanted, expected) => {
    const { spec, errors } = settle(families, wanted);
    expect(errors).toEqual([]);
    expect(spec).toMatchObject(expected);
  },
);

test.each<[string, Families, ServiceSpec, string[]]>([
  [
    'a family that is not there',
    V4,
    { ipFamilies: ['IPv6'] },
    ['spec.ipFamilies[0] "IPv6" not configured on this cluster'],
  ],
  [
    'two families of which one is not there',
    V4,
    { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv4', 'IPv6'] },
    ['spec.ipFamilies[1] "IPv6" not configured on this cluster'],
  ],
  [
    'an address of a family that is not there',
    V4,
    { clusterIPs: [A6] },
    [`spec.clusterIPs[0] ["${A6}"] IPv6 is not configured on this cluster`],
  ],
  [
    'two families for certain where there is one',
    V4,
    { ipFamilyPolicy: 'RequireDualStack' },
    [
      'spec.ipFamilyPolicy "RequireDualStack" this cluster is not configured for dual-stack services',
    ],
  ],
  [
    'two addresses without saying so',
    BOTH,
    { clusterIPs: [A4, A6] },
    [
      "spec.ipFamilyPolicy \"SingleStack\" must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified",
    ],
  ],
  [
    'two families without saying so',
    BOTH,
    { ipFamilies: ['IPv4', 'IPv6'] },
    [
      "spec.ipFamilyPolicy \"SingleStack\" must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
    ],
  ],
])('a new Service that wants %s is told so', (_, families, wanted, expected) => {
  expect(settle(families, wanted).errors).toEqual(expected);
});

const ONE = { ...single('IPv4'), clusterIPs: [A4] };
const TWO = { ...prefer('IPv4', 'IPv6'), clusterIPs: [A4, A6] };

test.each<[string, Families, ServiceSpec, ServiceSpec, ServiceSpec]>([
  [
    'comes to prefer two',
    BOTH,
    ONE,
    { ...ONE, ipFamilyPolicy: 'PreferDualStack' },
    { ...prefer('IPv4', 'IPv6'), clusterIPs: [A4] },
  ],
  [
    'comes to require two',
    BOTH,
    ONE,
    { ...ONE, ipFamilyPolicy: 'RequireDualStack' },
    { ...need('IPv4', 'IPv6'), clusterIPs: [A4] },
  ],
  ['goes back to one', BOTH, TWO, { ...TWO, ipFamilyPolicy: 'SingleStack' }, ONE],
  [
    'goes back to one by its addresses alone, saying so',
    BOTH,
    TWO,
    { ...single('IPv4', 'IPv6'), clusterIPs: [A4] },
    ONE,
  ],
  ['requires what it preferred', BOTH, TWO, { ...TWO, ipFamilyPolicy: 'RequireDualStack' }, TWO],
  [
    'is changed otherwise after the cluster got a second family',
    BOTH,
    { ...prefer('IPv4'), clusterIPs: [A4] },
    { ...prefer('IPv4'), clusterIPs: [A4], sessionAffinity: 'ClientIP' },
    { ...prefer('IPv4'), clusterIPs: [A4] },
  ],
  ['is changed otherwise after the cluster lost the second family', V4, TWO, { ...TWO }, TWO],
  [
    'gets a policy that its manifest leaves out',
    BOTH,
    TWO,
    { clusterIPs: [A4, A6], ipFamilies: ['IPv4', 'IPv6'] },
    TWO,
  ],
])('a Service that %s has the right families', (_, families, before, wanted, expected) => {
  const { spec, errors } = settle(families, wanted, before);
  expect(errors).toEqual([]);
  expect(spec).toMatchObject({ clusterIPs: expected.clusterIPs, ipFamilies: expected.ipFamilies });
});

test.each<[string, ServiceSpec, string[]]>([
  [
    'an address',
    { ...TWO, clusterIPs: [A4] },
    [
      'spec.ipFamilyPolicy "PreferDualStack" must be \'SingleStack\' to release the secondary cluster IP',
    ],
  ],
  [
    'a family',
    { ...TWO, ipFamilies: ['IPv4'] },
    [
      'spec.ipFamilyPolicy "PreferDualStack" must be \'SingleStack\' to release the secondary IP family',
    ],
  ],
])('a Service that drops %s and keeps its policy is told so', (_, wanted, expected) => {
  expect(settle(BOTH, wanted, TWO).errors).toEqual(expected);
});

test('whatever a Service wished, asking for the same again changes nothing', () => {
  const policies = ['SingleStack', 'PreferDualStack', 'RequireDualStack', undefined] as const;
  const wishes = fc.record({
    families: fc.constantFrom(V4, V6, BOTH, SIX_FIRST),
    policy: fc.constantFrom(...policies),
    first: fc.constantFrom<'IPv4' | 'IPv6' | undefined>('IPv4', 'IPv6', undefined),
    isHeadless: fc.boolean(),
    hasSelector: fc.boolean(),
  });
  fc.assert(
    fc.property(wishes, ({ families, policy, first, isHeadless, hasSelector }) => {
      const { spec, errors } = settle(families, {
        ...(isHeadless ? HEADLESS : {}),
        ...(hasSelector ? {} : { selector: undefined }),
        ...(first ? { ipFamilies: [first] } : {}),
        ipFamilyPolicy: policy,
      });
      if (errors.length > 0) return;
      const again = settle(families, structuredClone(spec), spec);
      expect(again).toEqual({ spec, errors: [] });
    }),
  );
});
