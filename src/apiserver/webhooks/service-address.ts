/** Where the server behind a Service can be reached from here. Pure. */
import type {
  EndpointAddress,
  Endpoints,
  Service,
  ServicePort,
} from '../../scheme/generated/types/core-v1.ts';
import type { Endpoint, EndpointSlice } from '../../scheme/generated/types/discovery-v1.ts';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** What says where a Service leads. */
export interface ServiceEndpoints {
  /** The EndpointSlices of the Service. */
  readonly slices: readonly EndpointSlice[];
  /** Its Endpoints, which are asked where there are no slices. */
  readonly endpoints: Endpoints | undefined;
}

/** An endpoint that is ready, and the port on which it serves. */
interface Candidate extends ServerAddress {
  readonly isPod: boolean;
}

/**
 * Kubernetes' way from a Service's port to a server, by its EndpointSlices. Two things are Orrery's: Pods are left out, because
 * they are simulated and serve nothing, and slices may hold names.
 * @returns why it leads nowhere, where it does
 */
export function serverAddressOf(
  { metadata: { name = '' }, spec }: Service,
  port: number,
  behind: ServiceEndpoints,
): ServerAddress | string {
  if (spec?.type === 'ExternalName') return { host: hostOf(spec.externalName ?? ''), port };
  const servicePort = spec?.ports?.find((one) => one.port === port);
  if (!servicePort) return `no service port ${port} found for service "${name}"`;
  const candidates = candidatesOf(servicePort, behind);
  const [server] = candidates.filter(({ isPod }) => !isPod);
  if (server) return { host: server.host, port: server.port };
  const why = `no endpoints available for service "${name}"`;
  if (candidates.length === 0 && !spec?.selector) return why;
  return `${why}: its Pods are simulated and serve nothing; give the webhook a url, make the service an ExternalName, or write an EndpointSlice for it that leads to a server`;
}

function candidatesOf(
  servicePort: ServicePort,
  { slices, endpoints }: ServiceEndpoints,
): readonly Candidate[] {
  const { name: wanted = '' } = servicePort;
  if (slices.length > 0) {
    return slices.flatMap((slice) => {
      const port = slice.ports?.find(({ name = '' }) => name === wanted);
      if (!port) return [];
      const number = port.port ?? targetOf(servicePort);
      return (slice.endpoints ?? []).filter(isReady).flatMap(toCandidates(number));
    });
  }
  return (endpoints?.subsets ?? []).flatMap(({ addresses = [], ports = [] }) => {
    const port = ports.find(({ name = '' }) => name === wanted);
    return port ? addresses.map(toCandidate(port.port)) : [];
  });
}

/** A slice that names no number serves every port at its own. */
function targetOf({ port, targetPort }: ServicePort): number {
  return typeof targetPort === 'number' ? targetPort : port;
}

function isReady({ conditions }: Endpoint): boolean {
  return conditions?.ready !== false;
}

const toCandidates =
  (port: number) =>
  ({ addresses, targetRef }: Endpoint): Candidate[] =>
    addresses.map((address) => ({
      host: hostOf(address),
      port,
      isPod: targetRef?.kind === 'Pod',
    }));

const toCandidate =
  (port: number) =>
  ({ ip, targetRef }: EndpointAddress): Candidate => ({
    host: ip,
    port,
    isPod: targetRef?.kind === 'Pod',
  });

/**
 * Names below `localhost` are this machine's (RFC 6761), though not every resolver knows: they are how a slice, which may not
 * hold loopback addresses, leads to a server on it.
 */
function hostOf(name: string): string {
  return /(^|\.)localhost\.?$/i.test(name) ? 'localhost' : name;
}
