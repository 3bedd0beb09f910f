import { describe, expect, test } from '@jest/globals';
import { selectorOf, servicePods } from '../../../../src/controllers/shared/service-pods.ts';
import { corePods, coreServices } from '../../../../src/scheme/generated/resources.ts';
import type { Pod, Service, ServiceSpec } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../../support/builders.ts';
import { MemoryInformer } from '../../../support/memory-informer.ts';
import { storedService } from '../../../support/workloads.ts';

const withSpec = (spec: Partial<ServiceSpec>): Service => storedService(spec);

describe('the Pods of a Service', () => {
  test.each<[title: string, service: Service, selector: Record<string, string> | undefined]>([
    ['are those of its selector', withSpec({}), { app: 'web' }],
    ['are nobody’s without a selector', { ...withSpec({}), spec: {} }, undefined],
    ['are nobody’s with an empty selector', withSpec({ selector: {} }), undefined],
    ['are nobody’s when it is a name for another', withSpec({ type: 'ExternalName' }), undefined],
  ])('%s', (_title, service, selector) => {
    expect(selectorOf(service)).toEqual(selector);
  });
});

const READY: Pod['status'] = {
  phase: 'Running',
  podIPs: [{ ip: '10.0.0.1' }],
  conditions: [{ type: 'Ready', status: 'True' }],
};

const pod = (fields: {
  readonly metadata?: Partial<Pod['metadata']>;
  readonly nodeName?: string;
  readonly status?: Pod['status'];
}): Pod => {
  const { metadata, nodeName = 'n1', status = READY } = fields;
  const built = buildPod({ name: 'web', labels: { app: 'web' }, spec: { nodeName }, status });
  return { ...built, metadata: { ...built.metadata, ...metadata } };
};

describe('its Service hears of a Pod', () => {
  const before = pod({});
  const conditions = [{ type: 'Ready', status: 'False' }];
  const isGoing = { deletionTimestamp: '2026-01-01T00:00:00Z' };

  test.each<[title: string, after: Pod, isHeard: boolean]>([
    ['not when nothing of its endpoint changes', pod({ metadata: { annotations: {} } }), false],
    ['when it is no longer ready', pod({ status: { ...READY, conditions } }), true],
    ['when it has ended', pod({ status: { ...READY, phase: 'Failed' } }), true],
    ['when it is being deleted', pod({ metadata: isGoing }), true],
    ['when it is bound', pod({ nodeName: 'n2' }), true],
    ['when it gets an address', pod({ status: { ...READY, podIPs: [{ ip: 'fd00::1' }] } }), true],
    ['when its labels change', pod({ metadata: { labels: { app: 'db' } } }), true],
  ])('%s', (_title, after, isHeard) => {
    const services = new MemoryInformer<Service>(coreServices, withSpec({}));
    const pods = new MemoryInformer<Pod>(corePods, before);
    const heard: string[] = [];
    servicePods(services, pods)
      .podHandler((key) => heard.push(key))
      .onUpdate?.(before, after);
    expect(heard).toEqual(isHeard ? ['default/web'] : []);
  });
});
