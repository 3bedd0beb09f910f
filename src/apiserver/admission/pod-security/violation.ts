import type { Container, Pod, PodSpec } from '../../../scheme/generated/types/core-v1.ts';

/** Why a Pod does not meet a standard: a word for the rule, and who breaks it how. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** A Pod, or the template of one. */
export interface PodLike {
  readonly metadata?: Pick<Pod['metadata'], 'annotations'> | undefined;
  readonly spec: PodSpec;
}

/** One rule. Undefined when the Pod meets it. */
export type Check = (pod: PodLike) => Violation | undefined;

type AnyContainer = Omit<Container, 'name'> & { readonly name: string };

/** Init, ordinary and ephemeral ones, in the order in which Kubernetes names them. */
export function containersOf({ spec }: PodLike): readonly AnyContainer[] {
  if (!spec.initContainers && !spec.ephemeralContainers) return spec.containers;
  return [
    ...(spec.initContainers ?? []),
    ...spec.containers,
    ...((spec.ephemeralContainers ?? []) as readonly AnyContainer[]),
  ];
}

/** `"a", "b"` */
export function quoted(words: Iterable<string>): string {
  return [...words].map((word) => JSON.stringify(word)).join(', ');
}

/** The distinct words in order. */
export function sorted(words: Iterable<string>): string[] {
  return [...new Set(words)].sort();
}

export function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}

/** `container "a"`, `containers "a", "b"` */
export function containersText(names: readonly string[]): string {
  return `${plural('container', names.length)} ${quoted(names)}`;
}

/** `pod and containers "a", "b"`: who sets something. */
export function settersText(isPod: boolean, names: readonly string[]): string {
  const setters = isPod ? ['pod'] : [];
  if (names.length > 0) setters.push(containersText(names));
  return setters.join(' and ');
}

export function namesOf(containers: readonly AnyContainer[]): string[] {
  return containers.map(({ name }) => name);
}

/** What the Pod and its containers set for themselves, as one field of their security contexts says. */
export interface Settings<T> {
  readonly pod: T | undefined;
  readonly containers: readonly { readonly name: string; readonly value: T | undefined }[];
}

type Contexts = {
  readonly pod: NonNullable<PodSpec['securityContext']>;
  readonly container: NonNullable<Container['securityContext']>;
};

/** Reads a field that Pods and containers have alike. */
export function settingsOf<T>(
  pod: PodLike,
  read: (context: Contexts['pod'] | Contexts['container']) => T | undefined,
): Settings<T> {
  const { securityContext } = pod.spec;
  return {
    pod: securityContext ? read(securityContext) : undefined,
    containers: containersOf(pod).map(({ name, securityContext: own }) => ({
      name,
      value: own ? read(own) : undefined,
    })),
  };
}

/** Whom of {@link Settings} a rule refuses, and the values they set, in order. */
export function offenders<T>(
  { pod, containers }: Settings<T>,
  isRefused: (value: T) => boolean,
): { readonly isPod: boolean; readonly names: readonly string[]; readonly values: readonly T[] } {
  const isPod = pod !== undefined && isRefused(pod);
  const bad = containers.filter(({ value }) => value !== undefined && isRefused(value));
  const values = [...(isPod ? [pod] : []), ...bad.map(({ value }) => value as T)];
  return { isPod, names: bad.map(({ name }) => name), values };
}
