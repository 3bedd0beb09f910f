/**
 * Whether two JSON values mean the same: object keys in any order, `undefined` the same as absent (that is what encoding
 * makes of it).
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && equalArrays(a, b);
  if (Array.isArray(b)) return false;
  return equalObjects(a as Record<string, unknown>, b as Record<string, unknown>);
}

function equalArrays(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false;
  return true;
}

function equalObjects(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let seen = 0;
  for (const key in a) {
    if (a[key] === undefined) continue;
    if (!deepEqual(a[key], b[key])) return false;
    seen++;
  }
  for (const key in b) if (b[key] !== undefined) seen--;
  return seen === 0;
}

/** A deep copy of a JSON value; members that are `undefined` are dropped. */
export function cloneJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    const member = value[key];
    if (member === undefined) continue;
    // Assigning this one would set the copy's prototype.
    if (key === '__proto__') define(copy, key, cloneJson(member));
    else copy[key] = cloneJson(member);
  }
  return copy as T;
}

function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}
