import { expect, test } from '@jest/globals';
import { nodePorts } from '../../../../src/scheduler/plugins/node-ports.ts';
import { toPodInfo } from '../../../../src/scheduler/pod-info.ts';
import type { Container, ContainerPort } from '../../../../src/scheme/generated/types/core-v1.ts';
import { buildPod, type PodFields } from '../../../support/builders.ts';
import { TestCluster } from '../../../support/scheduling.ts';

const port = (hostPort: number, rest: Partial<ContainerPort> = {}): ContainerPort => ({
  containerPort: hostPort,
  hostPort,
  ...rest,
});

const container = (ports: ContainerPort[], rest: Partial<Container> = {}): Container => ({
  name: 'main',
  image: 'nginx',
  ports,
  ...rest,
});

const withPorts = (...ports: ContainerPort[]): PodFields => ({
  spec: { containers: [container(ports)] },
});

const MESSAGE =
  "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.";

const cases: [title: string, there: PodFields, wanted: PodFields, fits: boolean][] = [
  ['the same port', withPorts(port(80)), withPorts(port(80)), false],
  ['another port', withPorts(port(80)), withPorts(port(81)), true],
  ['another protocol', withPorts(port(80)), withPorts(port(80, { protocol: 'UDP' })), true],
  [
    'another address',
    withPorts(port(80, { hostIP: '10.0.0.1' })),
    withPorts(port(80, { hostIP: '10.0.0.2' })),
    true,
  ],
  ['one address of all', withPorts(port(80)), withPorts(port(80, { hostIP: '10.0.0.1' })), false],
  [
    'all addresses, one of them taken',
    withPorts(port(80, { hostIP: '10.0.0.1' })),
    withPorts(port(80, { hostIP: '0.0.0.0' })),
    false,
  ],
  ['a port of the pod alone', withPorts(port(80)), withPorts({ containerPort: 80 }), true],
  [
    'a port of a sidecar',
    {
      spec: {
        containers: [],
        initContainers: [container([port(80)], { restartPolicy: 'Always' })],
      },
    },
    withPorts(port(80)),
    false,
  ],
  [
    'a port of an init container, which is done',
    { spec: { containers: [], initContainers: [container([port(80)])] } },
    withPorts(port(80)),
    true,
  ],
];

test.each(cases)('a taken port and %s', (_, there, wanted, fits) => {
  const cluster = new TestCluster([{ name: 'a' }]).place('a', there);
  expect(cluster.message(wanted)).toBe(fits ? 'fits a' : MESSAGE);
});

test('a pod that leaves helps those that wait for its port', () => {
  const waiting = toPodInfo(buildPod(withPorts(port(80))));
  const leaves = (fields: PodFields) =>
    nodePorts.couldHelp?.({ type: 'assigned-pod-removed', pod: buildPod(fields) }, waiting);
  expect(leaves(withPorts(port(80)))).toBe(true);
  expect(leaves(withPorts(port(81)))).toBe(false);
});
