/** What removed versions said differently, beyond what their published models and their successors tell. */
import type { FieldType } from '../../src/scheme/structural-schema.ts';

const INT64: FieldType = { kind: 'integer', format: 'int64' };
const INT_OR_STRING: FieldType = { kind: 'int-or-string' };
const QUANTITY: FieldType = { kind: 'string', format: 'quantity' };

/** One entry for each field that `fields` names, as `Type.field`. */
function typed(version: string, fields: readonly string[], type: FieldType) {
  return Object.fromEntries(fields.map((field) => [`${version}.${field}`, type]));
}

/** Types that the models show as plain numbers or texts, of fields without a successor, by `group.version.Type.field`. */
export const LEGACY_TYPES: Readonly<Record<string, FieldType>> = {
  // Schemas hold schemas, and have only grown since.
  'apiextensions.v1beta1.CustomResourceValidation.openAPIV3Schema': {
    kind: 'ref',
    name: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps',
  },
  'apps.v1beta1.RollbackConfig.revision': INT64,
  'extensions.v1beta1.DaemonSetSpec.templateGeneration': INT64,
  'extensions.v1beta1.RollbackConfig.revision': INT64,
  'networking.v1beta1.IngressBackend.servicePort': INT_OR_STRING,
  // Once that of Services, which has the same fields.
  'networking.v1beta1.IngressStatus.loadBalancer': {
    kind: 'ref',
    name: 'io.k8s.api.networking.v1.IngressLoadBalancerStatus',
  },
  ...typed(
    'autoscaling.v2beta1',
    [
      'ContainerResourceMetricSource.targetAverageValue',
      'ContainerResourceMetricStatus.currentAverageValue',
      'ExternalMetricSource.targetAverageValue',
      'ExternalMetricSource.targetValue',
      'ExternalMetricStatus.currentAverageValue',
      'ExternalMetricStatus.currentValue',
      'ObjectMetricSource.averageValue',
      'ObjectMetricSource.targetValue',
      'ObjectMetricStatus.averageValue',
      'ObjectMetricStatus.currentValue',
      'PodsMetricSource.targetAverageValue',
      'PodsMetricStatus.currentAverageValue',
      'ResourceMetricSource.targetAverageValue',
      'ResourceMetricStatus.currentAverageValue',
    ],
    QUANTITY,
  ),
};

/** Fields that a successor has instead of others of the old version, by `group.version.Type.field`. */
export const NOT_IN_LEGACY: ReadonlySet<string> = new Set([
  'apiextensions.v1beta1.CustomResourceColumnDefinition.jsonPath',
  'apiextensions.v1beta1.CustomResourceConversion.webhook',
  'authorization.v1beta1.SubjectAccessReviewSpec.groups',
  'autoscaling.v2beta1.ContainerResourceMetricSource.target',
  'autoscaling.v2beta1.ContainerResourceMetricStatus.current',
  'autoscaling.v2beta1.ExternalMetricSource.metric',
  'autoscaling.v2beta1.ExternalMetricSource.target',
  'autoscaling.v2beta1.ExternalMetricStatus.current',
  'autoscaling.v2beta1.ExternalMetricStatus.metric',
  'autoscaling.v2beta1.HorizontalPodAutoscalerSpec.behavior',
  'autoscaling.v2beta1.ObjectMetricSource.describedObject',
  'autoscaling.v2beta1.ObjectMetricSource.metric',
  'autoscaling.v2beta1.ObjectMetricStatus.current',
  'autoscaling.v2beta1.ObjectMetricStatus.describedObject',
  'autoscaling.v2beta1.ObjectMetricStatus.metric',
  'autoscaling.v2beta1.PodsMetricSource.metric',
  'autoscaling.v2beta1.PodsMetricSource.target',
  'autoscaling.v2beta1.PodsMetricStatus.current',
  'autoscaling.v2beta1.PodsMetricStatus.metric',
  'autoscaling.v2beta1.ResourceMetricSource.target',
  'autoscaling.v2beta1.ResourceMetricStatus.current',
  'discovery.v1beta1.Endpoint.deprecatedTopology',
  'discovery.v1beta1.Endpoint.zone',
  'flowcontrol.v1beta1.LimitedPriorityLevelConfiguration.nominalConcurrencyShares',
  'networking.v1beta1.IngressBackend.service',
  'networking.v1beta1.IngressSpec.defaultBackend',
  'node.v1alpha1.RuntimeClass.handler',
  'node.v1alpha1.RuntimeClass.overhead',
  'node.v1alpha1.RuntimeClass.scheduling',
  'rbac.v1alpha1.Subject.apiGroup',
]);
