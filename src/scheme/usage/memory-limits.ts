/** Whether a simulated container wants more memory than it, or its Pod as a whole, may have. Pure. */
import type { Pod } from '../generated/types/core-v1.ts';
import { quantityValue } from '../quantity.ts';
import {
  declaresMemory,
  type MemoryWish,
  memoryWishes,
  wishedMemoryAt,
} from './container-usage.ts';

/** Whether a container of the Pod ever wants too much. Where nothing is said of what it uses, it keeps to its limits. */
export function mayExceedMemory(pod: Pod): boolean {
  return declaresMemory(pod) && excessOf(pod, ({ memory }) => memory.high) !== undefined;
}

/** Whether a container of the Pod wants too much whenever it runs. */
export function alwaysExceedsMemory(pod: Pod): boolean {
  return declaresMemory(pod) && excessOf(pod, ({ memory }) => memory.low) !== undefined;
}

/** The running container that the kernel ends now, because it wants too much; undefined when none does. */
export function memoryExcess(pod: Pod, nowMs: number): string | undefined {
  if (!declaresMemory(pod)) return undefined;
  return excessOf(pod, (wish) => wishedMemoryAt(wish, nowMs));
}

type Look = (wish: MemoryWish) => number;

function excessOf(pod: Pod, bytesOf: Look): string | undefined {
  const wishes = memoryWishes(pod).map((wish) => ({ wish, bytes: bytesOf(wish) }));
  const over = wishes.find(({ bytes, wish }) => bytes > wish.limit);
  if (over) return over.wish.name;
  const sum = wishes.reduce((total, { bytes, wish }) => total + Math.min(bytes, wish.limit), 0);
  if (sum <= limitOfWhole(pod)) return undefined;
  // Of the containers that share a limit the kernel ends the largest.
  const [largest] = wishes.sort((a, b) => b.bytes - a.bytes);
  return largest?.wish.name;
}

function limitOfWhole({ spec, status }: Pod): number {
  const limit = (status?.resources ?? spec?.resources)?.limits?.['memory'];
  return limit === undefined ? Number.POSITIVE_INFINITY : quantityValue(limit);
}
