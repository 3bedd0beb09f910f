import { deepEqual } from '../../lib/deep-equal.ts';

/** More than these would not help a reader. */
const MAX_PATHS = 10;

/** Where two JSON values differ, as paths below `path`: the deepest members that are not the same. */
export function changedPaths(next: unknown, current: unknown, path: string): string[] {
  const found: string[] = [];
  collect(next, current, path, found);
  return found;
}

function collect(next: unknown, current: unknown, path: string, found: string[]): void {
  if (found.length >= MAX_PATHS || deepEqual(next, current)) return;
  if (Array.isArray(next) && Array.isArray(current) && next.length === current.length) {
    next.forEach((element, index) => {
      collect(element, current[index], `${path}[${index}]`, found);
    });
  } else if (isObject(next) && isObject(current)) {
    for (const key of new Set([...Object.keys(current), ...Object.keys(next)])) {
      collect(next[key], current[key], `${path}.${key}`, found);
    }
  } else {
    found.push(path);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
