import type {
  Container,
  EnvVar,
  EnvVarSource,
  Pod,
  Service,
} from '../../scheme/generated/types/core-v1.ts';
import { fieldOf, resourceFieldOf } from './fields.ts';
import type { ImageBehaviour } from './images.ts';
import type { ContainerSources } from './sources.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const VARIABLE_NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;

export interface EnvironmentParts {
  readonly pod: Pod;
  readonly container: Container;
  readonly image: ImageBehaviour;
  readonly hostname: string;
  readonly sources: ContainerSources;
}

/** The environment that the kubelet gives to a container: of the image, of Services, and of the spec, which goes before. */
export function environmentOf(parts: EnvironmentParts): Map<string, string> {
  const { container, hostname, image, pod, sources } = parts;
  const services = serviceVariables(pod, sources.services);
  const env = new Map([
    ['PATH', PATH],
    ['HOSTNAME', hostname],
    ...Object.entries(image.env ?? {}),
    ...variablesFromSources(container, sources),
  ]);
  for (const variable of container.env ?? []) {
    const value = toValue(variable, parts, { own: env, services });
    if (value !== undefined) env.set(variable.name, value);
  }
  for (const [name, value] of services) if (!env.has(name)) env.set(name, value);
  if (!env.has('HOME')) env.set('HOME', '/root');
  return env;
}

function variablesFromSources(
  { envFrom = [] }: Container,
  { configMaps, secrets }: ContainerSources,
): [string, string][] {
  return envFrom.flatMap(({ configMapRef, prefix = '', secretRef }) => {
    const data = {
      ...configMaps.get(configMapRef?.name ?? '')?.data,
      ...decoded(secrets.get(secretRef?.name ?? '')?.data),
    };
    return Object.entries(data)
      .map(([key, value]): [string, string] => [prefix + key, value])
      .filter(([name]) => VARIABLE_NAME.test(name));
  });
}

function decoded(data: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString(),
    ]),
  );
}

interface KnownVariables {
  readonly own: ReadonlyMap<string, string>;
  readonly services: ReadonlyMap<string, string>;
}

function toValue(
  { value, valueFrom }: EnvVar,
  parts: EnvironmentParts,
  known: KnownVariables,
): string | undefined {
  if (valueFrom) return valueFromSource(valueFrom, parts);
  return expandReferences(value ?? '', (name) => known.own.get(name) ?? known.services.get(name));
}

function valueFromSource(
  { configMapKeyRef, fieldRef, resourceFieldRef, secretKeyRef }: EnvVarSource,
  { container, pod, sources }: EnvironmentParts,
): string | undefined {
  if (fieldRef) return fieldOf(pod, fieldRef);
  if (configMapKeyRef) {
    return sources.configMaps.get(configMapKeyRef.name ?? '')?.data?.[configMapKeyRef.key];
  }
  if (secretKeyRef) {
    const value = sources.secrets.get(secretKeyRef.name ?? '')?.data?.[secretKeyRef.key];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
  }
  return resourceFieldRef && resourceFieldOf(container, resourceFieldRef, sources.node);
}

/** `$(NAME)` becomes the variable's value, where there is one; `$$(NAME)` is how to write it without. */
export function expandReferences(
  text: string,
  lookUp: (name: string) => string | undefined,
): string {
  return text.replace(/\$(\$|\(([^()]*)\))/g, (whole, rest: string, name?: string) => {
    if (rest === '$') return '$';
    return lookUp(name ?? '') ?? whole;
  });
}

/** What tells containers of the Services that were there before them. */
function serviceVariables(
  { metadata, spec }: Pod,
  services: readonly Service[],
): Map<string, string> {
  const variables = new Map<string, string>();
  for (const service of services) {
    const isTheApi =
      service.metadata.namespace === 'default' && service.metadata.name === 'kubernetes';
    const isLinked = spec?.enableServiceLinks !== false && isBefore(service.metadata, metadata);
    const address = service.spec?.clusterIP;
    if (!address || address === 'None' || !(isTheApi || isLinked)) continue;
    for (const [name, value] of variablesOf(service, address)) variables.set(name, value);
  }
  return variables;
}

interface Created {
  readonly creationTimestamp?: string | null | undefined;
}

function isBefore(service: Created, pod: Created): boolean {
  return Date.parse(service.creationTimestamp ?? '') <= Date.parse(pod.creationTimestamp ?? '');
}

function variablesOf({ metadata, spec }: Service, address: string): [string, string][] {
  const prefix = toVariableName(metadata.name ?? '');
  const ports = spec?.ports ?? [];
  const [first] = ports;
  if (!first) return [];
  const url = (protocol: string, port: number): string =>
    `${protocol.toLowerCase()}://${address}:${port}`;
  const variables: [string, string][] = [
    [`${prefix}_SERVICE_HOST`, address],
    [`${prefix}_SERVICE_PORT`, String(first.port)],
  ];
  for (const { name, port } of ports) {
    if (name) variables.push([`${prefix}_SERVICE_PORT_${toVariableName(name)}`, String(port)]);
  }
  variables.push([`${prefix}_PORT`, url(first.protocol ?? 'TCP', first.port)]);
  for (const { port, protocol = 'TCP' } of ports) {
    const name = `${prefix}_PORT_${port}_${protocol}`;
    variables.push(
      [name, url(protocol, port)],
      [`${name}_PROTO`, protocol.toLowerCase()],
      [`${name}_PORT`, String(port)],
      [`${name}_ADDR`, address],
    );
  }
  return variables;
}

const toVariableName = (name: string): string => name.toUpperCase().replaceAll('-', '_');
