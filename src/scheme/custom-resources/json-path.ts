/**
 * The JSONPath of printer columns, as far as Kubernetes' columns go: members, indexes and slices, wildcards, descent, and
 * filters that compare. A path is read once; evaluating one takes time in proportion to what it looks at.
 */
import { isJsonObject } from './open-api-schema.ts';
import { type Comparison, type PathStep, parseJsonPath } from './parse-json-path.ts';

export type JsonPath = (root: unknown) => readonly unknown[];

/** Compiles a path that begins with `.`. @throws {JsonPathError} when it cannot be read */
export function compileJsonPath(text: string): JsonPath {
  const steps = parseJsonPath(text);
  return (root) => walk(steps, [root]);
}

function walk(steps: readonly PathStep[], from: readonly unknown[]): readonly unknown[] {
  let values = from;
  for (const step of steps) {
    const found = values.flatMap((value) => follow(step, value));
    // Several ways down may lead to one object: each is gone on from once, or their number would explode.
    values = step.kind === 'descent' ? [...new Set(found)] : found;
    if (values.length === 0) break;
  }
  return values;
}

function follow(step: PathStep, value: unknown): readonly unknown[] {
  switch (step.kind) {
    case 'member':
      return isJsonObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'all':
      return membersOf(value);
    case 'descent':
      return [value, ...membersOf(value).flatMap((member) => follow(step, member))];
    case 'slice':
      return Array.isArray(value) ? value.slice(step.start, step.end) : [];
    case 'index':
      return Array.isArray(value) ? value.slice(step.index).slice(0, 1) : [];
    case 'filter':
      return membersOf(value).filter((member) => holds(step.comparison, member));
  }
}

function membersOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

type Operand = string | number | boolean;

/** Compares values of one type. */
const OPERATORS: Readonly<
  Record<NonNullable<Comparison['operator']>, (left: Operand, right: Operand) => boolean>
> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

function holds({ left, operator, right }: Comparison, member: unknown): boolean {
  const [value] = walk(left, [member]);
  if (operator === undefined) return value !== undefined;
  if (typeof value !== typeof right) return operator === '!=' && value !== undefined;
  return OPERATORS[operator](value as Operand, right as Operand);
}
