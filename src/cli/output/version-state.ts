/** How far along the life of a version is, in a few words. */

export interface VersionFacts {
  readonly served: boolean;
  readonly deprecation?: string | null;
  readonly removedIn?: string | null;
}

/** `served`, `off`, `deprecated`, or `deprecated, removed in v1.16`. */
export function formatState(resources: readonly VersionFacts[]): string {
  const served = resources.filter((resource) => resource.served);
  if (served.length === 0) return 'off';
  if (!served.every(({ deprecation }) => deprecation)) return 'served';
  const releases = [...new Set(served.map(({ removedIn }) => removedIn))];
  const [release] = releases;
  // Kinds of one version can go at different times: then it is each kind's own affair.
  return releases.length === 1 && release ? `deprecated, removed in v${release}` : 'deprecated';
}
