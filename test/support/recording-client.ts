import type { ApiClient } from '../../src/apiserver/client.ts';
import { isApiError } from '../../src/scheme/errors.ts';
import type { ResourceRef } from '../../src/scheme/resource.ts';

/** What a client was used for: `update deployments/status`. */
export class RecordedActions {
  readonly done = new Set<string>();
  readonly forbidden: string[] = [];
}

/** A client that notes in `actions` what it is used for, and what of that was Forbidden. */
export function recordingClient(client: ApiClient, actions: RecordedActions): ApiClient {
  return new Proxy(client, {
    get(target, method) {
      const value: unknown = Reflect.get(target, method);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]): Promise<unknown> => {
        const action = describe(String(method), args);
        actions.done.add(action);
        try {
          return await Reflect.apply(value, target, args);
        } catch (thrown) {
          // What a namespace that is going refuses is no matter of rights.
          const isRefusal = isApiError(thrown, 'Forbidden') && / cannot /.test(thrown.message);
          if (isRefusal) actions.forbidden.push(`${action}: ${thrown.message}`);
          throw thrown;
        }
      };
    },
  });
}

function describe(method: string, args: readonly unknown[]): string {
  const { resource } = args[0] as ResourceRef;
  if (method === 'createSubresource') return `create ${resource}/${String(args[2])}`;
  const { subresource } = (args.at(-1) ?? {}) as { subresource?: string };
  return `${method.toLowerCase()} ${resource}${subresource ? `/${subresource}` : ''}`;
}
