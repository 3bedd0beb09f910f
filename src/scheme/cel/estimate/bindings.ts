/** What macros that name a value may cost. Kubernetes writes them out as loops without turns. */
import { LIST_COST } from '../prices.ts';
import { type Estimate, type Estimated, sizeOf } from './estimate.ts';
import { plus } from './size.ts';

/** The list of nothing that the written-out loop goes over. */
const BINDING_COST = LIST_COST;
/** Asks whether there is a value, takes it, and wraps the answer. */
const OPTIONAL_MACRO_COST = 3;

/** `cel.bind(name, value, body)`. */
export function estimateBinding(value: Estimated, body: Estimated): Estimate {
  const cost = plus(BINDING_COST, plus(value.estimate.cost, body.estimate.cost));
  return { cost, size: sizeOf(body) };
}

/** `optional.optMap(name, body)`: the optional is read once to ask, and once to take its value. */
export function estimateOptionalMacro(
  { estimate: { cost } }: Estimated,
  body: Estimated,
): Estimate {
  const once = plus(BINDING_COST + OPTIONAL_MACRO_COST, plus(cost, cost));
  return { cost: plus(once, body.estimate.cost) };
}
