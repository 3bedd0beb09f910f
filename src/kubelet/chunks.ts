/**
 * Runs `work` on each item, `size` at a time: enough writes at once to fill the store's group commits, and a bound on what is
 * on its way.
 */
export async function inChunks<T>(
  items: readonly T[],
  size: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    await Promise.all(items.slice(start, start + size).map(work));
  }
}
