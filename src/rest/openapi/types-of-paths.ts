import type { PathItem } from './operation.ts';

/** The types that are sent and answered at `paths`. */
export function typesOf(paths: readonly PathItem[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { answer, body } of paths.flatMap(({ operations }) => operations)) {
    if (body) names.add(body.typeName);
    if (answer !== undefined) names.add(answer);
  }
  return names;
}
