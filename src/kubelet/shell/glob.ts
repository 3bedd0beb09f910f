import type { FileTree } from '../files/file-tree.ts';
import { absolutePath } from '../files/paths.ts';

/** Quoted characters are marked by one of these before them, and stand for themselves. */
export const QUOTE_MARK = '\u0000';
const SPECIAL = /(?<!\0)[*?[]/;
const MAX_PATTERN = 4_096;

/** `text` so that a pattern takes it as it is. */
export function quotePattern(text: string): string {
  return text.replace(/./gsu, `${QUOTE_MARK}$&`);
}

/** A pattern's text without its marks. */
export function unquotePattern(pattern: string): string {
  return pattern.replaceAll(QUOTE_MARK, '');
}

/** The paths that a pattern fits, sorted; the pattern's own text where there are none. */
export function expandGlob(files: FileTree, cwd: string, pattern: string): string[] {
  if (!SPECIAL.test(pattern) || pattern.length > MAX_PATTERN) return [unquotePattern(pattern)];
  const isAbsolute = unquotePattern(pattern).startsWith('/');
  let found = [isAbsolute ? '/' : ''];
  for (const part of pattern.split('/').filter((text) => text !== '')) {
    found = found.flatMap((path) => matchesIn(files, cwd, path, part.replace(/\0$/, '')));
  }
  return found.length > 0 ? found : [unquotePattern(pattern)];
}

function matchesIn(files: FileTree, cwd: string, path: string, part: string): string[] {
  const join = (name: string): string =>
    path === '' || path === '/' ? path + name : `${path}/${name}`;
  const place = absolutePath(cwd, path === '' ? '.' : path);
  if (!SPECIAL.test(part)) {
    const name = unquotePattern(part);
    return files.lookUp(absolutePath(place, name)) ? [join(name)] : [];
  }
  if (files.lookUp(place)?.kind !== 'directory') return [];
  const hidden = unquotePattern(part).startsWith('.');
  return files
    .list(place)
    .filter((name) => name.startsWith('.') === hidden && matchesGlob(part, name))
    .map(join);
}

/** Whether a shell pattern fits the whole of `text`. It takes time in proportion to both, whatever the pattern. */
export function matchesGlob(pattern: string, text: string): boolean {
  const items = parsePattern(pattern);
  let reachable = new Set([0]);
  const spread = (states: Set<number>): Set<number> => {
    for (const state of states) if (items[state] === 'any') states.add(state + 1);
    return states;
  };
  spread(reachable);
  for (const char of text) {
    const next = new Set<number>();
    for (const state of reachable) {
      const item = items[state];
      if (item === 'any') next.add(state);
      else if (item?.(char)) next.add(state + 1);
    }
    reachable = spread(next);
  }
  return reachable.has(items.length);
}

type Item = 'any' | ((char: string) => boolean);

const TOKEN = /\0(.)|\[([!^]?)(\]?[^\]]*)\]|(.)/gsu;

function parsePattern(pattern: string): Item[] {
  return [...pattern.matchAll(TOKEN)].map(([, quoted, negation, set, plain]): Item => {
    if (set !== undefined) return charSet(unquotePattern(set), negation !== '');
    if (plain === '*') return 'any';
    if (plain === '?') return () => true;
    const literal = quoted ?? plain;
    return (char) => char === literal;
  });
}

function charSet(text: string, isNegated: boolean): Item {
  const ranges = [...text.matchAll(/(.)-(.)|(.)/gsu)].map(([, from, to, single = '']) => [
    from ?? single,
    to ?? single,
  ]);
  return (char) => ranges.some(([from = '', to = '']) => char >= from && char <= to) !== isNegated;
}
