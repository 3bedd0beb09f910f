import type { ApiClient } from '../../apiserver/client.ts';
import { isApiError } from '../../scheme/errors.ts';
import {
  coreConfigMaps,
  corePersistentVolumeClaims,
  coreSecrets,
} from '../../scheme/generated/resources.ts';
import type { Pod, Secret } from '../../scheme/generated/types/core-v1.ts';
import { type AttachableVolume, readAttachableVolumes } from './attachable-volumes.ts';
import { type RequiredSource, requiredSources } from './required-sources.ts';
import { environmentProblem, type FoundSource, volumeProblem } from './source-problems.ts';

/** What a Pod needs beside its spec to start its containers, as its kubelet found it. */
export interface PodSources {
  /** Why its volumes cannot be mounted; undefined when they can. */
  readonly volumeProblem?: string | undefined;
  /** Of its volumes those that have to be attached to the node first. */
  readonly attachable: readonly AttachableVolume[];
  /** By container: why its environment cannot be made. */
  readonly environmentProblems: ReadonlyMap<string, string>;
  /** Registries that the Pod has credentials for. */
  readonly registries: ReadonlySet<string>;
  /** Secrets for registries that the Pod names and that are not there. */
  readonly missingPullSecrets: readonly string[];
}

/** Of a Pod that needs nothing. */
export const NO_SOURCES: PodSources = {
  attachable: [],
  environmentProblems: new Map(),
  registries: new Set(),
  missingPullSecrets: [],
};

/** Whether the Pod names anything that has to be read. */
export function needsSources(pod: Pod): boolean {
  return requiredSources(pod).length > 0 || (pod.spec?.imagePullSecrets?.length ?? 0) > 0;
}

/** Looks for everything that the Pod names, as the kubelet of its node. */
export async function readPodSources(client: ApiClient, pod: Pod): Promise<PodSources> {
  const sources = requiredSources(pod);
  const [found, credentials, attachable] = await Promise.all([
    findAll(client, pod, sources),
    readCredentials(client, pod),
    readAttachableVolumes(client, pod),
  ]);
  const of = (source: RequiredSource): FoundSource => found.get(keyOf(source));
  const environmentProblems = new Map<string, string>();
  let problem: string | undefined;
  for (const source of sources) {
    const { container, volume } = source;
    if (volume) problem ??= volumeProblem(pod, source, of(source));
    if (!container || environmentProblems.has(container)) continue;
    const reason = environmentProblem(pod, source, of(source));
    if (reason) environmentProblems.set(container, reason);
  }
  return { volumeProblem: problem, attachable, environmentProblems, ...credentials };
}

const keyOf = ({ kind, name }: RequiredSource): string => `${kind}/${name}`;

async function findAll(
  client: ApiClient,
  { metadata }: Pod,
  sources: readonly RequiredSource[],
): Promise<ReadonlyMap<string, FoundSource>> {
  const wanted = new Map(sources.map((source) => [keyOf(source), source]));
  const found = await Promise.all(
    Array.from(wanted, async ([key, source]) => {
      const target = { namespace: metadata.namespace, name: source.name };
      return [key, await findSource(client, source.kind, target)] as const;
    }),
  );
  return new Map(found);
}

async function findSource(
  client: ApiClient,
  kind: RequiredSource['kind'],
  target: { readonly namespace: string | undefined; readonly name: string },
): Promise<FoundSource> {
  try {
    if (kind === 'configmap') return await client.get(coreConfigMaps, target);
    if (kind === 'secret') return await client.get(coreSecrets, target);
    return await client.get(corePersistentVolumeClaims, target);
  } catch (thrown) {
    // What the node may not see is to it as if it were not there.
    if (isApiError(thrown, 'NotFound', 'Forbidden')) return undefined;
    throw thrown;
  }
}

type Credentials = Pick<PodSources, 'registries' | 'missingPullSecrets'>;

async function readCredentials(client: ApiClient, { metadata, spec }: Pod): Promise<Credentials> {
  const names = (spec?.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []);
  const secrets = await Promise.all(
    names.map((name) => findSource(client, 'secret', { namespace: metadata.namespace, name })),
  );
  return {
    missingPullSecrets: names.filter((_, index) => !secrets[index]),
    registries: new Set(secrets.flatMap((secret) => registriesOf(secret as Secret | undefined))),
  };
}

/** The hosts that a secret of Docker's credentials has a user for. */
export function registriesOf(secret: Pick<Secret, 'data'> | undefined): string[] {
  const json = decoded(secret, '.dockerconfigjson');
  const auths = (json as { auths?: object } | undefined)?.auths ?? decoded(secret, '.dockercfg');
  return Object.keys(auths ?? {}).map(hostOf);
}

/** Undefined for what is not there, or no JSON object: anybody may write a Secret. */
function decoded(secret: Pick<Secret, 'data'> | undefined, key: string): object | undefined {
  const text = secret?.data?.[key];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64').toString());
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Ignored: a secret that says nothing gives no access, and the pull says so.
    return undefined;
  }
}

/** Keys are hosts, or addresses as `https://index.docker.io/v1/`, which is how Docker calls its own. */
function hostOf(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === 'index.docker.io' ? 'docker.io' : host;
}
