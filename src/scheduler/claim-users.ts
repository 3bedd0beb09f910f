import { claimNamesOf } from '../scheme/storage/pod-claims.ts';
import type { PodInfo } from './pod-info.ts';

/** Which placed pods use each claim. */
export class ClaimUsers {
  readonly #users = new Map<string, Set<PodInfo>>();

  add(info: PodInfo): void {
    for (const key of keysOf(info)) {
      const users = this.#users.get(key) ?? new Set();
      this.#users.set(key, users.add(info));
    }
  }

  remove(info: PodInfo): void {
    for (const key of keysOf(info)) {
      const users = this.#users.get(key);
      users?.delete(info);
      if (users?.size === 0) this.#users.delete(key);
    }
  }

  *usersOf(namespace: string, names: readonly string[]): Iterable<PodInfo> {
    for (const name of names) yield* this.#users.get(`${namespace}/${name}`) ?? [];
  }
}

function keysOf({ pod }: PodInfo): readonly string[] {
  const names = claimNamesOf(pod);
  return names.length === 0 ? names : names.map((name) => `${pod.metadata.namespace}/${name}`);
}
