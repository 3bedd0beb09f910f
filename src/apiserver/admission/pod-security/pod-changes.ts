import type { Container, Pod } from '../../../scheme/generated/types/core-v1.ts';

const SECCOMP_POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';

type Named = Pick<Container, 'name' | 'image'>;

/** Whether a change of a Pod may make it break a standard that it met: most of what a Pod is cannot change. */
export function isSignificantUpdate(next: Pod, current: Pod): boolean {
  if (annotation(next, SECCOMP_POD_ANNOTATION) !== annotation(current, SECCOMP_POD_ANNOTATION)) {
    return true;
  }
  const changes = (container: Named, before: Named | undefined): boolean =>
    isSignificantContainer({ container, before }, next, current);
  const { containers = [], initContainers = [], ephemeralContainers = [] } = next.spec ?? {};
  const old = current.spec;
  return (
    haveChanged(containers, old?.containers ?? [], changes) ||
    haveChanged(initContainers, old?.initContainers ?? [], changes) ||
    ephemeralContainers.some((container) =>
      changes(
        container,
        old?.ephemeralContainers?.find(({ name }) => name === container.name),
      ),
    )
  );
}

function haveChanged(
  next: readonly Named[],
  current: readonly Named[],
  changes: (container: Named, before: Named | undefined) => boolean,
): boolean {
  if (next.length !== current.length) return true;
  return next.some((container, i) => changes(container, current[i]));
}

function isSignificantContainer(
  { container, before }: { readonly container: Named; readonly before: Named | undefined },
  next: Pod,
  current: Pod,
): boolean {
  if (container.image !== before?.image) return true;
  const key = SECCOMP_CONTAINER_ANNOTATION + container.name;
  return annotation(next, key) !== annotation(current, key);
}

function annotation({ metadata }: Pod, key: string): string | undefined {
  return metadata.annotations?.[key];
}
