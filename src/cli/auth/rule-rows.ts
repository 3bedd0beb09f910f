/** Rules as `kubectl auth can-i --list` prints them. Pure. */
import type { MyRulesMutation } from '../generated/operations.ts';

type RulesStatus = NonNullable<
  NonNullable<MyRulesMutation['createAuthorizationV1SelfSubjectRulesReview']>['status']
>;

const HEADINGS = ['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs'];

const bracketed = (words: readonly string[] | null | undefined): string =>
  `[${(words ?? []).join(' ')}]`;

/** One row for each resource of each group and for each set of paths, resources in order. */
export function toRuleRows({ nonResourceRules, resourceRules }: RulesStatus): readonly string[][] {
  const resources = resourceRules.flatMap(({ apiGroups, resourceNames, resources: names, verbs }) =>
    (apiGroups ?? []).flatMap((group) =>
      (names ?? []).map((name) => [
        qualify(name, group),
        bracketed([]),
        bracketed(resourceNames),
        bracketed(verbs),
      ]),
    ),
  );
  resources.sort(byColumns);
  const paths = nonResourceRules.map(({ nonResourceURLs, verbs }) => [
    '',
    bracketed(nonResourceURLs),
    bracketed([]),
    bracketed(verbs),
  ]);
  return [HEADINGS, ...distinct(resources), ...distinct(paths)];
}

function byColumns(a: readonly string[], b: readonly string[]): number {
  return a.join('\0') < b.join('\0') ? -1 : 1;
}

/** `deployments.apps/scale`. */
function qualify(target: string, group: string): string {
  if (group === '') return target;
  const [resource, subresource] = target.split('/');
  return `${resource}.${group}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** Several roles may say the same. */
function distinct(rows: readonly string[][]): string[][] {
  const known = new Map(rows.map((row) => [row.join('\0'), row]));
  return [...known.values()];
}
