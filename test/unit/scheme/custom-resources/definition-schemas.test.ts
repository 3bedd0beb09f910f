import type { JSONSchemaProps } from '../../../../src/scheme/generated/types/apiextensions-v1.ts';
import {
  type Change,
  F,
  field,
  ROOT,
  refuses,
  version,
} from '../../../support/definition-judge.ts';

refuses('schema', [
  [
    'is of types that there are',
    field({ type: 'text' }),
    `${F}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`,
  ],
  [
    'says nullable for null',
    field({ type: 'null' }),
    `${F}.type: Forbidden: type cannot be set to null, use nullable as an alternative`,
  ],
  [
    'has no references',
    field({ type: 'string', $ref: '#/x' }),
    `${F}.$ref: Forbidden: $ref is not supported`,
  ],
  [
    'has no pattern properties',
    field({ type: 'object', patternProperties: { a: {} } }),
    `${F}.patternProperties: Forbidden: patternProperties is not supported`,
  ],
  [
    'has no unique items',
    field({ type: 'array', items: { type: 'string' }, uniqueItems: true }),
    `${F}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
  ],
  [
    'has one schema for all items',
    field({ type: 'array', items: [{ type: 'string' }] }),
    `${F}.items: Forbidden: items must be a schema object and not an array`,
    `${F}.items: Required value: must be specified`,
  ],
  [
    'has properties or a map',
    field({
      type: 'object',
      properties: { a: { type: 'string' } },
      additionalProperties: { type: 'string' },
    }),
    `${F}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
  ],
  [
    'forbids no properties',
    field({ type: 'object', additionalProperties: false }),
    `${F}.additionalProperties: Forbidden: additionalProperties cannot be set to false`,
  ],
  [
    'has patterns that can be read',
    field({ type: 'string', pattern: '(' }),
    `${F}.pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): \`(\``,
  ],
  [
    'keeps unknown fields or is silent',
    field({ type: 'object', 'x-kubernetes-preserve-unknown-fields': false }),
    `${F}.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`,
  ],
  [
    'has map types for objects',
    field({ type: 'string', 'x-kubernetes-map-type': 'odd' }),
    `${F}.type: Invalid value: "string": must be object if x-kubernetes-map-type is specified`,
    `${F}.x-kubernetes-map-type: Unsupported value: "odd": supported values: "atomic", "granular"`,
  ],
]);

refuses('structure', [
  [
    'has a type at every field',
    field({}),
    `${F}.type: Required value: must not be empty for specified object fields`,
  ],
  [
    'has a type at every item',
    field({ type: 'array', items: {} }),
    `${F}.items.type: Required value: must not be empty for specified array items`,
  ],
  [
    'has a type at the root',
    version((v) => {
      v.schema = { openAPIV3Schema: {} };
    }),
    `${ROOT}.type: Required value: must not be empty at the root`,
  ],
  [
    'is an object at the root',
    version((v) => {
      v.schema = { openAPIV3Schema: { type: 'string' } };
    }),
    `${ROOT}.type: Invalid value: "string": must be object at the root`,
  ],
  [
    'is no map at the root',
    version((v) => {
      v.schema = { openAPIV3Schema: { type: 'object', additionalProperties: { type: 'string' } } };
    }),
    `${ROOT}.additionalProperties: Forbidden: must not be used at the root`,
  ],
  ['needs no type where anything is kept', field({ 'x-kubernetes-preserve-unknown-fields': true })],
  [
    'needs no type where it is int-or-string',
    field({
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      pattern: 'x',
    }),
  ],
  [
    'takes the other spelling of int-or-string',
    field({
      'x-kubernetes-int-or-string': true,
      allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { pattern: 'x' }],
    }),
  ],
  [
    'says what lists hold',
    field({ type: 'array' }),
    `${F}.items: Required value: must be specified`,
  ],
  [
    'has no types among restrictions',
    field({ type: 'string', anyOf: [{ type: 'string', minLength: 3 }] }),
    `${F}.anyOf[0].type: Forbidden: must be empty to be structural`,
  ],
  [
    'has no defaults or words among restrictions',
    field({ type: 'string', allOf: [{ default: 'x', description: 'y', nullable: true }] }),
    `${F}.allOf[0].default: Forbidden: must be undefined to be structural`,
    `${F}.allOf[0].description: Forbidden: must be empty to be structural`,
    `${F}.allOf[0].nullable: Forbidden: must be false to be structural`,
  ],
  [
    'declares what it restricts',
    field({ type: 'object', oneOf: [{ properties: { a: { minLength: 1 } } }] }),
    `${F}.properties[a]: Required value: because it is defined in ${F}.oneOf[0].properties[a]`,
  ],
  [
    'declares the items that it restricts',
    field({ 'x-kubernetes-preserve-unknown-fields': true, not: { items: { minLength: 1 } } }),
    `${F}.items: Required value: because it is defined in ${F}.not.items`,
  ],
  [
    'leaves metadata alone',
    version((v) => {
      const root = v.schema?.openAPIV3Schema as JSONSchemaProps;
      root.properties = {
        ...root.properties,
        metadata: { type: 'object', properties: { labels: { type: 'object' } } },
      };
    }),
    `${ROOT}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
  ],
  [
    'may restrict the name',
    version((v) => {
      const root = v.schema?.openAPIV3Schema as JSONSchemaProps;
      root.properties = {
        ...root.properties,
        metadata: { type: 'object', properties: { name: { type: 'string', pattern: '^a' } } },
      };
    }),
  ],
  [
    'embeds objects alone',
    field({
      type: 'string',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    }),
    `${F}.type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true`,
  ],
  [
    'embeds something',
    field({ type: 'object', 'x-kubernetes-embedded-resource': true }),
    `${F}.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields`,
  ],
  [
    'keeps nothing unknown in an int-or-string',
    field({ 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true }),
    `${F}.x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true`,
  ],
]);

const map = (items: JSONSchemaProps, keys: string[] = ['k']): Change =>
  field({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    items,
  });
const set = (items: JSONSchemaProps): Change =>
  field({ type: 'array', 'x-kubernetes-list-type': 'set', items });

refuses('lists', [
  [
    'are lists where they have a list type',
    field({ type: 'string', 'x-kubernetes-list-type': 'atomic' }),
    `${F}.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified`,
  ],
  [
    'know three list types',
    field({ type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'odd' }),
    `${F}.x-kubernetes-list-type: Unsupported value: "odd": supported values: "atomic", "map", "set"`,
  ],
  [
    'have keys only when they are maps',
    field({ type: 'array', items: { type: 'string' }, 'x-kubernetes-list-map-keys': ['a'] }),
    `${F}.x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty`,
  ],
  [
    'are maps by keys',
    map({ type: 'object', properties: { k: { type: 'string' } } }, []),
    `${F}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
  ],
  [
    'are maps of objects',
    map({ type: 'string' }),
    `${F}.items.type: Invalid value: "string": must be object if parent array's x-kubernetes-list-type is map`,
    `${F}.x-kubernetes-list-map-keys: Invalid value: ["k"]: entries must all be names of item properties`,
  ],
  [
    'have keys that are required',
    map({ type: 'object', properties: { k: { type: 'string' } } }),
    `${F}.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
  ],
  [
    'have keys with a default',
    map({ type: 'object', properties: { k: { type: 'string', default: 'x' } } }),
  ],
  [
    'have keys that are scalars',
    map({ type: 'object', required: ['k'], properties: { k: { type: 'object' } } }),
    `${F}.items.properties[k].type: Invalid value: "object": must be a scalar type if parent array's x-kubernetes-list-type is map`,
  ],
  [
    'have keys that are never null',
    map({ type: 'object', required: ['k'], properties: { k: { type: 'string', nullable: true } } }),
    `${F}.items.properties[k].nullable: Forbidden: this property is in x-kubernetes-list-map-keys, so it cannot be nullable`,
  ],
  ['are sets of scalars', set({ type: 'string' })],
  [
    'are sets of objects that are one value',
    set({ type: 'object', 'x-kubernetes-map-type': 'atomic' }),
  ],
  [
    'are no sets of objects that are merged',
    set({ type: 'object' }),
    `${F}.items.x-kubernetes-map-type: Required value: must be atomic as item of a list with x-kubernetes-list-type=set`,
  ],
  [
    'are no sets of nulls',
    set({ type: 'string', nullable: true }),
    `${F}.items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set`,
  ],
]);

refuses('defaults', [
  ['are values that the schema admits', field({ type: 'string', default: 'x', maxLength: 3 })],
  [
    'are no others',
    field({ type: 'integer', default: 'x' }),
    `${F}.default: Invalid value: "string": ${F}.default in body must be of type integer: "string"`,
  ],
  [
    'have fields of the schema',
    field({ type: 'object', properties: { a: { type: 'string' } }, default: { b: 1 } }),
    `${F}.default: Invalid value: {"b":1}: must not have fields that the schema does not specify`,
  ],
  [
    'may leave out what has a default',
    field({
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'string', default: 'x' } },
      default: {},
    }),
  ],
  [
    'are not set at the root',
    version((v) => {
      (v.schema?.openAPIV3Schema as JSONSchemaProps).default = {};
    }),
    `${ROOT}.default: Forbidden: must not be set at the root`,
  ],
]);
