import { duplicate, type FieldError, invalid, required, tooMany } from '../../field-error.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../generated/types/discovery-v1.ts';
import { ipFamilyOf, validateNonSpecialIp } from '../../ip.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { validateImmutable } from '../../metadata-validation.ts';
import { dnsSubdomainProblems } from '../../names.ts';
import {
  checkDnsLabel,
  checkDnsSubdomain,
  checkQualifiedName,
  PROTOCOLS,
  requireOneOf,
} from '../checks.ts';
import { ageColumn, firstThree, nameColumn, UNSET } from '../columns.ts';

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 100;
const MAX_HINTS = 8;

function validate({ addressType, endpoints = [], ports = [] }: EndpointSlice): FieldError[] {
  const errors: FieldError[] = [];
  requireOneOf(addressType, ADDRESS_TYPES, 'addressType', errors);
  if (endpoints.length > MAX_ENDPOINTS) {
    errors.push(tooMany('endpoints', endpoints.length, MAX_ENDPOINTS));
  } else {
    endpoints.forEach((endpoint, index) => {
      validateEndpoint(endpoint, addressType, `endpoints[${index}]`, errors);
    });
  }
  if (ports.length > MAX_PORTS) errors.push(tooMany('ports', ports.length, MAX_PORTS));
  else validatePorts(ports, errors);
  return errors;
}

function validateEndpoint(
  { addresses, hostname, nodeName, hints }: Endpoint,
  addressType: string,
  path: string,
  errors: FieldError[],
): void {
  const at = `${path}.addresses`;
  if (addresses.length === 0) errors.push(required(at, 'must contain at least 1 address'));
  else if (addresses.length > MAX_ADDRESSES) {
    errors.push(tooMany(at, addresses.length, MAX_ADDRESSES));
  }
  addresses.forEach((address, index) => {
    validateAddress(address, addressType, `${at}[${index}]`, errors);
  });
  if (hostname !== undefined) checkDnsLabel(hostname, `${path}.hostname`, errors);
  if (nodeName !== undefined) checkDnsSubdomain(nodeName, `${path}.nodeName`, errors);
  const zones = hints?.forZones ?? [];
  if (zones.length > MAX_HINTS) {
    errors.push(tooMany(`${path}.hints.forZones`, zones.length, MAX_HINTS));
  }
  zones.forEach(({ name }, index) => {
    if (!name) errors.push(required(`${path}.hints.forZones[${index}].name`));
  });
}

function validateAddress(
  address: string,
  addressType: string,
  path: string,
  errors: FieldError[],
): void {
  if (addressType === 'FQDN') {
    validateDomain(address, path, errors);
  } else if (ipFamilyOf(address) !== addressType) {
    errors.push(invalid(path, address, `must be a valid ${addressType} address`));
  } else {
    validateNonSpecialIp(address, path, errors);
  }
}

function validateDomain(address: string, path: string, errors: FieldError[]): void {
  const name = address.replace(/\.$/, '');
  const problems = dnsSubdomainProblems(name);
  if (problems.length > 0) errors.push(invalid(path, address, problems.join(',')));
  else if (!name.includes('.')) {
    const detail = 'should be a domain with at least two segments separated by dots';
    errors.push(invalid(path, address, detail));
  }
}

function validatePorts(ports: readonly EndpointPort[], errors: FieldError[]): void {
  const names = new Set<string>();
  ports.forEach(({ name = '', protocol, appProtocol }, index) => {
    const at = `ports[${index}]`;
    if (name) checkDnsLabel(name, `${at}.name`, errors);
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    requireOneOf(protocol, PROTOCOLS, `${at}.protocol`, errors);
    if (appProtocol) checkQualifiedName(appProtocol, `${at}.appProtocol`, errors);
  });
}

/** discovery.k8s.io/EndpointSlice. */
export const endpointSliceStrategy: KindStrategy<EndpointSlice> = {
  applyDefaults({ ports }) {
    for (const port of ports ?? []) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
  // Everything but metadata is what the slice says.
  validate,
  validateUpdate(next, current) {
    const errors: FieldError[] = [];
    validateImmutable(next.addressType, current.addressType, 'addressType', errors);
    return errors;
  },
  printerColumns: [
    nameColumn,
    {
      name: 'AddressType',
      description: 'What kind of addresses it has.',
      cell: ({ addressType }) => addressType,
    },
    {
      name: 'Ports',
      description: 'The ports of every endpoint in it.',
      cell: ({ ports = [] }) =>
        firstThree(
          ports.map(({ port }) => `${port ?? '*'}`),
          UNSET,
        ),
    },
    {
      name: 'Endpoints',
      description: 'The addresses of its endpoints.',
      cell: ({ endpoints = [] }) =>
        firstThree(
          endpoints.flatMap(({ addresses }) => addresses),
          UNSET,
        ),
    },
    ageColumn,
  ],
};
