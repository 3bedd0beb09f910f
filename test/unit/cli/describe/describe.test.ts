import { describe, expect, test } from '@jest/globals';
import { describerOf } from '../../../../src/cli/describe/describers.ts';
import { describeConfigMap, describeSecret } from '../../../../src/cli/describe/kinds/data.ts';
import { describeAnything } from '../../../../src/cli/describe/kinds/generic.ts';
import { describeNamespace } from '../../../../src/cli/describe/kinds/namespace.ts';
import { describeNode } from '../../../../src/cli/describe/kinds/node.ts';
import { describeService } from '../../../../src/cli/describe/kinds/service.ts';
import { CREATED, event, expectDescription, metadata, NOW } from './fixtures.ts';

describe('a description', () => {
  test('of a Node has its lease, its Pods and what they take of it', () => {
    const capacity = { cpu: '4', memory: '16Gi', 'ephemeral-storage': '100Gi', pods: '110' };
    const object = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: 'node-1',
        creationTimestamp: CREATED,
        labels: { 'node-role.kubernetes.io/worker': '' },
      },
      spec: {
        podCIDR: '10.128.0.0/24',
        podCIDRs: ['10.128.0.0/24'],
        taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }],
      },
      status: {
        capacity,
        allocatable: capacity,
        addresses: [
          { type: 'Hostname', address: 'node-1' },
          { type: 'InternalIP', address: '172.16.0.10' },
        ],
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            lastHeartbeatTime: CREATED,
            lastTransitionTime: CREATED,
            reason: 'KubeletReady',
            message: 'kubelet is posting ready status',
          },
        ],
        nodeInfo: {
          machineID: 'm',
          systemUUID: 's',
          bootID: 'b',
          kernelVersion: '6.1',
          osImage: 'Linux',
          operatingSystem: 'linux',
          architecture: 'amd64',
          containerRuntimeVersion: 'containerd://2',
          kubeletVersion: 'v1.36.0',
          kubeProxyVersion: '',
        },
      },
    };
    const pod = (
      name: string,
      requests: Record<string, string>,
      phase: 'Running' | 'Succeeded',
    ) => ({
      metadata: { namespace: 'default', name, creationTimestamp: CREATED },
      spec: {
        overhead: null,
        resources: null,
        initContainers: null,
        containers: [{ restartPolicy: null, resources: { requests, limits: { memory: '1Gi' } } }],
      },
      status: { phase },
    });
    const pods = [
      pod('web-2', { cpu: '1500m', memory: '512Mi' }, 'Running'),
      pod('web-1', { cpu: '250m' }, 'Running'),
      pod('done', { cpu: '3' }, 'Succeeded'),
    ];
    const leases = {
      items: [
        {
          spec: {
            holderIdentity: 'node-1',
            acquireTime: null,
            renewTime: '2026-01-31T08:09:58.000000Z',
          },
        },
      ],
    };
    const answer = {
      object,
      core: { v1: { node: { pods, events: [] } } },
      coordination: { v1: { leases } },
    };
    expectDescription('node', describeNode(answer, NOW));
  });

  test('of a Service has the endpoints behind each port', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata('web'),
      spec: {
        type: 'NodePort',
        selector: { app: 'web' },
        clusterIP: '10.96.0.7',
        clusterIPs: ['10.96.0.7'],
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        ports: [
          { name: 'http', port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30080 },
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 'dns' },
        ],
        sessionAffinity: 'None',
        externalTrafficPolicy: 'Cluster',
        internalTrafficPolicy: 'Cluster',
      },
    };
    const endpoint = (address: string, ready: boolean) => ({
      addresses: [address],
      conditions: { ready },
    });
    const endpointSlices = [
      {
        ports: [{ name: 'http', port: 8080 }],
        endpoints: [
          ...['10.0.0.1', '10.0.0.2', 'fd00::1', '10.0.0.3'].map((ip) => endpoint(ip, true)),
          endpoint('10.0.0.9', false),
        ],
      },
    ];
    expectDescription(
      'service',
      describeService({ object, core: { v1: { service: { endpointSlices, events: [] } } } }, NOW),
    );
  });

  test('of a Namespace has its quotas and limits', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop' },
      status: { phase: 'Active' },
    };
    const resourceQuotas = {
      items: [
        {
          metadata: { name: 'small' },
          status: { hard: { pods: '10', cpu: '4' }, used: { pods: '2' } },
        },
      ],
    };
    const limitRanges = {
      items: [
        {
          spec: {
            limits: [
              {
                type: 'Container',
                min: null,
                max: { cpu: '2' },
                default: { cpu: '1', memory: '1Gi' },
                defaultRequest: null,
                maxLimitRequestRatio: null,
              },
            ],
          },
        },
      ],
    };
    expectDescription(
      'namespace',
      describeNamespace({ object, core: { v1: { resourceQuotas, limitRanges } } }),
    );
    const none = describeNamespace({
      object,
      core: { v1: { resourceQuotas: null, limitRanges: { items: [] } } },
    });
    expect(none).toContain('\n\nNo resource quota.\n\nNo LimitRange resource.');
  });

  test('of a ConfigMap shows its texts as they are', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata('settings'),
      data: { b: 'two\nlines', a: 'tab\there' },
      binaryData: { c: 'AAAA' },
    };
    expectDescription(
      'config-map',
      describeConfigMap({ object, core: { v1: { events: { items: [] } } } }, NOW),
    );
  });

  test('of a Secret shows how much there is and never what', () => {
    const password = Buffer.from('hunter2').toString('base64');
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata('login'),
      type: 'Opaque',
      data: { password },
    };
    const text = describeSecret({ object, core: { v1: { events: null } } });
    expectDescription('secret', text);
    expect(text).not.toContain(password);
    expect(text).not.toContain('hunter2');
  });

  test('of any other kind shows all its fields with readable labels, and the events about this very object', () => {
    const object = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: metadata('w', { managedFields: [{ manager: 'x' }], finalizers: ['a/b'] }),
      spec: {
        podCIDR: '10.0.0.0/8',
        maxRetries: 3,
        parts: [{ name: 'a', size: 1 }, { name: 'b' }],
        enabled: false,
        'a.b/c': 'kept',
      },
    };
    const about = (uid: string, reason: string) => ({
      ...event({ reason, eventTime: CREATED }),
      involvedObject: { uid },
    });
    const items = [about('uid-of-w', 'Mine'), about('uid-of-another', 'NotMine')];
    const text = describeAnything({ object, core: { v1: { events: { items } } } }, NOW);
    expectDescription('generic', text);
    expect(text).not.toContain('NotMine');
  });
});

test.each([
  ['po', 'pods.v1.'],
  ['Deployment', 'deployments.v1.apps'],
  ['deployments.apps', 'deployments.v1.apps'],
  ['deployments.v1.apps', 'deployments.v1.apps'],
  ['pods.v1.', 'pods.v1.'],
  ['cm', 'configmaps.v1.'],
  ['jobs', 'jobs'],
])('"%s" is described as %s', (word, resource) => {
  expect(describerOf(word).resource).toBe(resource);
});
