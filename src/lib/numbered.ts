/** `1 node`, `2 nodes`: for nouns whose plural ends with an s. */
export function numbered(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
