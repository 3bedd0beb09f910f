/** One place that calls strategies, so that the tests are tables. */
import { expect, test } from '@jest/globals';
import { cloneJson } from '../../../../src/lib/deep-equal.ts';
import { formatFieldError } from '../../../../src/scheme/field-error.ts';
import type { KindStrategy } from '../../../../src/scheme/kind-strategy.ts';
import type { ApiObject } from '../../../../src/scheme/object.ts';
import { cellText, createTable } from '../../../../src/scheme/table.ts';

/** 2026-01-01T00:10:00Z: ten minutes after what the tests make. */
export const NOW = Date.UTC(2026, 0, 1, 0, 10);
export const CREATED = '2026-01-01T00:00:00Z';

/** A copy with the members at dotted paths (`spec.ports.0.name`) set; undefined removes. */
export function withMembers<T extends object>(object: T, members: Record<string, unknown>): T {
  const copy = cloneJson(object);
  for (const [path, value] of Object.entries(members)) setPath(copy, path, value);
  return copy;
}

/** Path elements are separated by dots; a dot within an element is written `\.`. */
function setPath(object: object, path: string, value: unknown): void {
  const keys = path.split(/(?<!\\)\./).map((key) => key.replaceAll('\\.', '.'));
  let target = object as Record<string, unknown>;
  keys.slice(0, -1).forEach((key, index) => {
    target[key] ??= /^\d+$/.test(keys[index + 1] ?? '') ? [] : {};
    target = target[key] as Record<string, unknown>;
  });
  const last = keys.at(-1) as string;
  if (value === undefined) delete target[last];
  else target[last] = value;
}

/** The object with defaults, as an API server would keep it. */
export function defaulted<T extends ApiObject>(strategy: KindStrategy<T>, object: T): T {
  const copy = cloneJson(object);
  strategy.applyDefaults?.(copy);
  return copy;
}

/** The object as it is after a create, status and all. */
export function created<T extends ApiObject>(strategy: KindStrategy<T>, object: T): T {
  const copy = defaulted(strategy, object);
  strategy.prepareForCreate?.(copy);
  return copy;
}

/** What is wrong with the object on create, as users read it. */
export function errorsOnCreate<T extends ApiObject>(
  strategy: KindStrategy<T>,
  object: T,
): string[] {
  const ready = created(strategy, object);
  const errors = [
    ...(strategy.validate?.(ready) ?? []),
    ...(strategy.validateRequest?.(ready, undefined) ?? []),
    ...(strategy.validateCreate?.(ready) ?? []),
  ];
  return errors.map(formatFieldError);
}

/** What is wrong with the change, beside what is wrong with the new state itself. */
export function errorsOnUpdate<T extends ApiObject>(
  strategy: KindStrategy<T>,
  next: T,
  current: T,
): string[] {
  const before = created(strategy, current);
  const after = defaulted(strategy, next);
  strategy.prepareForUpdate?.(after, before);
  return (strategy.validateUpdate?.(after, before) ?? []).map(formatFieldError);
}

export function errorsOnStatusUpdate<T extends ApiObject>(
  strategy: KindStrategy<T>,
  next: T,
  current: T,
): string[] {
  const after = cloneJson(next);
  strategy.prepareForStatusUpdate?.(after, current);
  return (strategy.validateStatusUpdate?.(after, current) ?? []).map(formatFieldError);
}

/** One row of the table as kubectl prints it, by column. */
export function rowOf<T extends ApiObject>(
  strategy: KindStrategy<T>,
  object: T,
): Record<string, string> {
  const { columns, row } = createTable(strategy, { wide: true });
  const { cells } = row(object, NOW);
  return Object.fromEntries(
    columns.map(({ name }, index) => [name, cellText(cells[index] ?? null)]),
  );
}

/** The names of the columns: those always shown, and those of a wide table. */
export function columnsOf<T extends ApiObject>(
  strategy: KindStrategy<T>,
): {
  shown: string[];
  wide: string[];
} {
  const names = (wide: boolean): string[] =>
    createTable(strategy, { wide }).columns.map(({ name }) => name);
  const shown = names(false);
  return { shown, wide: names(true).filter((name) => !shown.includes(name)) };
}

/** What is changed of a valid object, and every error that it is refused with, in order. */
export type ErrorCase = readonly [members: Record<string, unknown>, ...errors: string[]];

/** Longer ones would not help a reader. */
const MAX_TITLE_LENGTH = 150;

function toRows<Change extends object>(
  cases: readonly (readonly [change: Change, ...errors: string[]])[],
): [title: string, change: Change, errors: string[]][] {
  return cases.map(([change, ...errors]) => {
    const title = JSON.stringify(change, (_, value) => (value === undefined ? null : value));
    return [title.slice(0, MAX_TITLE_LENGTH), change, errors];
  });
}

/** The object is valid, and each change of it is refused with just these errors. */
export function refusesOnCreate<T extends ApiObject>(
  strategy: KindStrategy<T>,
  valid: T,
  cases: readonly ErrorCase[],
): void {
  test(`a ${valid.kind} is taken as it is before each of these changes`, () => {
    expect(errorsOnCreate(strategy, valid)).toEqual([]);
  });
  test.each(toRows(cases))(`a ${valid.kind} with %s is refused`, (_, members, errors) => {
    expect(errorsOnCreate(strategy, withMembers(valid, members))).toEqual(errors);
  });
}

/** Each change of the object that is there is refused with just these errors; with none it is taken. */
export function judgesUpdates<T extends ApiObject>(
  strategy: KindStrategy<T>,
  current: T,
  cases: readonly ErrorCase[],
): void {
  test.each(toRows(cases))(
    `a change of a ${current.kind} to %s is judged`,
    (_, members, errors) => {
      const before = created(strategy, current);
      const after = withMembers(before, members);
      strategy.prepareForUpdate?.(after, before);
      const found = strategy.validateUpdate?.(after, before) ?? [];
      expect(found.map(formatFieldError)).toEqual(errors);
    },
  );
}

/** Each status that is reported of the object is refused with just these errors; with none it is taken. */
export function judgesStatuses<T extends ApiObject>(
  strategy: KindStrategy<T>,
  current: T,
  cases: readonly (readonly [status: object, ...errors: string[]])[],
): void {
  test.each(toRows(cases))(`a status %s of a ${current.kind} is judged`, (_, status, errors) => {
    const before = created(strategy, current);
    const after = { ...before, status } as T;
    expect(errorsOnStatusUpdate(strategy, after, before)).toEqual(errors);
  });
}
