/** What must be there before a Pod's containers can start, by its spec. Pure. */
import type {
  Container,
  KeyToPath,
  Pod,
  Volume,
  VolumeProjection,
} from '../../scheme/generated/types/core-v1.ts';

export type SourceKind = 'configmap' | 'secret' | 'persistentvolumeclaim';

/** One object that the Pod names, with the keys that it must have. */
export interface RequiredSource {
  readonly kind: SourceKind;
  readonly name: string;
  /** @default any */
  readonly keys: readonly string[];
  /** The volume, or the container whose environment wants it. */
  readonly volume?: string;
  readonly container?: string;
}

/**
 * Published into every namespace for every Pod: looking for it would cost each start a read, and a container that runs
 * before it is there reads it when it comes.
 */
const ROOT_CA_CONFIG_MAP = 'kube-root-ca.crt';

const required = new WeakMap<object, readonly RequiredSource[]>();

/** Volumes first, then environments; optional ones are left out. A spec is looked through once. */
export function requiredSources({ metadata, spec }: Pod): readonly RequiredSource[] {
  if (!spec) return [];
  let sources = required.get(spec);
  if (!sources) {
    const { containers, initContainers = [], volumes = [] } = spec;
    sources = [
      ...volumes.flatMap((volume) => volumeSources(volume, metadata.name ?? '')),
      ...[...initContainers, ...containers].flatMap(environmentSources),
    ];
    required.set(spec, sources);
  }
  return sources;
}

interface NamedSource {
  readonly name?: string | undefined;
  readonly items?: readonly KeyToPath[] | undefined;
  readonly optional?: boolean | undefined;
}

function volumeSources(volume: Volume, podName: string): RequiredSource[] {
  const { configMap, ephemeral, name, persistentVolumeClaim, projected, secret } = volume;
  const at = { volume: name };
  if (configMap) return sourceOf('configmap', configMap, at);
  if (secret) return sourceOf('secret', { ...secret, name: secret.secretName }, at);
  const claim = ephemeral ? `${podName}-${name}` : persistentVolumeClaim?.claimName;
  if (claim) return [{ ...at, kind: 'persistentvolumeclaim', name: claim, keys: [] }];
  return (projected?.sources ?? []).flatMap((source) => projectedSources(source, at));
}

function projectedSources(
  { configMap, secret }: VolumeProjection,
  at: { readonly volume: string },
): RequiredSource[] {
  if (configMap?.name === ROOT_CA_CONFIG_MAP) return [];
  if (configMap) return sourceOf('configmap', configMap, at);
  return secret ? sourceOf('secret', secret, at) : [];
}

function environmentSources({ env = [], envFrom = [], name }: Container): RequiredSource[] {
  const at = { container: name };
  const whole = envFrom.flatMap(({ configMapRef, secretRef }) => [
    ...sourceOf('configmap', configMapRef, at),
    ...sourceOf('secret', secretRef, at),
  ]);
  const single = env.flatMap(({ valueFrom }) => [
    ...keyOf('configmap', valueFrom?.configMapKeyRef, at),
    ...keyOf('secret', valueFrom?.secretKeyRef, at),
  ]);
  return [...whole, ...single];
}

type Place = Pick<RequiredSource, 'container' | 'volume'>;

function sourceOf(
  kind: SourceKind,
  source: NamedSource | undefined,
  place: Place,
): RequiredSource[] {
  if (!source?.name || source.optional) return [];
  return [{ ...place, kind, name: source.name, keys: (source.items ?? []).map(({ key }) => key) }];
}

function keyOf(
  kind: SourceKind,
  source: (NamedSource & { readonly key: string }) | undefined,
  place: Place,
): RequiredSource[] {
  if (!source?.name || source.optional) return [];
  return [{ ...place, kind, name: source.name, keys: [source.key] }];
}
