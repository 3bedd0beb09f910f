import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { AdmissionOperation, AdmissionPlugin } from '../admission/plugin.ts';

/** The plugins that concern one resource, by operation and subresource ('' for the object itself). */
export type PluginsByOperation = Readonly<
  Record<AdmissionOperation, ReadonlyMap<string, readonly AdmissionPlugin[]>>
>;

/** Asks each plugin once what it is concerned with. */
export function choosePlugins(
  plugins: readonly AdmissionPlugin[],
  resource: ResourceDefinition,
): PluginsByOperation {
  const subresources = ['', ...resource.subresources.map(({ name }) => name)];
  const chosenFor = (
    operation: AdmissionOperation,
  ): ReadonlyMap<string, readonly AdmissionPlugin[]> =>
    new Map(
      subresources.map((subresource) => [
        subresource,
        plugins.filter((plugin) => plugin.handles(resource, operation, subresource)),
      ]),
    );
  return {
    CREATE: chosenFor('CREATE'),
    UPDATE: chosenFor('UPDATE'),
    DELETE: chosenFor('DELETE'),
    CONNECT: chosenFor('CONNECT'),
  };
}

export function allOf(chosen: PluginsByOperation): ReadonlySet<AdmissionPlugin> {
  return new Set(
    Object.values(chosen).flatMap((bySubresource) => [...bySubresource.values()].flat()),
  );
}
