import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  validateSchema,
} from 'graphql';
import { printServedSchema } from '../../../../src/graphql/print-schema.ts';
import { toTypeName } from '../../../../src/graphql/schema/served-kinds.ts';
import { testSchema } from '../../../support/graphql-schema.ts';

const { scheme, schema } = testSchema();
const { scheme: everythingScheme, schema: everything } = testSchema('api/all=true');

/** The type of a field as SDL writes it: `[CoreV1Container!]!`. */
function typeOf(typeName: string, field: string, of: GraphQLSchema = schema): string | undefined {
  const type = of.getType(typeName);
  const fields =
    isObjectType(type) || isInputObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
  return fields[field]?.type.toString();
}

function rootFields(root: 'Query' | 'Mutation' | 'Subscription'): string[] {
  const type = schema.getType(root);
  return isObjectType(type) ? Object.keys(type.getFields()) : [];
}

type Described = readonly [place: string, text: string | null | undefined];

/** Everything in a schema that can have a description. */
function describable(of: GraphQLSchema): readonly Described[] {
  return Object.values(of.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .flatMap((type) => [[type.name, type.description] as const, ...describableMembers(type)]);
}

function describableMembers(type: GraphQLNamedType): readonly Described[] {
  if (isEnumType(type)) {
    return type
      .getValues()
      .map((value): Described => [`${type.name}.${value.name}`, value.description]);
  }
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap((field): Described[] => {
    const place = `${type.name}.${field.name}`;
    const args: readonly GraphQLArgument[] = 'args' in field ? field.args : [];
    return [
      [place, field.description],
      ...args.map((argument): Described => [`${place}(${argument.name})`, argument.description]),
    ];
  });
}

describe('the schema', () => {
  test('is valid, with the default groups and with all of them', () => {
    expect(validateSchema(schema)).toEqual([]);
    expect(validateSchema(everything)).toEqual([]);
  });

  test('describes every type, field, argument and enum value', () => {
    const silent = describable(everything).filter(([, text]) => !text?.trim());
    expect(silent.map(([place]) => place)).toEqual([]);
  });

  test('is in step with schema.graphql', () => {
    const file = new URL('../../../../schema.graphql', import.meta.url);
    const isInStep = readFileSync(file, 'utf8') === printServedSchema(scheme);
    expect({ isInStep, remedy: 'npm run schema' }).toEqual({
      isInStep: true,
      remedy: 'npm run schema',
    });
  });

  test('follows the hierarchy of groups, versions and resources', () => {
    expect(typeOf('Query', 'apps')).toBe('AppsGroup!');
    expect(typeOf('AppsGroup', 'v1')).toBe('AppsV1!');
    expect(typeOf('AppsV1', 'deployments')).toBe('AppsV1DeploymentList');
    expect(typeOf('AppsV1', 'deployment')).toBe('AppsV1Deployment');
    expect(typeOf('CoreV1', 'endpoints')).toBe('CoreV1EndpointsList');
    expect(typeOf('CoreV1', 'endpointsByName')).toBe('CoreV1Endpoints');
    expect(typeOf('Query', 'rbacAuthorization')).toBe('RbacAuthorizationGroup!');
  });

  test('names operations flat, by kind', () => {
    expect(rootFields('Mutation')).toEqual(
      expect.arrayContaining([
        'createAppsV1Deployment',
        'updateAppsV1Deployment',
        'updateAppsV1DeploymentStatus',
        'patchAppsV1Deployment',
        'deleteAppsV1Deployment',
        'deleteCollectionAppsV1Deployment',
        'scaleAppsV1Deployment',
        'rollbackAppsV1Deployment',
        'createCoreV1PodBinding',
        'createCoreV1PodEviction',
        'createCoreV1ServiceAccountToken',
        'createAuthorizationV1SubjectAccessReview',
        'apply',
        'transaction',
      ]),
    );
    expect(rootFields('Subscription')).toEqual(
      expect.arrayContaining(['watchCoreV1Pods', 'watchNetworkingV1NetworkPolicies', 'watch']),
    );
  });

  test('leaves alpha versions out unless they are switched on', () => {
    expect(schema.getType('SchedulingV1alpha2')).toBeUndefined();
    expect(everything.getType('SchedulingV1alpha2')).toBeDefined();
  });

  test('marks what is deprecated, with what to use instead', () => {
    const version = schema.getType('CoreV1');
    const field = isObjectType(version) ? version.getFields().endpoints : undefined;
    expect(field?.deprecationReason).toContain('EndpointSlice');
    const mutation = schema.getMutationType()?.getFields().createCoreV1Endpoints;
    expect(mutation?.deprecationReason).toContain('EndpointSlice');
  });

  test('marks every field that leads to a deprecated version, and the descriptions of its types', () => {
    const deprecated = everythingScheme.served().filter(({ deprecation }) => deprecation);
    expect(deprecated.length).toBeGreaterThan(60);
    for (const definition of deprecated) {
      const name = toTypeName(definition);
      const fields = fieldsTo(name);
      expect(fields.length).toBeGreaterThan(0);
      const reasons = new Set(fields.map(({ deprecationReason }) => deprecationReason));
      expect(reasons).toEqual(new Set([definition.deprecation?.message]));
      expect(everything.getType(name)?.description).toContain(definition.deprecation?.message);
    }
  });
});

/** The queries, mutations and subscriptions that answer with objects of the type, or with lists or events of them. */
function fieldsTo(typeName: string): readonly GraphQLField<unknown, unknown>[] {
  const names = new Set([typeName, `${typeName}List`, `${typeName}WatchEvent`]);
  const versions = Object.values(everything.getQueryType()?.getFields() ?? {})
    .map(({ type }) => getNamedType(type))
    .filter((type) => type.name.endsWith('Group'))
    .flatMap((group) => (isObjectType(group) ? Object.values(group.getFields()) : []))
    .map(({ type }) => getNamedType(type));
  const roots = [...versions, everything.getMutationType(), everything.getSubscriptionType()];
  return roots
    .flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()) : []))
    .filter(({ type }) => names.has(getNamedType(type).name));
}

describe('types', () => {
  test('never promise what validation does not guarantee', () => {
    expect(typeOf('CoreV1Pod', 'apiVersion')).toBe('String!');
    expect(typeOf('CoreV1Pod', 'metadata')).toBe('ObjectMeta!');
    expect(typeOf('ObjectMeta', 'name')).toBe('String!');
    expect(typeOf('ObjectMeta', 'uid')).toBe('String!');
    // A dry run stores nothing and so has no version.
    expect(typeOf('ObjectMeta', 'resourceVersion')).toBe('String');
    expect(typeOf('CoreV1PodSpec', 'containers')).toBe('[CoreV1Container!]!');
    expect(typeOf('CoreV1PodStatus', 'podIP')).toBe('String');
  });

  test('are others for templates, of which the server fills nothing', () => {
    expect(typeOf('CoreV1PodTemplateSpec', 'metadata')).toBe('ObjectMetaTemplate');
    expect(typeOf('ObjectMetaTemplate', 'name')).toBe('String');
    expect(typeOf('AppsV1StatefulSetSpec', 'volumeClaimTemplates')).toBe(
      '[CoreV1PersistentVolumeClaimEmbedded!]',
    );
    expect(typeOf('CoreV1PersistentVolumeClaimEmbedded', 'metadata')).toBe('ObjectMetaTemplate');
  });

  test('have scalars for what GraphQL has none for', () => {
    expect(typeOf('ObjectMeta', 'labels')).toBe('StringMap');
    expect(typeOf('ObjectMeta', 'creationTimestamp')).toBe('Time!');
    expect(typeOf('ObjectMeta', 'generation')).toBe('Int64');
    expect(typeOf('CoreV1ResourceRequirements', 'limits')).toBe('QuantityMap');
    expect(typeOf('CoreV1Secret', 'data')).toBe('Base64Map');
    expect(typeOf('CoreV1ServicePort', 'targetPort')).toBe('IntOrString');
    expect(typeOf('CoordinationV1LeaseSpec', 'renewTime')).toBe('MicroTime');
    expect(typeOf('AppsV1ControllerRevision', 'data')).toBe('JSON');
    expect(typeOf('ApiextensionsV1JSONSchemaProps', 'properties')).toBe(
      'ApiextensionsV1JSONSchemaPropsMap',
    );
  });

  test('have enums for closed value sets, with the values that Kubernetes writes', () => {
    const type = schema.getType('CoreV1ServiceSpecType');
    const names = isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
    expect(names).toEqual(['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']);
  });

  test('of inputs mirror those of outputs, field by field', () => {
    const differing: string[] = [];
    for (const type of Object.values(everything.getTypeMap())) {
      const input = everything.getType(`${type.name}Input`);
      if (!isObjectType(type) || !isInputObjectType(input)) continue;
      const own = Object.values(type.getFields()).filter((field) => !field.extensions.reads);
      const inputs = input.getFields();
      for (const field of own) {
        if (!inputs[field.name]) differing.push(`${input.name}.${field.name} is missing`);
      }
    }
    expect(differing).toEqual([]);
  });

  test('lead from any stored object to its owners, dependents, events and history', () => {
    for (const field of ['owner', 'owners', 'dependents', 'events', 'history']) {
      expect(typeOf('KubernetesObject', field)).toBeDefined();
      expect(typeOf('AppsV1Deployment', field)).toBeDefined();
    }
    expect(typeOf('AppsV1Deployment', 'history')).toBe('[AppsV1DeploymentWatchEvent!]');
    const review = schema.getType('AuthenticationV1TokenReview');
    expect(isObjectType(review) && review.getInterfaces()).toEqual([]);
  });

  test('are not null where the schema requires a field, in inputs too', () => {
    const input = schema.getType('AppsV1DeploymentSpecInput');
    const fields = isInputObjectType(input) ? input.getFields() : {};
    expect(isNonNullType(fields.selector?.type)).toBe(true);
    expect(isNonNullType(fields.replicas?.type)).toBe(false);
  });
});
