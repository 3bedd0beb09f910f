import type { FieldError } from '../../../scheme/field-error.ts';
import type {
  MutatingWebhook,
  ValidatingWebhook,
} from '../../../scheme/generated/types/admissionregistration-v1.ts';
import {
  compileWebhookConditions,
  type NamedExpression,
} from '../../../scheme/groups/admissionregistration/compiled-policy.ts';
import type { ApiObject } from '../../../scheme/object.ts';
import type { GroupResource } from '../../../scheme/resource.ts';
import { type Ruled, RuleIndex } from '../matching/rule-index.ts';
import type { AdmissionRequest } from '../plugin.ts';

/** A webhook of either sort; only mutating ones ask to be called again. */
export type Webhook = ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>;

export interface RegisteredWebhook extends Ruled {
  readonly webhook: Webhook;
  readonly conditions: readonly NamedExpression[];
}

const NONE: readonly RegisteredWebhook[] = [];

/** By the list of configurations: a list is a new one when an object of it changes. */
const indexes = new WeakMap<readonly ApiObject[], RuleIndex<RegisteredWebhook>>();

/** The webhooks whose rules match, by the names of their configurations. Costs nothing where there are none. */
export function webhooksConcerning(
  request: AdmissionRequest,
  configurations: GroupResource,
): readonly RegisteredWebhook[] {
  const cache = request.state.cache(configurations);
  if (cache.size === 0) return NONE;
  const { items } = cache.list();
  let index = indexes.get(items);
  if (!index) {
    index = new RuleIndex((items as readonly Configuration[]).flatMap(registered));
    indexes.set(items, index);
  }
  return index.concerning(request);
}

type Configuration = ApiObject & { readonly webhooks?: readonly Webhook[] };

function registered({ webhooks = [] }: Configuration): RegisteredWebhook[] {
  return webhooks.map((webhook) => {
    // They compiled when they were written; a stored one that does not compile any more is left out.
    const errors: FieldError[] = [];
    return {
      webhook,
      rules: webhook.rules ?? [],
      matchPolicy: webhook.matchPolicy ?? 'Equivalent',
      conditions: compileWebhookConditions(webhook.matchConditions, '', errors),
    };
  });
}
