/**
 * What an expression may cost at most, worked out from its text and from the sizes that a schema allows. The rules are
 * Kubernetes', to the unit, so that a definition which is admitted there is admitted here, and the other way around.
 */
import { type CelType, DYN } from '../types.ts';
import { exactly, plus, type SizeRange, UNKNOWN_SIZE, upTo } from './size.ts';

export interface Estimate {
  /** The most that running the part can cost, in units. */
  readonly cost: number;
  /** How large the answer is, where the expression itself tells. */
  readonly size?: SizeRange | undefined;
  /** Where the answer is a place in the data: what is declared of it there. Its type may allow it less than a schema does. */
  readonly declared?: CelType | undefined;
  /** A whole number that the expression spells out. */
  readonly literal?: number | undefined;
}

/** A part of an expression with its type and estimate. */
export interface Estimated {
  readonly type: CelType;
  readonly estimate: Estimate;
}

/** The estimate of a name, which costs one to read. */
export function nameEstimate(declared: CelType | undefined, size?: SizeRange): Estimate {
  return { cost: 1, size, declared };
}

export function sumOfCosts(parts: readonly Estimated[]): number {
  return parts.reduce((sum, { estimate }) => plus(sum, estimate.cost), 0);
}

/** How large the answer of a part may be. */
export function sizeOf({ type, estimate }: Estimated): SizeRange {
  return estimate.size ?? declaredSize(estimate.declared) ?? scalarSize(type) ?? UNKNOWN_SIZE;
}

/** How large what is declared to be a `type` may be; undefined where its declaration does not say. */
export function declaredSize(type: CelType | undefined): SizeRange | undefined {
  switch (type?.kind) {
    case 'bool':
    case 'int':
    case 'uint':
    case 'double':
    case 'object':
      // Kubernetes keeps no size of these, and so counts comparing them as free.
      return upTo(0);
    case 'dyn':
    case 'string':
    case 'bytes':
    case 'timestamp':
    case 'duration':
    case 'list':
    case 'map':
      return type.maxElements === undefined ? undefined : upTo(type.maxElements);
    default:
      return undefined;
  }
}

const SCALARS: ReadonlySet<string> = new Set([
  'bool',
  'int',
  'uint',
  'double',
  'timestamp',
  'duration',
]);

function scalarSize(type: CelType): SizeRange | undefined {
  if (type.kind === 'optional') return scalarSize(type.value);
  return SCALARS.has(type.kind) ? exactly(1) : undefined;
}

/** The way from a place to one inside of it: a field, an item of a list, a value or a key of a map. */
export type Step = { readonly field: string } | 'item' | 'index' | 'value' | 'key';

/**
 * What is declared of a place inside of another. What is inside of a value that the expression made has no place:
 * Kubernetes takes the sizes of the whole `root` for it, which decides what definitions are admitted.
 */
export function declaredInside(
  { declared }: Estimate,
  step: Step,
  root: CelType | undefined,
): CelType | undefined {
  if (!declared) return root;
  if (typeof step === 'object') {
    return declared.kind === 'object' ? (declared.field(step.field)?.type ?? DYN) : DYN;
  }
  if (declared.kind === 'list' && step === 'item') return declared.element;
  if (declared.kind === 'map' && (step === 'value' || step === 'key')) return declared[step];
  return DYN;
}
