import type { FieldSchema, TypeSchema } from '../../src/scheme/structural-schema.ts';
import { META_PREFIX } from './names.ts';

/**
 * Structs that server-side apply replaces whole, wherever they are referred to (`x-kubernetes-map-type: atomic`), by the
 * package that declares them: a name may mean another struct in another package, as Subject and
 * CrossVersionObjectReference do.
 */
const ATOMIC_TYPES: Readonly<Record<string, readonly string[]>> = {
  'io.k8s.api.admissionregistration.v1': [
    'MatchResources',
    'NamedRuleWithOperations',
    'ParamKind',
    'ParamRef',
    'Variable',
  ],
  'io.k8s.api.autoscaling.v1': ['CrossVersionObjectReference'],
  'io.k8s.api.core.v1': [
    'ConfigMapKeySelector',
    'EndpointAddress',
    'EndpointPort',
    'FileKeySelector',
    'LocalObjectReference',
    'NodeSelector',
    'NodeSelectorTerm',
    'ObjectFieldSelector',
    'ObjectReference',
    'ResourceFieldSelector',
    'ScopeSelector',
    'SecretKeySelector',
    'SecretReference',
    'TopologySelectorTerm',
    'TypedLocalObjectReference',
  ],
  'io.k8s.api.discovery.v1': ['EndpointPort'],
  'io.k8s.api.networking.v1': ['ServiceBackendPort'],
  'io.k8s.api.rbac.v1': ['RoleRef', 'Subject'],
  'io.k8s.api.scheduling.v1': ['TypedLocalObjectReference'],
  [META_PREFIX.slice(0, -1)]: ['LabelSelector', 'OwnerReference'],
};

/** The schema of a type, which says whether it is replaced whole; alpha and beta versions say what the stable one does. */
export function typeSchema(name: string, fields: Record<string, FieldSchema>): TypeSchema {
  const dot = name.lastIndexOf('.');
  const stable = name.slice(0, dot).replace(/(\.v\d+)(?:alpha|beta)\d+$/, '$1');
  const isAtomic = ATOMIC_TYPES[stable]?.includes(name.slice(dot + 1)) === true;
  return isAtomic ? { name, fields, mapType: 'atomic' } : { name, fields };
}
