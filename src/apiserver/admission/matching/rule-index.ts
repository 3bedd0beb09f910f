import { qualifiedName } from '../../../scheme/resource.ts';
import type { AdmissionRequest } from '../plugin.ts';
import { type MatchPolicy, matchRules, type Rule } from './rules.ts';

export interface Ruled {
  readonly rules: readonly Rule[];
  readonly matchPolicy: MatchPolicy;
}

/**
 * What concerns requests of one kind (resource, version, operation, subresource), found once a kind: requests pay for
 * the registrations that concern them, and not for those that do not.
 */
export class RuleIndex<T extends Ruled> {
  readonly #all: readonly T[];
  readonly #found = new Map<string, readonly T[]>();

  constructor(all: readonly T[]) {
    this.#all = all;
  }

  /** Those whose rules match the request, whatever its object is called. */
  concerning(request: AdmissionRequest): readonly T[] {
    const key = keyOf(request);
    const known = this.#found.get(key);
    if (known) return known;
    const found = this.#all.filter(({ rules, matchPolicy }) =>
      matchRules(rules.map(anyName), matchPolicy, request),
    );
    this.#found.set(key, found);
    return found;
  }
}

function keyOf({ operation, subresource, requestResource, state }: AdmissionRequest): string {
  const { version } = requestResource;
  return `${state.scheme.revision} ${operation} ${version} ${qualifiedName(requestResource)} ${subresource}`;
}

function anyName({ resourceNames: _, ...rule }: Rule): Rule {
  return rule;
}
