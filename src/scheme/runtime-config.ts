/**
 * `--runtime-config`: which versions and resources of the API are served, in kube-apiserver's syntax, as
 * `api/alpha=true,resource.k8s.io/v1beta1=false,batch/v1/cronjobs=false`. A key without a value means true.
 *
 * Without it stable and beta versions are served and alpha ones are not.
 */
import { didYouMeanHint } from '../lib/did-you-mean.ts';
import { parseApiVersion, toApiVersion } from './object.ts';
import type { ResourceDefinition, Stability } from './resource.ts';

/** What one definition is switched by: its place and its stability. */
type Switchable = Pick<ResourceDefinition, 'group' | 'version' | 'resource' | 'stability'>;

/** A checked configuration: the switches by their key. */
export interface RuntimeConfig {
  readonly switches: ReadonlyMap<string, boolean>;
}

export const DEFAULT_RUNTIME_CONFIG: RuntimeConfig = { switches: new Map() };

const STABILITY_KEYS: Readonly<Record<Stability, string>> = {
  alpha: 'api/alpha',
  beta: 'api/beta',
  stable: 'api/ga',
};
const ALL_KEY = 'api/all';

/** The configuration is malformed, or names what this Kubernetes version does not have. */
export class RuntimeConfigError extends Error {
  override readonly name = 'RuntimeConfigError';
}

/**
 * Reads the text of the flag and checks it against the resources that exist.
 * @throws {RuntimeConfigError} for a bad value or an unknown key, with the keys that are close to it.
 */
export function parseRuntimeConfig(
  text: string,
  definitions: readonly Switchable[],
): RuntimeConfig {
  const known = knownKeys(definitions);
  const switches = new Map<string, boolean>();
  for (const entry of text.split(',')) {
    const trimmed = entry.trim();
    if (trimmed === '') continue;
    const equals = trimmed.indexOf('=');
    const key = normalizeKey(equals < 0 ? trimmed : trimmed.slice(0, equals));
    const value = equals < 0 ? '' : trimmed.slice(equals + 1);
    if (!known.has(key)) {
      throw new RuntimeConfigError(
        `--runtime-config: unknown key "${key}"${didYouMeanHint(key, known)}`,
      );
    }
    switches.set(key, parseBoolean(key, value));
  }
  return { switches };
}

/** Whether `definition` is served. The most specific switch wins: resource, version, stability, all. */
export function isEnabled({ switches }: RuntimeConfig, definition: Switchable): boolean {
  const version = versionKey(definition);
  return (
    switches.get(`${version}/${definition.resource}`) ??
    switches.get(version) ??
    switches.get(STABILITY_KEYS[definition.stability]) ??
    switches.get(ALL_KEY) ??
    definition.stability !== 'alpha'
  );
}

/** The switch that serves `definition`, as it is typed on the command line: `resource.k8s.io/v1alpha3=true`. */
export function enablingSwitch(definition: Switchable): string {
  return `${versionKey(definition)}=true`;
}

function versionKey({ group, version }: Switchable): string {
  return toApiVersion(group, version);
}

function knownKeys(definitions: readonly Switchable[]): Set<string> {
  const keys = new Set([ALL_KEY, ...Object.values(STABILITY_KEYS)]);
  for (const definition of definitions) {
    keys.add(versionKey(definition));
    keys.add(`${versionKey(definition)}/${definition.resource}`);
  }
  return keys;
}

/** kube-apiserver also spells the core group `api/v1`. */
function normalizeKey(key: string): string {
  const { group, version } = parseApiVersion(key.trim());
  return group === 'api' && /^v\d/.test(version) ? version : key.trim();
}

function parseBoolean(key: string, value: string): boolean {
  switch (value.trim().toLowerCase()) {
    case '':
    case '1':
    case 't':
    case 'true':
      return true;
    case '0':
    case 'f':
    case 'false':
      return false;
    default:
      throw new RuntimeConfigError(
        `--runtime-config: invalid value "${value}" for "${key}": it is true or false`,
      );
  }
}
