import { describe, expect, test } from '@jest/globals';
import {
  toEnumName,
  toFieldName,
  toGroupField,
  toListField,
  toObjectField,
  toPluralKind,
  toTypePrefix,
} from '../../../../src/graphql/schema/names.ts';

describe('groups', () => {
  test.each([
    ['', 'core'],
    ['apps', 'apps'],
    ['rbac.authorization.k8s.io', 'rbacAuthorization'],
    ['flowcontrol.apiserver.k8s.io', 'flowcontrolApiserver'],
    ['networking.k8s.io', 'networking'],
    ['example.com', 'example_com'],
    ['my-group.example.com', 'my_group_example_com'],
  ])('the group %p is the field %s', (group, field) => {
    expect(toGroupField(group)).toBe(field);
  });

  test('types and mutations begin with group and version', () => {
    expect(toTypePrefix('', 'v1')).toBe('CoreV1');
    expect(toTypePrefix('rbac.authorization.k8s.io', 'v1')).toBe('RbacAuthorizationV1');
    expect(toTypePrefix('resource.k8s.io', 'v1beta2')).toBe('ResourceV1beta2');
  });
});

describe('resources', () => {
  test.each([
    ['ReplicaSet', 'replicasets', 'replicaSet', 'replicaSets', 'ReplicaSets'],
    ['NetworkPolicy', 'networkpolicies', 'networkPolicy', 'networkPolicies', 'NetworkPolicies'],
    ['Ingress', 'ingresses', 'ingress', 'ingresses', 'Ingresses'],
    ['CSIDriver', 'csidrivers', 'csiDriver', 'csiDrivers', 'CSIDrivers'],
    ['APIService', 'apiservices', 'apiService', 'apiServices', 'APIServices'],
    ['Endpoints', 'endpoints', 'endpoints', 'endpoints', 'Endpoints'],
    ['PodMetrics', 'pods', 'podMetrics', 'pods', 'Pods'],
  ])('%s of %s has the fields %s and %s', (kind, resource, one, many, plural) => {
    expect(toObjectField(kind)).toBe(one);
    expect(toListField({ kind, resource })).toBe(many);
    expect(toPluralKind({ kind, resource })).toBe(plural);
  });
});

describe('what GraphQL cannot spell', () => {
  test.each([
    ['$ref', '_ref'],
    ['x-kubernetes-list-type', 'x_kubernetes_list_type'],
    ['podIP', 'podIP'],
  ])('the field %s is spelled %s', (jsonName, name) => {
    expect(toFieldName(jsonName)).toBe(name);
  });

  test.each([
    ['ClusterIP', 'ClusterIP'],
    ['cert sign', 'cert_sign'],
    ['s/mime', 's_mime'],
    ['SIGRTMIN+1', 'SIGRTMIN_1'],
    ['*', 'STAR'],
    ['', '_'],
    ['true', '_true'],
    ['2fa', '_2fa'],
  ])('the value %p is spelled %s', (value, name) => {
    expect(toEnumName(value)).toBe(name);
  });
});
