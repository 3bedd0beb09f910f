import type { ApiClient } from '../apiserver/client.ts';

/**
 * Throws when its owner may write no longer: somebody else may have taken over. Asked before each write, because a process
 * that stood still does not know it before it asks the time.
 */
export type AssertMayWrite = () => void;

/** A write that came too late. What it was for is done by whoever has taken over, or by the next run. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

const WRITES: ReadonlySet<string> = new Set([
  'create',
  'update',
  'patch',
  'apply',
  'delete',
  'deleteCollection',
  'transaction',
  'createSubresource',
] satisfies (keyof ApiClient)[]);

/** The API for as long as `assertMayWrite` lets it: reads are never refused. */
export function fencedClient(client: ApiClient, assertMayWrite: AssertMayWrite): ApiClient {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (!WRITES.has(String(name))) return member.bind(target);
      return async (...args: unknown[]): Promise<unknown> => {
        assertMayWrite();
        return Reflect.apply(member, target, args);
      };
    },
  });
}
