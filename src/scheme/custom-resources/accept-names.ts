/**
 * What the status of a definition says, computed from all definitions of its group: which of the names that it asks for are
 * its own, and whether its resources are served. Names belong to whom they were accepted for first.
 */
import { type ConditionLike, findCondition, isConditionTrue, setCondition } from '../conditions.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionStatus,
} from '../generated/types/apiextensions-v1.ts';
import type { ResourceDefinition } from '../resource.ts';
import { apiApprovalOf, approvalCondition } from './api-approval.ts';

export const CONDITION_NAMES_ACCEPTED = 'NamesAccepted';
export const CONDITION_ESTABLISHED = 'Established';

/** Names that others in the group have: those of resources share one space, those of kinds another. */
export interface TakenNames {
  readonly resources: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

/** The names of built-in resources of the group, and those that were accepted for other definitions. */
export function takenNames(
  crd: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  builtIn: readonly ResourceDefinition[],
): TakenNames {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  const take = (names: Partial<CustomResourceDefinitionNames>): void => {
    for (const name of [names.plural, names.singular, ...(names.shortNames ?? [])]) {
      if (name) resources.add(name);
    }
    for (const kind of [names.kind, names.listKind]) if (kind) kinds.add(kind);
  };
  for (const other of others) {
    const isOther = other.metadata.name !== crd.metadata.name;
    if (isOther && other.spec.group === crd.spec.group) take(other.status?.acceptedNames ?? {});
  }
  for (const definition of builtIn) {
    if (definition.group === crd.spec.group) take({ ...toNames(definition) });
  }
  return { resources, kinds };
}

function toNames(definition: ResourceDefinition): CustomResourceDefinitionNames {
  const { resource, singular, shortNames, kind, listKind } = definition;
  return { plural: resource, singular, shortNames: [...shortNames], kind, listKind };
}

interface Verdict {
  readonly accepted: CustomResourceDefinitionNames;
  readonly condition: ConditionLike;
}

/** The names that `crd` may call its own, and the NamesAccepted condition that says so. */
function judgeNames({ spec, status }: CustomResourceDefinition, taken: TakenNames): Verdict {
  const wanted = spec.names;
  const own = status?.acceptedNames;
  const accepted: CustomResourceDefinitionNames = {
    ...own,
    plural: own?.plural ?? '',
    kind: own?.kind ?? '',
  };
  let conflict: ConditionLike | undefined;
  const claim = (
    reason: string,
    names: readonly string[],
    claimed: { readonly of: ReadonlySet<string>; readonly accept: () => void },
  ): void => {
    const refused = names.filter((name) => claimed.of.has(name));
    if (refused.length === 0) claimed.accept();
    else conflict = namesRefused(reason, refused);
  };
  const { resources, kinds } = taken;
  claim('PluralConflict', [wanted.plural], {
    of: resources,
    accept: () => {
      accepted.plural = wanted.plural;
    },
  });
  claim('SingularConflict', definedNames([wanted.singular]), {
    of: resources,
    accept: () => assignName(accepted, 'singular', wanted.singular),
  });
  claim('ShortNamesConflict', wanted.shortNames ?? [], {
    of: resources,
    accept: () => assignName(accepted, 'shortNames', wanted.shortNames),
  });
  claim('KindConflict', [wanted.kind], {
    of: kinds,
    accept: () => {
      accepted.kind = wanted.kind;
    },
  });
  claim('ListKindConflict', definedNames([wanted.listKind]), {
    of: kinds,
    accept: () => assignName(accepted, 'listKind', wanted.listKind),
  });
  assignName(accepted, 'categories', wanted.categories);
  return { accepted, condition: conflict ?? NAMES_ACCEPTED };
}

const NAMES_ACCEPTED: ConditionLike = {
  type: CONDITION_NAMES_ACCEPTED,
  status: 'True',
  reason: 'NoConflicts',
  message: 'no conflicts found',
};

function namesRefused(reason: string, names: readonly string[]): ConditionLike {
  const messages = names.map((name) => `${JSON.stringify(name)} is already in use`);
  return {
    type: CONDITION_NAMES_ACCEPTED,
    status: 'False',
    reason,
    message: messages.length === 1 ? (messages[0] as string) : `[${messages.join(', ')}]`,
  };
}

const definedNames = (names: readonly (string | undefined)[]): string[] =>
  names.filter((name) => name !== undefined);

function assignName<K extends keyof CustomResourceDefinitionNames>(
  names: CustomResourceDefinitionNames,
  key: K,
  value: CustomResourceDefinitionNames[K] | undefined,
): void {
  if (value === undefined) delete names[key];
  else names[key] = value;
}

/** Once established a definition stays it: its objects are not taken away because of a name that it asks for later. */
function judgeEstablished(
  { status }: CustomResourceDefinition,
  namesAccepted: ConditionLike,
): ConditionLike {
  const current = findCondition(status?.conditions, CONDITION_ESTABLISHED);
  if (current?.status === 'True') return current;
  if (namesAccepted.status === 'True') {
    return {
      type: CONDITION_ESTABLISHED,
      status: 'True',
      reason: 'InitialNamesAccepted',
      message: 'the initial names have been accepted',
    };
  }
  return {
    type: CONDITION_ESTABLISHED,
    status: 'False',
    reason: 'NotAccepted',
    message: 'not all names are accepted',
  };
}

/** The status that `crd` should have. Gives its status back where nothing differs. @param now RFC 3339 */
export function judgeDefinition(
  crd: CustomResourceDefinition,
  taken: TakenNames,
  now: string,
): CustomResourceDefinitionStatus {
  const { accepted, condition } = judgeNames(crd, taken);
  const established = judgeEstablished(crd, condition);
  const before = crd.status?.conditions;
  let conditions = setCondition<ConditionLike>(before, { ...condition, lastTransitionTime: now });
  conditions = setCondition(conditions, { lastTransitionTime: now, ...established });
  const approval = apiApprovalOf(crd);
  if (approval) {
    const judged = approvalCondition(approval);
    conditions = setCondition(conditions, { lastTransitionTime: now, ...judged });
  }
  return {
    ...crd.status,
    acceptedNames: accepted,
    conditions: conditions as NonNullable<CustomResourceDefinitionStatus['conditions']>,
    storedVersions: crd.status?.storedVersions ?? [],
  };
}

export function isEstablished({ status }: CustomResourceDefinition): boolean {
  return isConditionTrue(status?.conditions, CONDITION_ESTABLISHED);
}
