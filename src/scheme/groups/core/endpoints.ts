import { type FieldError, required } from '../../field-error.ts';
import type {
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  Endpoints,
} from '../../generated/types/core-v1.ts';
import { ipFamilyOf, validateNonSpecialIp } from '../../ip.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { pushProblems } from '../../metadata-validation.ts';
import { portNumberProblems } from '../../names.ts';
import {
  checkDnsLabel,
  checkDnsSubdomain,
  checkQualifiedName,
  PROTOCOLS,
  requireOneOf,
} from '../checks.ts';
import { ageColumn, firstThree, NONE, nameColumn } from '../columns.ts';
import { WITHOUT_GENERATION } from '../generation.ts';

function validate({ subsets = [] }: Endpoints): FieldError[] {
  const errors: FieldError[] = [];
  subsets.forEach((subset, index) => {
    validateSubset(subset, `subsets[${index}]`, errors);
  });
  return errors;
}

function validateSubset(subset: EndpointSubset, path: string, errors: FieldError[]): void {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  if (addresses.length === 0 && notReadyAddresses.length === 0) {
    errors.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
  }
  addresses.forEach((address, index) => {
    validateAddress(address, `${path}.addresses[${index}]`, errors);
  });
  notReadyAddresses.forEach((address, index) => {
    validateAddress(address, `${path}.notReadyAddresses[${index}]`, errors);
  });
  ports.forEach((port, index) => {
    validatePort(port, `${path}.ports[${index}]`, errors, ports.length > 1);
  });
}

function validateAddress(
  { ip, hostname, nodeName }: EndpointAddress,
  path: string,
  errors: FieldError[],
): void {
  validateNonSpecialIp(ip, `${path}.ip`, errors);
  if (hostname) checkDnsLabel(hostname, `${path}.hostname`, errors);
  if (nodeName !== undefined) checkDnsSubdomain(nodeName, `${path}.nodeName`, errors);
}

function validatePort(
  { name, port, protocol, appProtocol }: EndpointPort,
  path: string,
  errors: FieldError[],
  needsName: boolean,
): void {
  if (name) checkDnsLabel(name, `${path}.name`, errors);
  else if (needsName) errors.push(required(`${path}.name`));
  pushProblems(errors, `${path}.port`, port, portNumberProblems(port));
  requireOneOf(protocol, PROTOCOLS, `${path}.protocol`, errors);
  if (appProtocol) checkQualifiedName(appProtocol, `${path}.appProtocol`, errors);
}

const hostPort = (ip: string, port: number): string =>
  ipFamilyOf(ip) === 'IPv6' ? `[${ip}]:${port}` : `${ip}:${port}`;

function formatEndpoints({ subsets = [] }: Endpoints): string {
  const endpoints = subsets.flatMap(({ addresses = [], ports = [] }) => {
    if (ports.length === 0) return addresses.map(({ ip }) => ip);
    return ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port)));
  });
  return firstThree(endpoints, NONE);
}

/** core/Endpoints. */
export const endpointsStrategy: KindStrategy<Endpoints> = {
  applyDefaults({ subsets }) {
    for (const { ports } of subsets ?? []) {
      for (const port of ports ?? []) port.protocol ??= 'TCP';
    }
  },
  ...WITHOUT_GENERATION,
  validate,
  printerColumns: [
    nameColumn,
    { name: 'Endpoints', description: 'The first of its addresses.', cell: formatEndpoints },
    ageColumn,
  ],
};
