import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
  validateSchema,
} from 'graphql';
import { buildSchema } from '../../../../src/graphql/schema/build-schema.ts';
import { toExtension } from '../../../../src/scheme/custom-resources/to-extension.ts';
import { RESOURCE_DEFINITIONS } from '../../../../src/scheme/generated/definitions.ts';
import { TYPE_SCHEMAS } from '../../../../src/scheme/generated/schemas.ts';
import type {
  CustomResourceDefinition,
  JSONSchemaProps,
} from '../../../../src/scheme/generated/types/apiextensions-v1.ts';
import { STRATEGIES } from '../../../../src/scheme/groups/strategies.ts';
import { Scheme } from '../../../../src/scheme/scheme.ts';
import { type DefinitionOptions, widgetDefinition } from '../../../support/custom-resources.ts';
import { TEST_VERSION } from '../../../support/graphql-schema.ts';

/** The kinds that others refer to: the whole Kubernetes takes its time. */
const BUILT_IN = RESOURCE_DEFINITIONS.filter(
  ({ group, version }) => (group === '' || group === 'apps') && version === 'v1',
);

function schemaWith(...definitions: readonly DefinitionOptions[]): GraphQLSchema {
  const scheme = new Scheme({ definitions: BUILT_IN, types: TYPE_SCHEMAS, strategies: STRATEGIES });
  const extensions = definitions.map((options) => {
    const definition = widgetDefinition(options) as CustomResourceDefinition;
    return [definition.metadata.name ?? '', toExtension(definition)] as const;
  });
  scheme.setExtensions(new Map(extensions));
  return buildSchema({ scheme, version: TEST_VERSION });
}

const fieldsOf = (schema: GraphQLSchema, type: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(
      (schema.getType(type) as GraphQLObjectType | GraphQLInputObjectType).getFields(),
    ).map(([name, field]) => [name, String(field.type)]),
  );

const spec = (
  properties: Record<string, JSONSchemaProps>,
  more: JSONSchemaProps = {},
): DefinitionOptions => ({
  spec: { type: 'object', properties, ...more },
});

const T = 'Example_comV1Widget';

describe('the types of a custom resource', () => {
  test('are those of its fields', () => {
    const schema = schemaWith(
      spec(
        {
          text: { type: 'string' },
          small: { type: 'integer', format: 'int32' },
          large: { type: 'integer' },
          ratio: { type: 'number' },
          on: { type: 'boolean' },
          at: { type: 'string', format: 'date-time' },
          port: { 'x-kubernetes-int-or-string': true },
          anything: { 'x-kubernetes-preserve-unknown-fields': true },
          open: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
            properties: { a: { type: 'string' } },
          },
          empty: { type: 'object' },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          limits: { type: 'object', additionalProperties: { type: 'integer' } },
          rules: {
            type: 'array',
            items: { type: 'object', properties: { host: { type: 'string' } } },
          },
          grid: {
            type: 'array',
            items: { type: 'array', items: { type: 'integer', format: 'int32' } },
          },
          words: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } },
          mode: { type: 'string', enum: ['Fast', 'Slow'] },
        },
        { required: ['text', 'mode'] },
      ),
    );
    expect(fieldsOf(schema, `${T}Spec`)).toEqual({
      text: 'String',
      small: 'Int',
      large: 'Int64',
      ratio: 'Float',
      on: 'Boolean',
      at: 'Time',
      port: 'IntOrString',
      anything: 'JSON',
      open: 'JSON',
      empty: 'JSON',
      labels: 'StringMap',
      limits: 'JSON',
      rules: `[${T}SpecRules!]`,
      grid: '[[Int!]!]',
      words: `[${T}SpecWords!]`,
      mode: `${T}SpecMode`,
    });
    expect(fieldsOf(schema, `${T}SpecRules`)).toEqual({ host: 'String' });
  });

  test('ask in input for what is required and has no default', () => {
    const schema = schemaWith(
      spec(
        { a: { type: 'string' }, b: { type: 'string', default: 'x' }, c: { type: 'string' } },
        { required: ['a', 'b'] },
      ),
    );
    expect(fieldsOf(schema, `${T}SpecInput`)).toEqual({ a: 'String!', b: 'String', c: 'String' });
  });

  test('promise of no output field but what every object has that it is there', () => {
    const schema = schemaWith(spec({ a: { type: 'string' } }, { required: ['a'] }));
    const { apiVersion, kind, metadata, spec: own } = fieldsOf(schema, T);
    expect({ apiVersion, kind, metadata, own }).toEqual({
      apiVersion: 'String!',
      kind: 'String!',
      metadata: 'ObjectMeta!',
      own: `${T}Spec`,
    });
  });

  test('speak in the words of the definition', () => {
    const schema = schemaWith(spec({ a: { type: 'string', description: 'Just an A.' } }));
    const type = schema.getType(`${T}Spec`) as GraphQLObjectType;
    expect(type.getFields().a?.description).toMatch(/^Just an A\./);
  });

  test('spell names that GraphQL cannot, and keep two apart that it would spell alike', () => {
    const schema = schemaWith(
      spec({
        'a-b': { type: 'string' },
        'a.b': { type: 'integer' },
        a_b: { type: 'boolean' },
        '3scale': { type: 'string' },
        __typename: { type: 'string' },
        constructor: { type: 'string' },
        $ref: { type: 'string' },
      }),
    );
    expect(fieldsOf(schema, `${T}Spec`)).toEqual({
      a_b: 'String',
      a_b_: 'Int64',
      a_b__: 'Boolean',
      _3scale: 'String',
      _typename: 'String',
      constructor: 'String',
      _ref: 'String',
    });
  });

  test('have enums where their words can be told apart', () => {
    const schema = schemaWith(
      spec({
        good: { type: 'string', enum: ['', 'a-b', '3', 'true'] },
        alike: { type: 'string', enum: ['a-b', 'a.b'] },
        numbers: { type: 'integer', enum: [1, 2] },
      }),
    );
    expect(fieldsOf(schema, `${T}Spec`)).toEqual({
      good: `${T}SpecGood`,
      alike: 'String',
      numbers: 'Int64',
    });
    const values = (schema.getType(`${T}SpecGood`) as GraphQLEnumType).getValues();
    expect(values.map(({ name }) => name)).toEqual(['a_b', '_3', '_true']);
  });

  test('are told apart where two ways down spell the same', () => {
    const inner: JSONSchemaProps = { type: 'object', properties: { x: { type: 'string' } } };
    const schema = schemaWith(
      spec({
        fooBar: inner,
        foo: {
          type: 'object',
          properties: { bar: { ...inner, properties: { y: { type: 'string' } } } },
        },
      }),
      { names: { plural: 'widgetspecs', kind: 'WidgetSpec' } },
    );
    expect(validateSchema(schema)).toEqual([]);
    expect(fieldsOf(schema, `${T}SpecFooBar`)).toEqual({ x: 'String' });
    expect(fieldsOf(schema, `${T}SpecFooBar_`)).toEqual({ y: 'String' });
    // The kind of this name keeps it; the spec of the other kind gets another.
    expect(fieldsOf(schema, `${T}Spec`)).toHaveProperty('metadata');
    expect(fieldsOf(schema, T).spec).toBe(`${T}Spec_`);
  });

  test('keep the relations of every object beside fields of the same name', () => {
    const definition = widgetDefinition() as CustomResourceDefinition;
    const root = definition.spec.versions[0]?.schema?.openAPIV3Schema as JSONSchemaProps;
    root.properties = { ...root.properties, owners: { type: 'string' } };
    const schema = schemaWith({ versions: definition.spec.versions });
    expect(validateSchema(schema)).toEqual([]);
    expect(fieldsOf(schema, T)).toMatchObject({ owners_: 'String', owners: '[KubernetesObject]' });
  });
});

describe('custom resources that GraphQL would spell alike', () => {
  test('leave the name to the first, and to built-in kinds before all', () => {
    const schema = schemaWith(
      { group: 'a.b.com' },
      { group: 'a-b.com' },
      { group: 'apps.k8s.io', names: { plural: 'deployments', kind: 'Deployment' } },
      { group: 'example.com', names: { plural: 'widgetlists', kind: 'WidgetList' } },
      { group: 'example.com' },
    );
    expect(validateSchema(schema)).toEqual([]);
    expect(Object.keys(fieldsOf(schema, 'Query'))).toContain('a_b_com');
    expect(fieldsOf(schema, 'AppsV1Deployment').spec).toBe('AppsV1DeploymentSpec');
    expect(Object.keys(fieldsOf(schema, 'Example_comV1'))).toEqual(['widgetLists', 'widgetList']);
  });

  test('never make a schema that is not valid', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,4}[a-z0-9]$/);
    const name = fc.oneof(
      fc.constantFrom('spec', 'items', 'list', 'events', 'owners', 'metadata', '__x'),
      fc.string({ minLength: 1, maxLength: 6 }),
    );
    const leaf = fc.constantFrom<JSONSchemaProps>(
      { type: 'string' },
      { type: 'string', enum: ['a', 'a b', 'a-b'] },
      { type: 'integer' },
      { 'x-kubernetes-int-or-string': true },
      { type: 'object' },
    );
    const { node } = fc.letrec<{ node: JSONSchemaProps }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc
          .dictionary(name, tie('node'), { maxKeys: 4, noNullPrototype: true })
          .map((properties) => ({ type: 'object', properties })),
        tie('node').map((items) => ({ type: 'array', items })),
        tie('node').map((additionalProperties) => ({ type: 'object', additionalProperties })),
      ),
    }));
    const definition = fc.record({
      group: fc.tuple(word, word).map((words) => words.join('.')),
      version: word,
      plural: word,
      kind: fc.stringMatching(/^[A-Z][A-Za-z0-9-]{0,4}[a-z]$/),
      node,
    });
    fc.assert(
      fc.property(fc.array(definition, { minLength: 1, maxLength: 4 }), (drafts) => {
        const distinct = new Map(drafts.map((draft) => [`${draft.plural}.${draft.group}`, draft]));
        const kinds = new Set<string>();
        const options = [...distinct.values()]
          .filter(
            ({ group, kind }) => !kinds.has(`${group}/${kind}`) && kinds.add(`${group}/${kind}`),
          )
          .map(({ group, version, plural, kind, node: schema }) => ({
            group,
            names: { plural, kind },
            versions: [
              {
                name: version,
                served: true,
                storage: true,
                schema: { openAPIV3Schema: { type: 'object', properties: { spec: schema } } },
              },
            ],
          }));
        expect(validateSchema(schemaWith(...options))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
