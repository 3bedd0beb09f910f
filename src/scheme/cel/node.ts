import type { Spend } from './cost.ts';
import type { Estimated } from './estimate/estimate.ts';
import type { SizeRange } from './estimate/size.ts';
import type { CelType } from './types.ts';
import type { CelValue } from './values.ts';

/** What one evaluation works on. */
export interface Frame {
  /** The values given to the declared variables, as JSON or as CEL values. */
  readonly bindings: Readonly<Record<string, unknown>>;
  /** The variables of comprehensions and of `cel.bind`, by nesting depth. */
  readonly locals: CelValue[];
  readonly spend: Spend;
}

/** A checked part of an expression, ready to run. */
export interface Compiled extends Estimated {
  readonly run: (frame: Frame) => CelValue;
  /** The value of a literal. */
  readonly literal?: CelValue | undefined;
}

/** The variables that a part of an expression sees, the innermost first. */
export interface Scope {
  readonly name: string;
  readonly type: CelType;
  /** Where the variable's value is in {@link Frame.locals}. */
  readonly slot: number;
  /** What is known of the value's size. */
  readonly bounds: Bounds;
  readonly outer: Scope | undefined;
}

/** What is declared of a variable's value, and how large it is where that is known otherwise. */
export interface Bounds {
  readonly declared: CelType | undefined;
  readonly size?: SizeRange | undefined;
}

export function bindLocal(
  outer: Scope | undefined,
  name: string,
  type: CelType,
  bounds: Bounds,
): Scope {
  return { name, type, bounds, slot: outer ? outer.slot + 1 : 0, outer };
}

export function findLocal(scope: Scope | undefined, name: string): Scope | undefined {
  let found = scope;
  while (found && found.name !== name) found = found.outer;
  return found;
}
