import { expect, test } from '@jest/globals';
import type { NetworkPolicy } from '../../../../../src/scheme/generated/types/networking-v1.ts';
import { networkPolicyStrategy } from '../../../../../src/scheme/groups/networking/network-policy.ts';
import { created, refusesOnCreate, withMembers } from '../harness.ts';

const DB: NetworkPolicy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'db', namespace: 'default' },
  spec: {
    podSelector: { matchLabels: { app: 'db' } },
    ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 5432 }] }],
  },
};

test('a policy is of what goes in, and of what goes out where it has rules for that', () => {
  expect(created(networkPolicyStrategy, DB).spec).toMatchObject({
    policyTypes: ['Ingress'],
    ingress: [{ ports: [{ port: 5432, protocol: 'TCP' }] }],
  });
  const both = withMembers(DB, { 'spec.egress': [{}] });
  expect(created(networkPolicyStrategy, both).spec?.policyTypes).toEqual(['Ingress', 'Egress']);
});

const PORT = 'spec.ingress.0.ports.0';
const AT = 'spec.ingress[0].ports[0]';
const FROM = 'spec.ingress[0].from[0]';
const from = (peer: object) => ({ 'spec.ingress.0.from': [peer] });
const CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

refusesOnCreate(networkPolicyStrategy, DB, [
  [
    { 'spec.podSelector': { matchLabels: { 'a b': 'c' } } },
    "spec.podSelector.matchLabels: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
  ],
  [
    { [`${PORT}.protocol`]: 'ICMP' },
    `${AT}.protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"`,
  ],
  [{ [`${PORT}.port`]: 0 }, `${AT}.port: Invalid value: 0: must be between 1 and 65535, inclusive`],
  [
    { [`${PORT}.port`]: '-' },
    `${AT}.port: Invalid value: "-": must contain at least one letter (a-z)`,
    `${AT}.port: Invalid value: "-": must not begin or end with a hyphen`,
  ],
  [
    { [`${PORT}.endPort`]: 10 },
    `${AT}.endPort: Invalid value: 10: must be greater than or equal to \`port\``,
  ],
  [
    { [`${PORT}.endPort`]: 70_000 },
    `${AT}.endPort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
  ],
  [
    { [PORT]: { port: 'pg', endPort: 10 } },
    `${AT}.endPort: Invalid value: 10: may not be specified when \`port\` is non-numeric`,
  ],
  [
    { [PORT]: { endPort: 10 } },
    `${AT}.endPort: Invalid value: 10: may not be specified when \`port\` is not specified`,
  ],
  [from({}), `${FROM}: Required value: must specify a peer`],
  [
    from({ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }),
    `${FROM}: Forbidden: may not specify both ipBlock and another peer`,
  ],
  [from({ ipBlock: { cidr: '' } }), `${FROM}.ipBlock.cidr: Required value`],
  [
    from({ ipBlock: { cidr: '10.0.0.0' } }),
    `${FROM}.ipBlock.cidr: Invalid value: "10.0.0.0": ${CIDR}`,
  ],
  [
    from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1'] } }),
    `${FROM}.ipBlock.except[0]: Invalid value: "10.1": ${CIDR}`,
  ],
  [
    from({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16', '10.0.0.0/8', 'fd00::/64'] } }),
    `${FROM}.ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of \`cidr\``,
    `${FROM}.ipBlock.except[1]: Invalid value: "10.0.0.0/8": must be a strict subset of \`cidr\``,
    `${FROM}.ipBlock.except[2]: Invalid value: "fd00::/64": must be a strict subset of \`cidr\``,
  ],
  [{ 'spec.egress': [{ to: [{}] }] }, 'spec.egress[0].to[0]: Required value: must specify a peer'],
  [
    { 'spec.policyTypes': ['Sideways'] },
    'spec.policyTypes[0]: Unsupported value: "Sideways": supported values: "Ingress", "Egress"',
  ],
  [
    { 'spec.policyTypes': ['Ingress', 'Egress', 'Ingress'] },
    'spec.policyTypes: Invalid value: ["Ingress","Egress","Ingress"]: may not specify more than two policyTypes',
  ],
]);
