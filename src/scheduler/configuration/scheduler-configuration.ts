/** Reads a KubeSchedulerConfiguration: what a scheduler's profiles are made of. */
import { ConfigurationReader, tellProblems } from '../../lib/configuration-reader.ts';
import type { ExtenderConfig } from '../extenders/http-extender.ts';
import { DEFAULT_SCHEDULER_NAME, type Profile } from '../framework.ts';
import type { PluginHandle } from '../plugin-handle.ts';
import type { QueueBackoff } from '../scheduling-queue.ts';
import { atPoints, extendsPoint } from './extension-points.ts';
import type { PluginFactory } from './plugin-registry.ts';
import { readExtenders } from './read-extenders.ts';
import { type EnabledPlugin, findPlugin, readPlugins } from './read-plugins.ts';
import { integer } from './read-values.ts';

const API_VERSION = 'kubescheduler.config.k8s.io/v1';
const KIND = 'KubeSchedulerConfiguration';

/** Of no meaning here: there is one lease, one client and one listener a process, and nodes are not looked at in parallel. */
const WITHOUT_EFFECT = [
  'parallelism',
  'leaderElection',
  'clientConnection',
  'enableProfiling',
  'enableContentionProfiling',
  'healthzBindAddress',
  'metricsBindAddress',
  'delayCacheUntilActive',
];

const KNOWN = [
  'apiVersion',
  'kind',
  'profiles',
  'extenders',
  'percentageOfNodesToScore',
  'podInitialBackoffSeconds',
  'podMaxBackoffSeconds',
  ...WITHOUT_EFFECT,
];

/** The configuration is not one: the message names every place. */
export class SchedulerConfigurationError extends Error {
  override readonly name = 'SchedulerConfigurationError';
}

export interface SchedulerConfiguration {
  readonly createProfiles: (handle: PluginHandle) => readonly Profile[];
  readonly backoff: QueueBackoff;
  readonly extenders: readonly ExtenderConfig[];
}

/** @param value What the YAML or JSON says. @throws {SchedulerConfigurationError} */
export function parseSchedulerConfiguration(value: unknown): SchedulerConfiguration {
  const reader = new ConfigurationReader();
  const members = reader.object(value, '', KNOWN);
  if (members.apiVersion !== API_VERSION) {
    reader.refuse('apiVersion', members.apiVersion, `must be ${API_VERSION}`);
  }
  if (members.kind !== KIND) reader.refuse('kind', members.kind, `must be ${KIND}`);
  const profiles = readProfiles(reader, members.profiles, readPercentage(reader, members, ''));
  const backoff = readBackoff(reader, members);
  const extenders = readExtenders(reader, members.extenders);
  if (reader.problems.length > 0) {
    throw new SchedulerConfigurationError(tellProblems(reader.problems));
  }
  return {
    backoff,
    extenders,
    createProfiles: (handle) => profiles.map((create) => create(handle)),
  };
}

type Members = Readonly<Record<string, unknown>>;

/** `percentageOfNodesToScore`: none and 0 leave it to the scheduler, which scores all nodes. */
function readPercentage(
  reader: ConfigurationReader,
  { percentageOfNodesToScore: value }: Members,
  prefix: string,
): number | undefined {
  const path = `${prefix}percentageOfNodesToScore`;
  return integer(reader, value, path, { min: 0, max: 100 });
}

function readBackoff(reader: ConfigurationReader, members: Members): QueueBackoff {
  const limits = { min: 1 };
  const first = members.podInitialBackoffSeconds;
  const last = members.podMaxBackoffSeconds;
  const initial = integer(reader, first, 'podInitialBackoffSeconds', limits) ?? 1;
  const max = integer(reader, last, 'podMaxBackoffSeconds', limits) ?? 10;
  if (max < initial) {
    reader.refuse('podMaxBackoffSeconds', max, 'must not be less than podInitialBackoffSeconds');
  }
  return { baseMs: initial * 1_000, maxMs: max * 1_000 };
}

/** The plugins that order the queue. */
const SORTING: ReadonlySet<string> = new Set(['PrioritySort', 'Deadlines']);

type ProfileFactory = (handle: PluginHandle) => Profile;

function readProfiles(
  reader: ConfigurationReader,
  value: unknown,
  percentageOfAll: number | undefined,
): readonly ProfileFactory[] {
  const list = value === undefined ? [{}] : reader.requiredList(value, 'profiles');
  const names = new Set<string>();
  const sorts = new Set<string>();
  return list.map((item, index) => {
    const path = `profiles[${index}]`;
    const known = ['schedulerName', 'plugins', 'pluginConfig', 'percentageOfNodesToScore'];
    const members = reader.object(item, path, known);
    const at = `${path}.schedulerName`;
    const schedulerName = reader.text(members.schedulerName, at) ?? DEFAULT_SCHEDULER_NAME;
    if (names.has(schedulerName))
      reader.refuse(at, schedulerName, 'is the name of another profile');
    names.add(schedulerName);
    const percentage = readPercentage(reader, members, `${path}.`) ?? percentageOfAll;
    const plugins = readPlugins(reader, members.plugins, `${path}.plugins`);
    sorts.add(sortOf(reader, plugins, path));
    if (sorts.size > 1)
      reader.refuse(path, undefined, 'all profiles must have the same queueSort plugin');
    const factories = readPluginConfig(reader, members.pluginConfig, plugins, path);
    return createProfile({ schedulerName, percentage, plugins, factories });
  });
}

function sortOf(
  reader: ConfigurationReader,
  plugins: readonly EnabledPlugin[],
  path: string,
): string {
  const sorting = plugins.filter(
    ({ definition, points }) => SORTING.has(definition.name) && points.has('queueSort'),
  );
  if (sorting.length !== 1) {
    reader.refuse(`${path}.plugins.queueSort`, undefined, 'a profile needs one queueSort plugin');
  }
  const binds = plugins.some(
    ({ definition, points }) => definition.name === 'DefaultBinder' && points.has('bind'),
  );
  if (!binds) {
    reader.refuse(`${path}.plugins.bind`, undefined, 'a profile needs a bind plugin');
  }
  return sorting[0]?.definition.name ?? '';
}

function readPluginConfig(
  reader: ConfigurationReader,
  value: unknown,
  plugins: readonly EnabledPlugin[],
  profilePath: string,
): ReadonlyMap<string, PluginFactory> {
  const factories = new Map<string, PluginFactory>();
  const path = `${profilePath}.pluginConfig`;
  reader.list(value, path).forEach((item, index) => {
    const at = `${path}[${index}]`;
    const { name, args } = reader.object(item, at, ['name', 'args']);
    const definition = findPlugin(reader, name, `${at}.name`);
    if (!definition) return;
    if (factories.has(definition.name)) {
      reader.refuse(`${at}.name`, name, `repeated config for plugin ${definition.name}`);
    }
    factories.set(definition.name, definition.configure(reader, args, `${at}.args`));
  });
  for (const { definition } of plugins) {
    if (factories.has(definition.name)) continue;
    factories.set(definition.name, definition.configure(reader, undefined, path));
  }
  return factories;
}

interface ProfileParts {
  readonly schedulerName: string;
  readonly percentage: number | undefined;
  readonly plugins: readonly EnabledPlugin[];
  readonly factories: ReadonlyMap<string, PluginFactory>;
}

function createProfile({
  schedulerName,
  percentage,
  plugins: enabled,
  factories,
}: ProfileParts): ProfileFactory {
  const weights = Object.fromEntries(
    enabled.map(({ definition, weight }) => [definition.name, weight]),
  );
  return (handle) => ({
    schedulerName,
    weights,
    percentageOfNodesToScore: percentage,
    plugins: enabled.flatMap(({ definition, points }) => {
      const plugin = factories.get(definition.name)?.(handle);
      if (!plugin || ![...points].some((point) => extendsPoint(plugin, point))) return [];
      return [atPoints(plugin, points)];
    }),
  });
}

/** What holds where no configuration is given. */
export const DEFAULT_CONFIGURATION: SchedulerConfiguration = parseSchedulerConfiguration({
  apiVersion: API_VERSION,
  kind: KIND,
});
