import type {
  MatchResources,
  ParamKind,
  ParamRef,
} from '../../../scheme/generated/types/admissionregistration-v1.ts';
import {
  type CompiledPolicy,
  compilePolicy,
  type PolicyExpressions,
} from '../../../scheme/groups/admissionregistration/compiled-policy.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import type { GroupResource } from '../../../scheme/resource.ts';
import { type Ruled, RuleIndex } from '../matching/rule-index.ts';
import type { AdmissionRequest } from '../plugin.ts';

/** A policy of either sort. */
export interface Policy extends ApiObject {
  readonly spec?: PolicyExpressions & {
    readonly failurePolicy?: 'Fail' | 'Ignore';
    readonly matchConstraints?: MatchResources;
    readonly paramKind?: ParamKind;
    readonly reinvocationPolicy?: 'IfNeeded' | 'Never';
  };
}

export interface PolicyBinding extends ApiObject {
  readonly spec?: {
    readonly policyName?: string;
    readonly paramRef?: ParamRef;
    readonly matchResources?: MatchResources;
    readonly validationActions?: readonly ('Audit' | 'Deny' | 'Warn')[];
  };
}

/** A policy with what of its bindings puts it into force. */
export interface BoundPolicy extends Ruled {
  readonly policy: Policy;
  readonly bindings: readonly PolicyBinding[];
  readonly compiled: CompiledPolicy;
  /** Why the policy cannot be judged by: a part of it does not compile. */
  readonly defect: string | undefined;
}

/** The two resources of one sort of policy. */
export interface PolicyResources {
  readonly policies: GroupResource;
  readonly bindings: GroupResource;
}

interface Remembered {
  readonly bindings: readonly ApiObject[];
  readonly index: RuleIndex<BoundPolicy>;
}

/** By the list of policies: a list is a new one when an object of it changes. */
const remembered = new WeakMap<readonly ApiObject[], Remembered>();
const compiled = new WeakMap<ApiObject, Pick<BoundPolicy, 'compiled' | 'defect'>>();

const NONE: readonly BoundPolicy[] = [];

/** The policies whose rules match the request, in order of their names. Costs nothing where there are none. */
export function policiesConcerning(
  request: AdmissionRequest,
  resources: PolicyResources,
): readonly BoundPolicy[] {
  const policies = request.state.cache(resources.policies);
  if (policies.size === 0) return NONE;
  const bindings = request.state.cache(resources.bindings);
  if (bindings.size === 0) return NONE;
  return indexOf(policies.list().items, bindings.list().items).concerning(request);
}

function indexOf(
  policies: readonly ApiObject[],
  bindings: readonly ApiObject[],
): RuleIndex<BoundPolicy> {
  const known = remembered.get(policies);
  if (known?.bindings === bindings) return known.index;
  const index = new RuleIndex(bind(policies as Policy[], bindings as PolicyBinding[]));
  remembered.set(policies, { bindings, index });
  return index;
}

function bind(policies: readonly Policy[], bindings: readonly PolicyBinding[]): BoundPolicy[] {
  return policies.flatMap((policy) => {
    const own = bindings.filter(({ spec }) => spec?.policyName === policy.metadata.name);
    return own.length === 0 ? [] : [boundPolicy(policy, own)];
  });
}

function boundPolicy(policy: Policy, bindings: readonly PolicyBinding[]): BoundPolicy {
  const { matchConstraints } = policy.spec ?? {};
  return {
    policy,
    bindings,
    rules: matchConstraints?.resourceRules ?? [],
    matchPolicy: matchConstraints?.matchPolicy ?? 'Equivalent',
    ...compileOnce(policy),
  };
}

function compileOnce(policy: Policy): Pick<BoundPolicy, 'compiled' | 'defect'> {
  const known = compiled.get(policy);
  if (known) return known;
  const { policy: parts, errors } = compilePolicy(policy.spec ?? {});
  const fresh = { compiled: parts, defect: errors[0]?.detail };
  compiled.set(policy, fresh);
  return fresh;
}
