/** The words of a name in camel case; runs of capitals stay one word: `nonResourceURLs` is `non resource URLs`. */
export function splitWords(name: string): string[] {
  const words = name.match(/[A-Z]{2,}s?(?![a-z])|[A-Z]?[a-z]+|[A-Z]|\d+/g) ?? [name];
  return words.map((word) => {
    const lower = word.toLowerCase();
    if (INITIALS.has(lower)) return word.toUpperCase();
    return /^[A-Z][a-z]+$/.test(word) ? lower : word;
  });
}

/** Words that are read letter by letter, although names write them as any other. */
const INITIALS = new Set(
  'api aws ca cel cidr cpu csi dns fc gce hpa http id ip json nfs pd pid rbd tcp tls uid uri url'.split(
    ' ',
  ),
);

/** `pod affinity term` for `PodAffinityTerm`. */
export function toPhrase(name: string): string {
  return splitWords(name).join(' ');
}

/** `a pod`, `an endpoint`, and `endpoints`. */
export function withArticle(phrase: string): string {
  if (isPlural(phrase)) return phrase;
  return `${startsWithVowelSound(phrase) ? 'an' : 'a'} ${phrase}`;
}

function isPlural(phrase: string): boolean {
  return /[a-rtv-z]s$/.test(phrase);
}

function startsWithVowelSound(phrase: string): boolean {
  // Spelled out, these capitals begin with a vowel: an FC volume, an RBD image; `user` and `URL` begin with a "y".
  if (/^[A-Z]{2,}/.test(phrase)) return /^[AEFHILMNORSX]/.test(phrase);
  return /^[aeio]|^un|^up/.test(phrase);
}

export function capitalize(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** `a, b and c`. */
export function joinWords(words: readonly string[], last = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
