import { didYouMeanHint } from '../lib/did-you-mean.ts';
import { isElsewhereOnly, ownControllerName } from './controller-names.ts';
import { ConfigError } from './option-values.ts';

const ALL = '*';

/**
 * The controllers that `--controllers` names, as kube-controller-manager reads it: `name` is one, `-name` is without one, and
 * of these the first about a controller counts; `*` is all that are not named.
 * @throws {ConfigError} for a name that is none
 */
export function chooseControllers<Name extends string>(
  known: readonly Name[],
  words: readonly string[],
): readonly Name[] {
  const named = new Map<string, boolean>();
  for (const word of words) {
    if (word === ALL) continue;
    const isWanted = !word.startsWith('-');
    const given = isWanted ? word : word.slice(1);
    if (!isWanted && isElsewhereOnly(given)) continue;
    const name = ownControllerName(given);
    assertIsKnown(name, given, known);
    if (!named.has(name)) named.set(name, isWanted);
  }
  const others = words.includes(ALL);
  return known.filter((name) => named.get(name) ?? others);
}

function assertIsKnown(name: string, given: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const hint = didYouMeanHint(given, known);
  throw new ConfigError(
    `--controllers: there is no controller "${given}"${hint}; there are ${known.join(', ')}`,
  );
}
