/** How the Pod finds others and is found: DNS, host names, ports of the host. */
import { type FieldError, invalid, required } from '../../../field-error.ts';
import type { HostAlias, PodDNSConfig, PodSpec } from '../../../generated/types/core-v1.ts';
import { validateIp } from '../../../ip.ts';
import { pushProblems } from '../../../metadata-validation.ts';
import { dnsSubdomainWithUnderscoreProblems } from '../../../names.ts';
import { checkDnsSubdomain } from '../../checks.ts';

const MAX_NAMESERVERS = 3;
const MAX_SEARCH_PATHS = 32;
const MAX_SEARCH_CHARACTERS = 2048;

export function validateDns(spec: PodSpec, path: string, errors: FieldError[]): void {
  const { dnsPolicy, dnsConfig } = spec;
  const at = `${path}.dnsConfig`;
  if (dnsPolicy === 'None' && !dnsConfig) {
    errors.push(required(at, 'must provide `dnsConfig` when `dnsPolicy` is None'));
  } else if (dnsPolicy === 'None' && !dnsConfig?.nameservers?.length) {
    const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    errors.push(required(`${at}.nameservers`, detail));
  } else if (dnsConfig) {
    validateDnsConfig(dnsConfig, at, errors);
  }
}

function validateDnsConfig(
  { nameservers = [], searches = [], options = [] }: PodDNSConfig,
  path: string,
  errors: FieldError[],
): void {
  if (nameservers.length > MAX_NAMESERVERS) {
    const detail = `must not have more than ${MAX_NAMESERVERS} nameservers`;
    errors.push(invalid(`${path}.nameservers`, nameservers, detail));
  }
  nameservers.forEach((address, index) => {
    validateIp(address, `${path}.nameservers[${index}]`, errors);
  });
  validateSearches(searches, `${path}.searches`, errors);
  options.forEach(({ name }, index) => {
    if (!name) errors.push(required(`${path}.options[${index}]`, 'must not be empty'));
  });
}

function validateSearches(searches: readonly string[], path: string, errors: FieldError[]): void {
  if (searches.length > MAX_SEARCH_PATHS) {
    const detail = `must not have more than ${MAX_SEARCH_PATHS} search paths`;
    errors.push(invalid(path, searches, detail));
  }
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS) {
    const detail = `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`;
    errors.push(invalid(path, searches, detail));
  }
  searches.forEach((search, index) => {
    if (search === '.') return;
    const name = search.endsWith('.') ? search.slice(0, -1) : search;
    pushProblems(errors, `${path}[${index}]`, name, dnsSubdomainWithUnderscoreProblems(name));
  });
}

export function validateHostAliases(
  aliases: readonly HostAlias[],
  path: string,
  errors: FieldError[],
): void {
  aliases.forEach(({ ip, hostnames }, index) => {
    validateIp(ip, `${path}[${index}].ip`, errors);
    hostnames?.forEach((hostname, place) => {
      checkDnsSubdomain(hostname, `${path}[${index}].hostnames[${place}]`, errors);
    });
  });
}

/** On the host's network ports are the host's; in a template they may still be left out. */
export function validateHostNetworkPorts(
  { containers }: PodSpec,
  path: string,
  errors: FieldError[],
  isPod: boolean,
): void {
  containers?.forEach(({ ports }, index) => {
    ports?.forEach(({ hostPort = 0, containerPort }, place) => {
      if (hostPort === containerPort || (hostPort === 0 && !isPod)) return;
      const field = `${path}.containers[${index}].ports[${place}].hostPort`;
      errors.push(
        invalid(field, hostPort, 'must match `containerPort` when `hostNetwork` is true'),
      );
    });
  });
}
