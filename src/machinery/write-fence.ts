import type { ApiClient, WriteOptions } from '../apiserver/client.ts';

/**
 * Throws when its owner may write no longer: somebody else may have taken over. Asked before each write and again when it is
 * committed, because a process that stood still does not know it before it asks the time.
 */
export type AssertMayWrite = () => void;

/** A write that came too late. What it was for is done by whoever has taken over, or by the next run. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** The calls that write, and which of their arguments are the options. */
const WRITES: ReadonlyMap<string, number> = new Map<keyof ApiClient, number>([
  ['create', 2],
  ['update', 2],
  ['patch', 3],
  ['apply', 2],
  ['delete', 2],
  ['deleteCollection', 2],
  ['transaction', 1],
  ['createSubresource', 4],
]);

/** The API for as long as `assertMayWrite` lets it: reads are never refused. */
export function fencedClient(client: ApiClient, assertMayWrite: AssertMayWrite): ApiClient {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const position = WRITES.get(String(name));
      if (position === undefined) return member.bind(target);
      return async (...args: unknown[]): Promise<unknown> => {
        assertMayWrite();
        const given = args[position] as WriteOptions | undefined;
        const passed = [...args];
        passed[position] = { ...given, assertMayCommit: assertMayWrite } satisfies WriteOptions;
        return Reflect.apply(member, target, passed);
      };
    },
  });
}
