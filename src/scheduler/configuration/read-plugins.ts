import type { ConfigurationReader } from '../../lib/configuration-reader.ts';
import { didYouMeanHint } from '../../lib/did-you-mean.ts';
import { EXTENSION_POINTS, type ExtensionPoint } from './extension-points.ts';
import { PLUGINS, type PluginDefinition } from './plugin-registry.ts';
import { integer } from './read-values.ts';

/** A plugin that a profile has, at the points where it has it. */
export interface EnabledPlugin {
  readonly definition: PluginDefinition;
  readonly points: Set<ExtensionPoint>;
  weight: number;
}

interface PluginSet {
  readonly enabled: readonly { readonly definition: PluginDefinition; readonly weight: number }[];
  readonly disabled: ReadonlySet<string>;
}

const EVERY = '*';

/** The default plugins, with what `plugins` of a profile adds and takes away at each extension point. */
export function readPlugins(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
): readonly EnabledPlugin[] {
  const sets = reader.object(value, path, ['multiPoint', ...EXTENSION_POINTS]);
  const plugins = new Map<string, EnabledPlugin>();
  const multiPoint = readSet(reader, sets.multiPoint, `${path}.multiPoint`);
  for (const definition of PLUGINS) {
    if (!definition.isDefault || isDisabled(multiPoint, definition.name)) continue;
    enable(plugins, definition, definition.weight, EXTENSION_POINTS);
  }
  for (const { definition, weight } of multiPoint.enabled) {
    enable(plugins, definition, weight, EXTENSION_POINTS);
  }
  for (const point of EXTENSION_POINTS) {
    const set = readSet(reader, sets[point], `${path}.${point}`);
    for (const [name, { points }] of plugins) if (isDisabled(set, name)) points.delete(point);
    for (const { definition, weight } of set.enabled) enable(plugins, definition, weight, [point]);
  }
  return [...plugins.values()].filter(({ points }) => points.size > 0);
}

function isDisabled({ disabled }: PluginSet, name: string): boolean {
  return disabled.has(EVERY) || disabled.has(name);
}

function enable(
  plugins: Map<string, EnabledPlugin>,
  definition: PluginDefinition,
  weight: number,
  points: readonly ExtensionPoint[],
): void {
  const known = plugins.get(definition.name);
  if (!known) {
    plugins.set(definition.name, { definition, weight, points: new Set(points) });
    return;
  }
  for (const point of points) known.points.add(point);
  // The weight is one of the score: other points have none.
  if (points.includes('score')) known.weight = weight;
}

function readSet(reader: ConfigurationReader, value: unknown, path: string): PluginSet {
  const { enabled, disabled } = reader.object(value, path, ['enabled', 'disabled']);
  const names = new Set<string>();
  const added = reader.list(enabled, `${path}.enabled`).flatMap((item, index) => {
    const at = `${path}.enabled[${index}]`;
    const members = reader.object(item, at, ['name', 'weight']);
    const definition = findPlugin(reader, members.name, `${at}.name`);
    const weight = integer(reader, members.weight, `${at}.weight`, { min: 0 });
    if (!definition) return [];
    if (names.has(definition.name)) {
      reader.refuse(
        `${at}.name`,
        definition.name,
        `plugin "${definition.name}" already registered`,
      );
    }
    names.add(definition.name);
    return [{ definition, weight: weight || definition.weight }];
  });
  const removed = reader.list(disabled, `${path}.disabled`).map((item, index) => {
    const at = `${path}.disabled[${index}]`;
    return reader.requiredText(reader.object(item, at, ['name', 'weight']).name, `${at}.name`);
  });
  return { enabled: added, disabled: new Set(removed) };
}

/** The plugin of a name, in any profile. */
export function findPlugin(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
): PluginDefinition | undefined {
  const name = reader.requiredText(value, path);
  const definition = PLUGINS.find((plugin) => plugin.name === name);
  if (!definition && name) {
    const hint = didYouMeanHint(
      name,
      PLUGINS.map((plugin) => plugin.name),
    );
    reader.refuse(path, name, `plugin "${name}" is not known${hint}`);
  }
  return definition;
}
