import type { Service, ServicePort } from '../../../scheme/generated/types/core-v1.ts';
import { DescribeServiceDocument, type DescribeServiceQuery } from '../../generated/operations.ts';
import { defineDescriber } from '../describer.ts';
import { Description } from '../description.ts';
import { describeEvents } from '../events.ts';
import { annotationLines, labelLines, orNone } from '../formats.ts';

export const serviceDescriber = defineDescriber({
  words: ['service', 'services', 'svc'],
  resource: 'services.v1.',
  document: DescribeServiceDocument,
  describe: (answer, nowMs) => describeService(answer, nowMs),
});

type Related = NonNullable<DescribeServiceQuery['core']['v1']['service']>;
type Slices = NonNullable<Related['endpointSlices']>;

const MAX_ENDPOINTS = 3;

/** A Service, with the endpoints behind each port and its events. */
export function describeService({ object, core }: DescribeServiceQuery, nowMs: number): string {
  const service = object as Service;
  const { metadata, spec } = service;
  const description = new Description();
  description.field(0, 'Name', metadata.name).field(0, 'Namespace', metadata.namespace);
  description.list(0, 'Labels', labelLines(metadata.labels));
  description.list(0, 'Annotations', annotationLines(metadata.annotations));
  description.field(0, 'Selector', orNone(labelLines(spec?.selector).join(',')));
  describeAddresses(description, service);
  for (const port of spec?.ports ?? []) {
    describePort(description, port, core.v1.service?.endpointSlices ?? []);
  }
  description.field(0, 'Session Affinity', spec?.sessionAffinity);
  description.optionalField(0, 'External Traffic Policy', spec?.externalTrafficPolicy);
  description.optionalField(0, 'Internal Traffic Policy', spec?.internalTrafficPolicy);
  describeEvents(description, core.v1.service?.events, nowMs);
  return description.toString();
}

function describeAddresses(description: Description, { spec, status }: Service): void {
  description
    .field(0, 'Type', spec?.type)
    .optionalField(0, 'IP Family Policy', spec?.ipFamilyPolicy);
  if (spec?.ipFamilies?.length) description.field(0, 'IP Families', spec.ipFamilies.join(','));
  description.field(0, 'IP', spec?.clusterIP).field(0, 'IPs', orNone(spec?.clusterIPs?.join(',')));
  if (spec?.externalIPs?.length) description.field(0, 'External IPs', spec.externalIPs.join(','));
  description.optionalField(0, 'Desired LoadBalancer IP', spec?.loadBalancerIP);
  description.optionalField(0, 'External Name', spec?.externalName);
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (ingress.length === 0) return;
  description.field(
    0,
    'LoadBalancer Ingress',
    ingress.map(({ ip, hostname }) => ip ?? hostname ?? '').join(', '),
  );
}

function describePort(description: Description, port: ServicePort, slices: Slices): void {
  const { name = '<unset>', port: number, protocol = 'TCP', targetPort, nodePort } = port;
  description.line(0, 'Port:', name, `${number}/${protocol}`);
  description.field(0, 'TargetPort', `${targetPort ?? number}/${protocol}`);
  if (nodePort) description.line(0, 'NodePort:', name, `${nodePort}/${protocol}`);
  description.field(0, 'Endpoints', endpointsOf(port, slices));
}

/** The first addresses behind a port, and how many more there are. */
function endpointsOf({ name = '' }: ServicePort, slices: Slices): string {
  if (slices.length === 0) return '<none>';
  const addresses = slices.flatMap(({ ports, endpoints }) => {
    const target = ports?.find((candidate) => (candidate.name ?? '') === name)?.port;
    if (target === undefined || target === null) return [];
    return (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap((endpoint) =>
        endpoint.addresses.map(
          (address) => `${address.includes(':') ? `[${address}]` : address}:${target}`,
        ),
      );
  });
  const shown = addresses.slice(0, MAX_ENDPOINTS).join(',');
  const more = addresses.length - MAX_ENDPOINTS;
  return more > 0 ? `${shown} + ${more} more...` : shown;
}
