import type { Container, PodSpec } from '../../../generated/types/core-v1.ts';

/** All containers of a Pod, each with its path. */
export function* containersWithPaths(
  spec: PodSpec,
  path: string,
): Generator<readonly [Container, string]> {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    const containers: readonly Container[] = spec[list] ?? [];
    for (const [index, container] of containers.entries()) {
      yield [container, `${path}.${list}[${index}]`];
    }
  }
}
