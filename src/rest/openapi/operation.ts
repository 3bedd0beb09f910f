import type { Parameter } from './parameters.ts';
import type { KindName } from './published-schema.ts';

/** The methods of HTTP that documents have operations for. */
export type Method = 'delete' | 'get' | 'head' | 'options' | 'patch' | 'post' | 'put';

/** One request that can be made, in the words that both versions of OpenAPI have. */
export interface Operation {
  readonly method: Method;
  /** `x-kubernetes-action`: `get`, `list`, `post`, … */
  readonly action: string;
  /** `listAppsV1NamespacedDeployment`: clients name their methods by it. */
  readonly id: string;
  readonly description: string;
  /** What the request is about. */
  readonly kind: KindName;
  readonly parameters: readonly Parameter[];
  /** The type of what is sent; nothing for requests that send nothing. */
  readonly body?: { readonly typeName: string; readonly contentTypes: readonly string[] };
  /** The type of what is answered; a text where none is given. */
  readonly answer?: string;
  readonly codes: readonly number[];
  readonly produces: readonly string[];
}

/** A path and all that can be requested there. */
export interface PathItem {
  /** `/apis/apps/v1/namespaces/{namespace}/deployments/{name}` */
  readonly path: string;
  /** Those of every operation. */
  readonly parameters: readonly Parameter[];
  readonly operations: readonly Operation[];
}

/** What the codes of answers say. */
export const ANSWERS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  401: 'Unauthorized',
};
