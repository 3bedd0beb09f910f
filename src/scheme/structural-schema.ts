/**
 * What fields a type has: the part of OpenAPI that Kubernetes' types use, as generated data (`generated/schemas/`).
 * One `TypeSchema` per named type; fields refer to other types by name, so that recursion needs no special case.
 */
import type { JSONSchemaProps } from './generated/types/apiextensions-v1.ts';

export interface TypeSchema {
  /** `io.k8s.api.core.v1.PodSpec`. */
  readonly name: string;
  readonly fields: Readonly<Record<string, FieldSchema>>;
  /** Set for a type that keeps any field (RawExtension, FieldsV1, JSON): nothing inside it is checked. */
  readonly opaque?: true;
  /** Set for structs that server-side apply owns and replaces as one, wherever they are referred to. */
  readonly mapType?: 'atomic';
  /**
   * Set for types that a CustomResourceDefinition declares. The kind's strategy prunes, fills and judges their objects; what
   * is stored may be older than the schema, so that nothing in them is certain to be there.
   */
  readonly isCustom?: true;
  /** In its definition's words. Generated types have none. */
  readonly description?: string;
  /** All that its definition declares, of which `fields` are a part. The types of custom kinds only. */
  readonly declared?: JSONSchemaProps;
}

export interface FieldSchema {
  readonly type: FieldType;
  readonly required?: true;
  /** In its definition's words. Generated types have none. */
  readonly description?: string;
  /** The closed set of values, where Kubernetes' API has one. */
  readonly enum?: readonly string[];
  /** Lists: how a strategic merge patch joins two of them (Kubernetes' `x-kubernetes-patch-*`). */
  readonly patchStrategy?: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly patchMergeKey?: string;
  /** Lists: `map` by `listMapKeys`, `set`, or `atomic` (the default). */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  /** Structs and maps: replaced whole in this place when `atomic`. */
  readonly mapType?: 'atomic' | 'granular';
}

export type FieldType =
  | {
      readonly kind: 'string';
      readonly format?: 'date-time' | 'micro-time' | 'byte' | 'quantity' | 'duration';
    }
  | { readonly kind: 'integer'; readonly format?: 'int32' | 'int64' }
  | { readonly kind: 'number' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'int-or-string' }
  /** Any JSON value. */
  | { readonly kind: 'any' }
  | { readonly kind: 'list'; readonly items: FieldType }
  | { readonly kind: 'map'; readonly values: FieldType }
  /** A named type. */
  | { readonly kind: 'ref'; readonly name: string };
