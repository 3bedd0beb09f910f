import type {
  Container,
  Node,
  ObjectFieldSelector,
  Pod,
  ResourceFieldSelector,
} from '../../scheme/generated/types/core-v1.ts';
import { parseQuantity } from '../../scheme/quantity.ts';

/** What the downward API says of a field of the Pod: '' for what is not there. */
export function fieldOf(pod: Pod, { fieldPath }: Pick<ObjectFieldSelector, 'fieldPath'>): string {
  const { metadata, spec, status } = pod;
  const [, list, key] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(fieldPath) ?? [];
  if (list !== undefined && key !== undefined) {
    return metadata[list as 'labels' | 'annotations']?.[key] ?? '';
  }
  const fields: Readonly<Record<string, () => string | undefined>> = {
    'metadata.name': () => metadata.name,
    'metadata.namespace': () => metadata.namespace,
    'metadata.uid': () => metadata.uid,
    'metadata.labels': () => linesOf(metadata.labels),
    'metadata.annotations': () => linesOf(metadata.annotations),
    'spec.nodeName': () => spec?.nodeName,
    'spec.serviceAccountName': () => spec?.serviceAccountName,
    'status.hostIP': () => status?.hostIP,
    'status.hostIPs': () => status?.hostIPs?.map(({ ip }) => ip).join(','),
    'status.podIP': () => status?.podIP,
    'status.podIPs': () => status?.podIPs?.map(({ ip }) => ip).join(','),
  };
  return fields[fieldPath]?.() ?? '';
}

function linesOf(values: Readonly<Record<string, string>> | undefined): string {
  const lines = Object.entries(values ?? {}).map(
    ([key, value]) => `${key}=${JSON.stringify(value)}`,
  );
  return lines.sort().join('\n');
}

/** What the downward API says of a container's resources, in units of the divisor, rounded up. */
export function resourceFieldOf(
  { resources }: Container,
  { divisor, resource }: ResourceFieldSelector,
  node: Node | undefined,
): string {
  const [list = '', name = ''] = resource.split(/\.(.*)/s);
  const own = list === 'limits' ? resources?.limits?.[name] : resources?.requests?.[name];
  // Without a limit of its own a container may take the whole node.
  const text = own ?? (list === 'limits' ? node?.status?.allocatable?.[name] : undefined) ?? '0';
  const unit = parseQuantity(String(divisor ?? '1')).nano || parseQuantity('1').nano;
  return String((parseQuantity(text).nano + unit - 1n) / unit);
}
