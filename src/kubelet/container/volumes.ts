import type {
  ConfigMapVolumeSource,
  Container,
  DownwardAPIVolumeFile,
  KeyToPath,
  Pod,
  ProjectedVolumeSource,
  Volume,
} from '../../scheme/generated/types/core-v1.ts';
import { parseQuantity } from '../../scheme/quantity.ts';
import { createRoot, type Directory, type Entry } from '../files/entries.ts';
import { FileTree } from '../files/file-tree.ts';
import { Space } from '../files/space.ts';
import { fieldOf, resourceFieldOf } from './fields.ts';
import { type ContainerSources, tokenKey } from './sources.ts';

/** What an emptyDir holds at most, whatever the Pod allows it. */
const MAX_EMPTY_DIR_BYTES = 4_194_304;
const MAX_PROJECTED_BYTES = 8 * 1_048_576;
const DEFAULT_MODE = 0o644;
const NANO_PER_BYTE = 1_000_000_000n;

interface ProjectedFile {
  readonly path: string;
  readonly data: Uint8Array;
  readonly mode: number;
}

export interface VolumeContext {
  readonly pod: Pod;
  readonly sources: ContainerSources;
  readonly now: () => number;
}

/** The directory that a volume of the Pod is. Sources that are missing leave it empty, as optional ones do. */
export function createVolume(volume: Volume, context: VolumeContext): Directory {
  const files = projectedFiles(volume, context);
  if (files) return projectedDirectory(files, context.now);
  return createRoot(new Space({ maxBytes: sizeLimitOf(volume) }), context.now(), 0o777);
}

function sizeLimitOf({ emptyDir }: Volume): number {
  const limit = emptyDir?.sizeLimit;
  if (limit === undefined) return MAX_EMPTY_DIR_BYTES;
  const bytes = Number(parseQuantity(String(limit)).nano / NANO_PER_BYTE);
  return Math.min(bytes, MAX_EMPTY_DIR_BYTES);
}

function projectedDirectory(files: readonly ProjectedFile[], now: () => number): Directory {
  const space = new Space({ maxBytes: MAX_PROJECTED_BYTES });
  const tree = new FileTree(space, now);
  for (const { data, mode, path } of files) {
    const absolute = `/${path}`;
    tree.makeDirectories(absolute.slice(0, absolute.lastIndexOf('/')) || '/');
    tree.write(absolute, data, { mode });
  }
  space.isReadOnly = true;
  return tree.root;
}

/** Undefined for a volume that begins empty. */
function projectedFiles(volume: Volume, context: VolumeContext): ProjectedFile[] | undefined {
  const { configMap, downwardAPI, projected, secret } = volume;
  if (configMap) return configMapFiles(configMap, configMap.defaultMode, context.sources);
  if (secret) {
    const { defaultMode, items, secretName } = secret;
    return secretFiles({ name: secretName, items }, defaultMode, context.sources);
  }
  if (downwardAPI) return downwardFiles(downwardAPI.items, downwardAPI.defaultMode, context);
  return projected && projectedSources(projected, context);
}

type Items = readonly KeyToPath[] | undefined;

function configMapFiles(
  { items, name = '' }: Pick<ConfigMapVolumeSource, 'name' | 'items'>,
  mode: number | undefined,
  { configMaps }: ContainerSources,
): ProjectedFile[] {
  const { binaryData, data } = configMaps.get(name) ?? {};
  const contents = new Map<string, Uint8Array>([
    ...Object.entries(data ?? {}).map(([key, text]) => [key, Buffer.from(text)] as const),
    ...decodedEntries(binaryData),
  ]);
  return chosenFiles(contents, items, mode);
}

function secretFiles(
  { items, name = '' }: { readonly name?: string | undefined; readonly items?: Items },
  mode: number | undefined,
  { secrets }: ContainerSources,
): ProjectedFile[] {
  return chosenFiles(new Map(decodedEntries(secrets.get(name)?.data)), items, mode);
}

function decodedEntries(data: Readonly<Record<string, string>> | undefined): [string, Buffer][] {
  return Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]);
}

/** All keys as files of their names, or those that are asked for where they are asked for. */
function chosenFiles(
  contents: ReadonlyMap<string, Uint8Array>,
  items: Items,
  mode = DEFAULT_MODE,
): ProjectedFile[] {
  const chosen: readonly KeyToPath[] =
    items && items.length > 0 ? items : [...contents.keys()].map((key) => ({ key, path: key }));
  return chosen.flatMap(({ key, mode: own = mode, path }) => {
    const data = contents.get(key);
    return data ? [{ path, data, mode: own }] : [];
  });
}

function downwardFiles(
  items: readonly DownwardAPIVolumeFile[] | undefined,
  mode: number | undefined,
  { pod, sources }: VolumeContext,
): ProjectedFile[] {
  return (items ?? []).map(({ fieldRef, mode: own, path, resourceFieldRef }) => {
    const { containers = [], initContainers = [] } = pod.spec ?? {};
    const container = [...containers, ...initContainers].find(
      ({ name }) => name === resourceFieldRef?.containerName,
    );
    const text = fieldRef
      ? fieldOf(pod, fieldRef)
      : container && resourceFieldRef
        ? resourceFieldOf(container, resourceFieldRef, sources.node)
        : '';
    return { path, data: Buffer.from(text), mode: own ?? mode ?? DEFAULT_MODE };
  });
}

function projectedSources(
  projected: ProjectedVolumeSource,
  context: VolumeContext,
): ProjectedFile[] {
  const mode = projected.defaultMode;
  const { sources } = context;
  return (projected.sources ?? []).flatMap((source) => {
    const { configMap, downwardAPI, secret, serviceAccountToken } = source;
    if (configMap) return configMapFiles(configMap, mode, sources);
    if (secret) return secretFiles(secret, mode, sources);
    if (downwardAPI) return downwardFiles(downwardAPI.items, mode, context);
    const token = serviceAccountToken && sources.tokens.get(tokenKey(serviceAccountToken))?.token;
    if (!serviceAccountToken || token === undefined) return [];
    const { path } = serviceAccountToken;
    return [{ path, data: Buffer.from(token), mode: mode ?? DEFAULT_MODE }];
  });
}

/** Puts the volumes where the container wants them. */
export function mountVolumes(
  tree: FileTree,
  { volumeMounts = [] }: Pick<Container, 'volumeMounts'>,
  volumes: ReadonlyMap<string, Directory>,
): void {
  for (const { mountPath, name, readOnly, subPath } of volumeMounts) {
    const volume = volumes.get(name);
    const entry = volume && (subPath ? entryBelow(volume, subPath) : volume);
    if (entry) tree.mount(mountPath, entry, readOnly);
  }
}

/** What is at a path within a volume: a directory is made where nothing is. */
export function entryBelow(volume: Directory, subPath: string): Entry {
  let current: Entry = volume;
  for (const name of subPath.split('/').filter((part) => part !== '')) {
    if (current.kind !== 'directory') return current;
    let next = current.entries.get(name);
    if (!next) {
      next = createRoot(current.space, current.modifiedMs);
      current.entries.set(name, next);
    }
    current = next;
  }
  return current;
}
