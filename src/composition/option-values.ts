/** From the words of a command line to values: each says what would be right when a word is not. */

/** A setting that cannot be used: the message is for the user, and says what would be right. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export function toChoice<T extends string>(option: string, word: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === word);
  if (choice) return choice;
  throw new ConfigError(`${option} is "${word}": give one of ${choices.join(', ')}`);
}

export function toInteger(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new ConfigError(`${option} is "${text}": give a whole number from ${min} to ${max}`);
}

export function seconds(option: string, text: string): number {
  return toInteger(option, text, 1, 31_536_000);
}

const MAX_RATE = 1_000_000;

/** So many a second, which may be a part of one. */
export function toRate(option: string, text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= MAX_RATE) return value;
  throw new ConfigError(`${option} is "${text}": give a number from 0 to ${MAX_RATE}`);
}

export function splitList(values: readonly string[] | undefined): string[] {
  return (values ?? []).flatMap((value) => value.split(',')).filter((item) => item !== '');
}

export function toBoolean(option: string, word: string): boolean {
  return toChoice(option, word, ['true', 'false']) === 'true';
}
