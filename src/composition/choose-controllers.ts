import { didYouMeanHint } from '../lib/did-you-mean.ts';
import { ConfigError } from './option-values.ts';

/**
 * The controllers that `--controllers` names, as kube-controller-manager reads it: `*` is all, `name` is one, `-name` is
 * without one, and what comes later wins.
 * @throws {ConfigError} for a name that is none
 */
export function chooseControllers<Name extends string>(
  known: readonly Name[],
  words: readonly string[],
): readonly Name[] {
  const chosen = new Set<Name>();
  for (const word of words) {
    const name = word.startsWith('-') ? word.slice(1) : word;
    const found = known.filter((candidate) => name === '*' || candidate === name);
    if (found.length === 0) {
      const hint = didYouMeanHint(name, known);
      throw new ConfigError(
        `--controllers: there is no controller "${name}"${hint}; there are ${known.join(', ')}`,
      );
    }
    for (const one of found) {
      if (word.startsWith('-')) chosen.delete(one);
      else chosen.add(one);
    }
  }
  return known.filter((name) => chosen.has(name));
}
