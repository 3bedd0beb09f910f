/**
 * Label selectors: what must be true of an object's labels, as a list of requirements that all hold. Read from their text
 * (`label-selector-parser.ts`) or from a LabelSelector object, compiled once into a function.
 */
import { type FieldError, forbiddenField, invalid, required } from './field-error.ts';
import type { Labels } from './labels.ts';
import { pushProblems, validateLabels } from './metadata-validation.ts';
import { labelValueProblems, qualifiedNameProblems } from './names.ts';

export type LabelOperator = 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** One condition. `in` and `notin` have values, `gt` and `lt` one whole number, the others none. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** The LabelSelector of Kubernetes' API, as Deployments have it. Absent members and empty ones mean the same. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?:
    | readonly {
        readonly key: string;
        readonly operator: string;
        readonly values?: readonly string[] | undefined;
      }[]
    | undefined;
}

export type LabelMatcher = (labels: Labels | undefined) => boolean;

const EVERYTHING: LabelMatcher = () => true;
const NOTHING: LabelMatcher = () => false;
const NO_LABELS: Labels = {};

const OPERATORS: ReadonlyMap<string, LabelOperator> = new Map([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

/** The requirements of a LabelSelector object, sorted by key. Unknown operators are for {@link validateLabelSelector}. */
export function requirementsOf(selector: LabelSelector): LabelRequirement[] {
  const requirements: LabelRequirement[] = [];
  for (const key in selector.matchLabels) {
    requirements.push({ key, operator: 'in', values: [selector.matchLabels[key] as string] });
  }
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const known = OPERATORS.get(operator);
    if (known) requirements.push({ key, operator: known, values: values ?? [] });
  }
  return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** Whether the selector has no requirement: it matches everything. */
export function isEmptySelector(selector: LabelSelector): boolean {
  return requirementsOf(selector).length === 0;
}

const compiled = new WeakMap<LabelSelector, LabelMatcher>();

/**
 * A matcher for a LabelSelector object. An absent selector matches nothing, an empty one everything. Compiled once an
 * object: API objects are immutable.
 */
export function selectorMatcher(selector: LabelSelector | undefined): LabelMatcher {
  if (!selector) return NOTHING;
  const known = compiled.get(selector);
  if (known) return known;
  const matcher = compileRequirements(requirementsOf(selector));
  compiled.set(selector, matcher);
  return matcher;
}

/** A matcher that holds when every requirement does. */
export function compileRequirements(requirements: readonly LabelRequirement[]): LabelMatcher {
  const matchers = requirements.map(compileRequirement);
  const [first, second] = matchers;
  if (!first) return EVERYTHING;
  if (!second) return (labels) => first(labels ?? NO_LABELS);
  if (matchers.length === 2) {
    return (labels = NO_LABELS) => first(labels) && second(labels);
  }
  return (labels = NO_LABELS) => {
    for (const matches of matchers) if (!matches(labels)) return false;
    return true;
  };
}

function compileRequirement({
  key,
  operator,
  values,
}: LabelRequirement): (labels: Labels) => boolean {
  const [only] = values;
  switch (operator) {
    case 'exists':
      // By type: every object inherits a member named `constructor`, which is no label.
      return (labels) => typeof labels[key] === 'string';
    case '!':
      return (labels) => typeof labels[key] !== 'string';
    case 'in':
      return values.length === 1
        ? (labels) => labels[key] === only
        : (labels) => labels[key] !== undefined && values.includes(labels[key]);
    case 'notin':
      return (labels) => labels[key] === undefined || !values.includes(labels[key]);
    case 'gt':
      return (labels) => compareWhole(labels[key], only) > 0;
    case 'lt':
      return (labels) => compareWhole(labels[key], only) < 0;
  }
}

const WHOLE_NUMBER = /^[-+]?\d+$/;

/** Not a number, which no comparison satisfies, unless both are whole numbers. */
function compareWhole(value: string | undefined, bound: string | undefined): number {
  if (value === undefined || bound === undefined || !WHOLE_NUMBER.test(value)) return Number.NaN;
  const difference = BigInt(value.replace('+', '')) - BigInt(bound.replace('+', ''));
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** Writes requirements in the text form: `a=b,c!=d,e in (x,y),!f`. */
export function formatRequirements(requirements: readonly LabelRequirement[]): string {
  return requirements.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'gt':
      return `${key}>${values[0]}`;
    case 'lt':
      return `${key}<${values[0]}`;
    case 'in':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${sorted(values)})`;
    case 'notin':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${sorted(values)})`;
  }
}

const sorted = (values: readonly string[]): string => [...values].sort().join(',');

/** The text form of a LabelSelector object, as kubectl prints it: `<none>` when there is nothing to say. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  return (selector && formatRequirements(requirementsOf(selector))) || '<none>';
}

/** Judges a LabelSelector object at `path`. */
export function validateLabelSelector(
  selector: LabelSelector,
  path: string,
  errors: FieldError[],
): void {
  if (selector.matchLabels) validateLabels(selector.matchLabels, `${path}.matchLabels`, errors);
  selector.matchExpressions?.forEach((expression, index) => {
    validateExpression(expression, `${path}.matchExpressions[${index}]`, errors);
  });
}

function validateExpression(
  { key, operator, values = [] }: NonNullable<LabelSelector['matchExpressions']>[number],
  path: string,
  errors: FieldError[],
): void {
  const known = OPERATORS.get(operator);
  if (!known) errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  const takesValues = known === 'in' || known === 'notin';
  if (takesValues && values.length === 0) {
    const detail = "must be specified when `operator` is 'In' or 'NotIn'";
    errors.push(required(`${path}.values`, detail));
  }
  if (known && !takesValues && values.length > 0) {
    const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    errors.push(forbiddenField(`${path}.values`, detail));
  }
  pushProblems(errors, `${path}.key`, key, qualifiedNameProblems(key));
  values.forEach((value, index) => {
    pushProblems(errors, `${path}.values[${index}]`, value, labelValueProblems(value));
  });
}
