/** Paths in dot notation, `.spec.replicas`: what they lead to, and putting something there. */
import { isJsonObject, type JsonObject } from './open-api-schema.ts';

export type SimplePath = readonly string[];

export function toSimplePath(text: string): SimplePath {
  return text.split('.').slice(1);
}

/** The value at the path; undefined where something on the way is missing. */
export function readAt(object: unknown, path: SimplePath): unknown {
  let value = object;
  for (const step of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

/** A copy of `object` with `value` at the path; shares with it everything beside the path. */
export function withValueAt<T>(object: T, [step, ...rest]: SimplePath, value: unknown): T {
  if (step === undefined) return value as T;
  const members: JsonObject = isJsonObject(object) ? object : {};
  const member = Object.hasOwn(members, step) ? members[step] : undefined;
  return { ...members, [step]: withValueAt(member, rest, value) } as T;
}
