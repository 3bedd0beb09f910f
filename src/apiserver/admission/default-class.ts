import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceCache } from '../../store/store.ts';

/**
 * The class that is marked as the default: of several the newest, and of equally new ones the first by name.
 * @param annotations any of which, `true`, marks one
 */
export function defaultClassOf(
  classes: ResourceCache,
  annotations: readonly string[],
): string | undefined {
  const isDefault = ({ metadata }: ApiObject): boolean =>
    annotations.some((key) => metadata.annotations?.[key] === 'true');
  const [first] = classes.list().items.filter(isDefault).sort(newestFirst);
  return first?.metadata.name;
}

function newestFirst({ metadata: a }: ApiObject, { metadata: b }: ApiObject): number {
  const byAge = Date.parse(b.creationTimestamp ?? '') - Date.parse(a.creationTimestamp ?? '');
  if (byAge !== 0) return byAge;
  return (a.name ?? '') < (b.name ?? '') ? -1 : 1;
}
