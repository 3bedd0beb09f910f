import type { ResourceRef } from '../scheme/resource.ts';
import type { RequestedPlace, TransactionWrite } from './client.ts';

/** What one call of the API is, before anything is done for it: what audit and fairness look at. */
export interface ApiRequest {
  /** The verb that it is authorized as: `get`, `list`, `create`, … */
  readonly verb: string;
  readonly ref: ResourceRef;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** What the client sent. */
  readonly body?: object | undefined;
}

/** One write of a transaction, as the request that it would be by itself. */
export function requestOf(write: TransactionWrite): ApiRequest {
  const { type: verb, ref } = write;
  switch (write.type) {
    case 'create':
      return { verb, ref, ...placeOf(write.object), body: write.object };
    case 'update': {
      const { object, subresource } = write;
      return { verb, ref, subresource, ...placeOf(object), body: object };
    }
    case 'patch': {
      const { patch, subresource, target } = write;
      return { verb, ref, subresource, ...target, body: patch };
    }
    case 'delete':
      return { verb, ref, ...write.target };
  }
}

/** A request that carries an object: the object may say what the request leaves out. */
export function requestAbout(
  verb: string,
  ref: ResourceRef,
  body: object,
  place: RequestedPlace,
): ApiRequest {
  const own = placeOf(body);
  const { namespace = own.namespace, name = own.name } = place;
  return { verb, ref, namespace, name, body };
}

/** The place that an object says it has. Nothing of it is checked yet. */
function placeOf(object: unknown): Pick<ApiRequest, 'namespace' | 'name'> {
  const { metadata } = (object ?? {}) as { metadata?: Record<string, unknown> | null };
  return { namespace: textOf(metadata?.namespace), name: textOf(metadata?.name) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
