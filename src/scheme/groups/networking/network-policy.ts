import { type FieldError, forbiddenField, invalid, required } from '../../field-error.ts';
import type {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../../generated/types/networking-v1.ts';
import { cidrFamilyOf, isStrictSubnet, validateCidr } from '../../ip.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { formatLabelSelector, validateLabelSelector } from '../../label-selector.ts';
import { pushProblems } from '../../metadata-validation.ts';
import { portNumberProblems } from '../../names.ts';
import { checkOneOf, checkPortNumberOrName } from '../checks.ts';
import { ageColumn, nameColumn } from '../columns.ts';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const POLICY_TYPES = ['Ingress', 'Egress'];

function applyDefaults({ spec }: NetworkPolicy): void {
  if (!spec) return;
  for (const { ports = [] } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of ports) port.protocol ??= 'TCP';
  }
  if (spec.policyTypes?.length) return;
  // What goes in is always meant; what goes out only where there are rules for it.
  spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
}

function validate({ spec = {} }: NetworkPolicy): FieldError[] {
  const errors: FieldError[] = [];
  const { podSelector = {}, ingress = [], egress = [], policyTypes = [] } = spec;
  validateLabelSelector(podSelector, 'spec.podSelector', errors);
  ingress.forEach(({ ports, from }, index) => {
    validateRule(ports, { peers: from, name: 'from' }, `spec.ingress[${index}]`, errors);
  });
  egress.forEach(({ ports, to }, index) => {
    validateRule(ports, { peers: to, name: 'to' }, `spec.egress[${index}]`, errors);
  });
  if (policyTypes.length > POLICY_TYPES.length) {
    const detail = 'may not specify more than two policyTypes';
    errors.push(invalid('spec.policyTypes', policyTypes, detail));
    return errors;
  }
  policyTypes.forEach((type, index) => {
    checkOneOf(type, POLICY_TYPES, `spec.policyTypes[${index}]`, errors);
  });
  return errors;
}

interface Peers {
  readonly peers: readonly NetworkPolicyPeer[] | undefined;
  readonly name: 'from' | 'to';
}

function validateRule(
  ports: readonly NetworkPolicyPort[] | undefined,
  { peers, name }: Peers,
  path: string,
  errors: FieldError[],
): void {
  ports?.forEach((port, index) => {
    validatePort(port, `${path}.ports[${index}]`, errors);
  });
  peers?.forEach((peer, index) => {
    validatePeer(peer, `${path}.${name}[${index}]`, errors);
  });
}

function validatePort(
  { protocol, port, endPort }: NetworkPolicyPort,
  path: string,
  errors: FieldError[],
): void {
  checkOneOf(protocol, PROTOCOLS, `${path}.protocol`, errors);
  if (port !== undefined) checkPortNumberOrName(port, `${path}.port`, errors);
  if (endPort === undefined) return;
  const field = `${path}.endPort`;
  if (typeof port === 'number') {
    if (endPort < port) {
      errors.push(invalid(field, endPort, 'must be greater than or equal to `port`'));
    }
    pushProblems(errors, field, endPort, portNumberProblems(endPort));
    return;
  }
  const when = port === undefined ? 'not specified' : 'non-numeric';
  errors.push(invalid(field, endPort, `may not be specified when \`port\` is ${when}`));
}

function validatePeer(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  path: string,
  errors: FieldError[],
): void {
  if (podSelector) validateLabelSelector(podSelector, `${path}.podSelector`, errors);
  if (namespaceSelector) {
    validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`, errors);
  }
  if (ipBlock) validateBlock(ipBlock, `${path}.ipBlock`, errors);
  if (!podSelector && !namespaceSelector && !ipBlock) {
    errors.push(required(path, 'must specify a peer'));
  } else if (ipBlock && (podSelector || namespaceSelector)) {
    errors.push(forbiddenField(path, 'may not specify both ipBlock and another peer'));
  }
}

function validateBlock({ cidr, except = [] }: IPBlock, path: string, errors: FieldError[]): void {
  if (!cidr) {
    errors.push(required(`${path}.cidr`));
    return;
  }
  validateCidr(cidr, `${path}.cidr`, errors);
  if (!cidrFamilyOf(cidr)) return;
  except.forEach((range, index) => {
    const field = `${path}.except[${index}]`;
    validateCidr(range, field, errors);
    if (!cidrFamilyOf(range) || isStrictSubnet(range, cidr)) return;
    errors.push(invalid(field, range, 'must be a strict subset of `cidr`'));
  });
}

/** networking.k8s.io/NetworkPolicy. */
export const networkPolicyStrategy: KindStrategy<NetworkPolicy> = {
  applyDefaults,
  validate,
  printerColumns: [
    nameColumn,
    {
      name: 'Pod-Selector',
      description: 'The Pods that it rules.',
      cell: ({ spec }) => formatLabelSelector(spec?.podSelector),
    },
    ageColumn,
  ],
};
