import type { ApiClient } from '../../apiserver/client.ts';
import { isApiError } from '../../scheme/errors.ts';
import {
  coreConfigMaps,
  coreNodes,
  coreSecrets,
  coreServiceAccounts,
  coreServices,
} from '../../scheme/generated/resources.ts';
import type {
  ConfigMap,
  Node,
  Pod,
  Secret,
  Service,
  ServiceAccountTokenProjection,
} from '../../scheme/generated/types/core-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceRef } from '../../scheme/resource.ts';

const DEFAULT_TOKEN_SECONDS = 3_600;

/** What a Pod's containers are made of beside its spec, as its kubelet reads it. */
export interface ContainerSources {
  readonly node: Node | undefined;
  /** Those that the Pod names and that are there. */
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Of the Pod's namespace, and the API's own. */
  readonly services: readonly Service[];
  /** By {@link tokenKey}. */
  readonly tokens: ReadonlyMap<string, PodToken>;
}

/** A token of a Pod's service account, as its files show it. */
export interface PodToken {
  readonly token: string;
  /** When a new one is asked for, in milliseconds since the epoch: a kubelet waits for four fifths of its life. */
  readonly renewMs: number;
}

/** Tells tokens apart that a Pod is given. */
export function tokenKey({
  audience = '',
  expirationSeconds,
}: ServiceAccountTokenProjection): string {
  return `${audience}/${expirationSeconds ?? DEFAULT_TOKEN_SECONDS}`;
}

/**
 * Reads everything that the Pod's spec refers to.
 * @param client of the kubelet of its node
 * @param known the tokens that it has been given before: those that are young enough are kept
 */
export async function readSources(
  client: ApiClient,
  pod: Pod,
  { known, nowMs }: { readonly known: ContainerSources['tokens']; readonly nowMs: number },
): Promise<ContainerSources> {
  const { namespace } = pod.metadata;
  const names = referencedNames(pod);
  const find = <T extends ApiObject>(ref: ResourceRef<T>, name: string) =>
    findObject(client, ref, { namespace, name });
  const [node, configMaps, secrets, services, tokens] = await Promise.all([
    findObject(client, coreNodes, { name: pod.spec?.nodeName ?? '' }),
    readAll(names.configMaps, (name) => find(coreConfigMaps, name)),
    readAll(names.secrets, (name) => find(coreSecrets, name)),
    readServices(client, namespace ?? ''),
    readTokens(client, pod, { known, nowMs }),
  ]);
  return { node, configMaps, secrets, services, tokens };
}

async function readAll<T>(
  names: Iterable<string>,
  read: (name: string) => Promise<T | undefined>,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (const name of names) {
    const object = await read(name);
    if (object) found.set(name, object);
  }
  return found;
}

/** Undefined for what is not there, or not for this kubelet. */
async function findObject<T extends ApiObject>(
  client: ApiClient,
  ref: ResourceRef<T>,
  target: { readonly namespace?: string | undefined; readonly name: string },
): Promise<T | undefined> {
  try {
    return await client.get(ref, target);
  } catch (thrown) {
    if (isApiError(thrown, 'NotFound', 'Forbidden')) return undefined;
    throw thrown;
  }
}

async function readServices(client: ApiClient, namespace: string): Promise<Service[]> {
  const own = await client.list(coreServices, { namespace });
  const isTheApi = { namespace: 'default', fieldSelector: 'metadata.name=kubernetes' };
  const api = namespace === 'default' ? { items: [] } : await client.list(coreServices, isTheApi);
  return [...api.items, ...own.items];
}

/** Which ConfigMaps and Secrets a Pod's spec names. */
export function referencedNames({ spec }: Pod): { configMaps: Set<string>; secrets: Set<string> } {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  const add = (names: Set<string>, name: string | undefined): void => {
    if (name) names.add(name);
  };
  const {
    containers = [],
    ephemeralContainers = [],
    initContainers = [],
    volumes = [],
  } = spec ?? {};
  for (const { env = [], envFrom = [] } of [
    ...containers,
    ...initContainers,
    ...ephemeralContainers,
  ]) {
    for (const { configMapRef, secretRef } of envFrom) {
      add(configMaps, configMapRef?.name);
      add(secrets, secretRef?.name);
    }
    for (const { valueFrom } of env) {
      add(configMaps, valueFrom?.configMapKeyRef?.name);
      add(secrets, valueFrom?.secretKeyRef?.name);
    }
  }
  for (const { configMap, projected, secret } of volumes) {
    add(configMaps, configMap?.name);
    add(secrets, secret?.secretName);
    for (const source of projected?.sources ?? []) {
      add(configMaps, source.configMap?.name);
      add(secrets, source.secret?.name);
    }
  }
  return { configMaps, secrets };
}

async function readTokens(
  client: ApiClient,
  pod: Pod,
  { known, nowMs }: { readonly known: ContainerSources['tokens']; readonly nowMs: number },
): Promise<Map<string, PodToken>> {
  const projections = (pod.spec?.volumes ?? []).flatMap(({ projected }) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }) => serviceAccountToken ?? []),
  );
  const tokens = new Map<string, PodToken>();
  for (const projection of projections) {
    const key = tokenKey(projection);
    const before = known.get(key);
    if (before && nowMs < before.renewMs) {
      tokens.set(key, before);
      continue;
    }
    // One that cannot be renewed is shown as long as there is no other, and asked for again at the next look.
    const token = await requestToken(client, pod, projection);
    if (token !== undefined) tokens.set(key, { token, renewMs: nowMs + renewAfterMs(projection) });
    else if (before) tokens.set(key, before);
  }
  return tokens;
}

const RENEWAL_SHARE = 0.8;
const MS_PER_SECOND = 1_000;

function renewAfterMs({
  expirationSeconds = DEFAULT_TOKEN_SECONDS,
}: ServiceAccountTokenProjection): number {
  return expirationSeconds * RENEWAL_SHARE * MS_PER_SECOND;
}

async function requestToken(
  client: ApiClient,
  { metadata, spec }: Pod,
  { audience, expirationSeconds = DEFAULT_TOKEN_SECONDS }: ServiceAccountTokenProjection,
): Promise<string | undefined> {
  const { name = '', namespace, uid = '' } = metadata;
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {
      audiences: audience ? [audience] : [],
      expirationSeconds,
      boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid },
    },
  };
  const account = { namespace, name: spec?.serviceAccountName ?? 'default' };
  try {
    const answer = await client.createSubresource(coreServiceAccounts, account, 'token', request);
    return (answer as ApiObject & { status?: { token?: string } }).status?.token;
  } catch (thrown) {
    // Ignored: without its account, or where this server signs no tokens, a Pod has none.
    if (isApiError(thrown)) return undefined;
    throw thrown;
  }
}
