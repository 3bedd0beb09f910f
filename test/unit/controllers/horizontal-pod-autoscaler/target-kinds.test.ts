import { describe, expect, test } from '@jest/globals';
import { targetResource } from '../../../../src/controllers/horizontal-pod-autoscaler/target-kinds.ts';
import { RESOURCE_DEFINITIONS } from '../../../../src/scheme/generated/definitions.ts';

const target = (kind: string, apiVersion?: string) => ({
  kind,
  name: 'web',
  ...(apiVersion === undefined ? {} : { apiVersion }),
});

describe('the target of an autoscaler', () => {
  test.each([
    ['Deployment', 'apps/v1', 'deployments'],
    ['StatefulSet', 'apps/v1', 'statefulsets'],
    ['ReplicationController', 'v1', 'replicationcontrollers'],
    ['ReplicationController', undefined, 'replicationcontrollers'],
    ['Deployment', 'apps/v1beta9', 'deployments'],
  ])('%s of %s is one of %s', (kind, apiVersion, resource) => {
    expect(targetResource(target(kind, apiVersion), RESOURCE_DEFINITIONS).resource).toBe(resource);
  });

  test.each([
    ['Widget', 'example.com/v1', 'no matches for kind "Widget" in group "example.com"'],
    ['Deployment', 'v1', 'no matches for kind "Deployment" in group ""'],
    ['Job', 'batch/v1', 'no matches for kind "Job" in group "batch"'],
  ])('%s of %s is nothing that can be scaled', (kind, apiVersion, message) => {
    expect(() => targetResource(target(kind, apiVersion), RESOURCE_DEFINITIONS)).toThrow(message);
  });
});
