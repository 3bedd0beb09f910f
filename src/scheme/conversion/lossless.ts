/**
 * Makes a pair of conversions lose nothing. What the other version cannot say travels in an annotation, field by field,
 * with what that version says instead: when the fields come back as they went, they get their old values again; when
 * somebody changed them in the meantime, the change counts.
 */
import { deepEqual } from '../../lib/deep-equal.ts';
import type { ApiObject } from '../object.ts';
import { parseAnnotation, withAnnotation } from './annotations.ts';
import type { Conversion } from './conversion.ts';

const PREFIX = 'conversion.orrery.dev/';
/** On an object in another version: what is stored. */
const STORED = `${PREFIX}stored`;

type Path = readonly (string | number)[];

/** One field that would be lost: where it is, what it became, what it was. Absent values are left out. */
interface Loss {
  readonly path: Path;
  readonly became?: unknown;
  readonly was?: unknown;
}

/**
 * @param version What the annotation on stored objects is called after: `autoscaling.v2beta1`.
 * @param conversion Must not change metadata but for annotations.
 */
export function lossless(version: string, conversion: Conversion): Conversion {
  const inVersion = PREFIX + version;
  return {
    toStorage(object) {
      const stored = restore(conversion.toStorage(without(object, STORED)), object, STORED);
      return remember(stored, inVersion, object, conversion.fromStorage(stored));
    },
    fromStorage(stored) {
      const object = restore(conversion.fromStorage(without(stored, inVersion)), stored, inVersion);
      return remember(object, STORED, stored, conversion.toStorage(object));
    },
  };
}

function without<T extends ApiObject>(object: T, annotation: string): T {
  const metadata = withAnnotation(object.metadata, annotation, undefined);
  return metadata === object.metadata ? object : { ...object, metadata };
}

/** `result` with the annotation that says how `back`, which was made from it, differs from `original`. */
function remember(
  result: ApiObject,
  annotation: string,
  original: ApiObject,
  back: ApiObject,
): ApiObject {
  const losses: Loss[] = [];
  collect(back, original, [], losses);
  if (losses.length === 0) return result;
  const metadata = withAnnotation(result.metadata, annotation, JSON.stringify(losses));
  return { ...result, metadata };
}

/** Type and metadata are no field of the kind: they are converted apart. */
const NOT_FIELDS = new Set(['apiVersion', 'kind', 'metadata']);

function collect(became: unknown, was: unknown, path: Path, losses: Loss[]): void {
  if (deepEqual(became, was)) return;
  const keys = commonKeys(became, was);
  if (!keys) {
    losses.push({ path, became, was });
    return;
  }
  for (const key of keys) {
    if (path.length === 0 && NOT_FIELDS.has(String(key))) continue;
    collect(member(became, key), member(was, key), [...path, key], losses);
  }
}

/** The members by which two values can be told apart: those of two objects, or of two lists of one length. */
function commonKeys(a: unknown, b: unknown): readonly (string | number)[] | undefined {
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return undefined;
  if (!Array.isArray(a)) return [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return a.length === (b as readonly unknown[]).length ? [...a.keys()] : undefined;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function member(value: unknown, key: string | number): unknown {
  if (!isContainer(value) || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string | number, unknown>)[key];
}

/** `result` with the fields that the annotation of `source` remembers, where they are still what they became. */
function restore(result: ApiObject, source: ApiObject, annotation: string): ApiObject {
  const losses = parseAnnotation(source.metadata.annotations?.[annotation]);
  if (!Array.isArray(losses)) return result;
  return losses.filter(isLoss).reduce<ApiObject>((object, { path, became, was }) => {
    return deepEqual(read(object, path), became) ? (write(object, path, was) as ApiObject) : object;
  }, result);
}

/** Whether what somebody may have written is a loss of the kind's own fields. */
function isLoss(value: unknown): value is Loss {
  const path = member(value, 'path');
  return (
    Array.isArray(path) &&
    path.length > 0 &&
    !NOT_FIELDS.has(String(path[0])) &&
    path.every((key) => typeof key === 'string' || typeof key === 'number')
  );
}

function read(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(member, value);
}

/** A copy of `value` with another member at `path`, or without it. A path that leads nowhere changes nothing. */
function write(value: unknown, [key, ...rest]: Path, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  if (!isContainer(value)) return value;
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === key ? write(item, rest, replacement) : item));
  }
  const next = write(member(value, key), rest, replacement);
  const others = Object.entries(value).filter(([name]) => name !== String(key));
  return Object.fromEntries(next === undefined ? others : [...others, [String(key), next]]);
}
