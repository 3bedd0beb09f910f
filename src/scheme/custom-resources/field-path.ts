/** The way down to a value, spelled only where something is said about it. */
export type PathSegments = readonly (string | number)[];

/** `spec.rules[0].host`. @param root What the segments hang below. @default nothing */
export function formatPath(segments: PathSegments, root = ''): string {
  return segments.reduce<string>(childPath, root);
}

/** The path of a member or an item of what is at `path`. */
export function childPath(path: string, segment: string | number): string {
  if (typeof segment === 'number') return `${path}[${segment}]`;
  return path === '' ? segment : `${path}.${segment}`;
}
