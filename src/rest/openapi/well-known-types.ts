/** Types that are scalars in JSON, and those that only documents speak of: the scheme knows them by their structure alone. */
import type { Dialect, PublishedSchema } from './published-schema.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

export const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
export const OBJECT_META = `${META}.ObjectMeta`;
export const LIST_META = `${META}.ListMeta`;
export const PATCH = `${META}.Patch`;
export const WATCH_EVENT = `${META}.WatchEvent`;

/** The named type of texts of a format, where Kubernetes has one. */
export const NAMED_FORMATS: Readonly<Record<string, string>> = {
  'date-time': `${META}.Time`,
  'micro-time': `${META}.MicroTime`,
  duration: `${META}.Duration`,
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
};

/** OpenAPI 3 can say that a value is of one of two types; OpenAPI 2 cannot, and calls it a text. */
function eitherOf(dialect: Dialect, types: readonly string[]): PublishedSchema {
  return dialect === 'v2' ? { type: 'string' } : { oneOf: types.map((type) => ({ type })) };
}

/** The schema of a well-known type; undefined for every other. */
export function wellKnownSchema(name: string, dialect: Dialect): PublishedSchema | undefined {
  switch (name) {
    case NAMED_FORMATS['date-time']:
      return {
        description: 'A moment, in UTC, to the second: RFC 3339.',
        type: 'string',
        format: 'date-time',
      };
    case NAMED_FORMATS['micro-time']:
      return {
        description: 'A moment, in UTC, to the microsecond: RFC 3339.',
        type: 'string',
        format: 'date-time',
      };
    case NAMED_FORMATS.duration:
      return { description: 'A length of time, such as 1h30m or 500ms.', type: 'string' };
    case NAMED_FORMATS.quantity:
      return {
        description: 'A number with a decimal or binary suffix, such as 500m or 1.5Gi.',
        ...eitherOf(dialect, ['string', 'number']),
      };
    case INT_OR_STRING:
      return {
        description: 'A number, or a text such as a percentage or a name.',
        format: 'int-or-string',
        ...eitherOf(dialect, ['integer', 'string']),
      };
    case PATCH:
      return {
        description: 'A patch of an object: what it looks like depends on the content type.',
        type: 'object',
      };
    default:
      return undefined;
  }
}
