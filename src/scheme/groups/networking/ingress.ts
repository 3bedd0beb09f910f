import { type FieldError, invalid, required } from '../../field-error.ts';
import type { Ingress } from '../../generated/types/networking-v1.ts';
import { ipFamilyOf, validateIp } from '../../ip.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { checkDnsSubdomain, checkHost } from '../checks.ts';
import { ageColumn, firstThree, NONE, nameColumn } from '../columns.ts';
import { WITH_STATUS } from '../status.ts';
import { validateIngressBackend, validateIngressPath } from './ingress-paths.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const NOT_AN_ADDRESS = 'must be a DNS name, not an IP address';

function validate({ spec = {} }: Ingress): FieldError[] {
  const errors: FieldError[] = [];
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  if (rules.length === 0 && !defaultBackend) {
    const detail = 'either `defaultBackend` or `rules` must be specified';
    errors.push(invalid('spec', rules, detail));
  }
  if (defaultBackend) validateIngressBackend(defaultBackend, 'spec.defaultBackend', errors);
  rules.forEach((rule, index) => {
    validateRule(rule, `spec.rules[${index}]`, errors);
  });
  tls.forEach(({ hosts = [], secretName }, index) => {
    hosts.forEach((host, place) => {
      checkHost(host, `spec.tls[${index}].hosts[${place}]`, errors);
    });
    if (secretName) checkDnsSubdomain(secretName, `spec.tls[${index}].secretName`, errors);
  });
  if (ingressClassName !== undefined) {
    checkDnsSubdomain(ingressClassName, 'spec.ingressClassName', errors);
  }
  return errors;
}

type Rule = NonNullable<NonNullable<Ingress['spec']>['rules']>[number];

function validateRule({ host, http }: Rule, path: string, errors: FieldError[]): void {
  if (host) {
    if (ipFamilyOf(host)) errors.push(invalid(`${path}.host`, host, NOT_AN_ADDRESS));
    checkHost(host, `${path}.host`, errors);
  }
  if (http?.paths.length === 0) errors.push(required(`${path}.http.paths`));
  http?.paths.forEach((one, index) => {
    validateIngressPath(one, `${path}.http.paths[${index}]`, errors);
  });
}

/** The annotation is how the class was named before there was a field for it. */
function validateCreate({ metadata, spec }: Ingress): FieldError[] {
  const annotated = metadata.annotations?.[CLASS_ANNOTATION];
  const named = spec?.ingressClassName;
  if (annotated === undefined || named === undefined || annotated === named) return [];
  const detail = 'must match `ingressClassName` when both are specified';
  return [invalid(`annotations.${CLASS_ANNOTATION}`, annotated, detail)];
}

function validateStatusUpdate({ status }: Ingress): FieldError[] {
  const errors: FieldError[] = [];
  status?.loadBalancer?.ingress?.forEach(({ ip, hostname }, index) => {
    const at = `status.loadBalancer.ingress[${index}]`;
    if (ip) validateIp(ip, `${at}.ip`, errors);
    if (!hostname) return;
    checkDnsSubdomain(hostname, `${at}.hostname`, errors);
    if (ipFamilyOf(hostname)) errors.push(invalid(`${at}.hostname`, hostname, NOT_AN_ADDRESS));
  });
  return errors;
}

function shownHosts({ spec }: Ingress): string {
  const hosts = (spec?.rules ?? []).map(({ host }) => host).filter((host) => host !== undefined);
  return firstThree(hosts, '*');
}

function shownAddresses({ status }: Ingress): string {
  const ingress = status?.loadBalancer?.ingress ?? [];
  const addresses = new Set(ingress.map(({ ip, hostname }) => ip || hostname || ''));
  addresses.delete('');
  return [...addresses].sort().join(',');
}

/** networking.k8s.io/Ingress. */
export const ingressStrategy: KindStrategy<Ingress> = {
  ...WITH_STATUS,
  validate,
  validateCreate,
  validateStatusUpdate,
  printerColumns: [
    nameColumn,
    {
      name: 'Class',
      description: 'The class that it belongs to.',
      cell: ({ spec }) => spec?.ingressClassName ?? NONE,
    },
    { name: 'Hosts', description: 'The hosts that requests are told apart by.', cell: shownHosts },
    { name: 'Address', description: 'Where the load balancer is reached.', cell: shownAddresses },
    {
      name: 'Ports',
      description: 'The ports that it listens on.',
      cell: ({ spec }) => (spec?.tls?.length ? '80, 443' : '80'),
    },
    ageColumn,
  ],
};
