import { expect } from '@jest/globals';
import type { NewObject } from '../../src/apiserver/client.ts';
import { createNodeIpamController } from '../../src/controllers/node-ipam/reconciler.ts';
import { createKubeletControllers } from '../../src/kubelet/kubelet.ts';
import { simulatedNode } from '../../src/kubelet/nodes/simulated-node.ts';
import { Simulation } from '../../src/kubelet/simulation/simulation.ts';
import { createSimulationControllers } from '../../src/kubelet/simulation/simulation-controllers.ts';
import type { PodStage } from '../../src/kubelet/stage.ts';
import { VirtualClock } from '../../src/lib/virtual-clock.ts';
import { isConditionTrue } from '../../src/scheme/conditions.ts';
import { coreNodes, corePods } from '../../src/scheme/generated/resources.ts';
import type { Node, Pod, PodSpec } from '../../src/scheme/generated/types/core-v1.ts';
import { asTimePasses } from './as-time-passes.ts';
import { type TestApi, type TestApiOptions, testApi } from './plane.ts';
import { RecordingLogger } from './recording-logger.ts';
import { type RunningControllers, runControllers } from './running-controllers.ts';

export interface KubeletPlane extends AsyncDisposable {
  readonly api: TestApi;
  readonly running: RunningControllers;
  readonly clock: VirtualClock;
  readonly logger: RecordingLogger;
}

export interface KubeletPlaneOptions extends Pick<TestApiOptions, 'serviceAccountTokens'> {
  /** Whether simulation.orrery.dev is served, and kept. @default false */
  readonly simulation?: boolean;
  /** The life of Pods. @default that of the product */
  readonly stages?: readonly PodStage[];
}

/** A control plane with kubelets alone: Pods are bound by hand. Its clock stands still until the test moves it. */
export async function kubeletPlane({
  simulation: servesSimulation = false,
  stages,
  ...server
}: KubeletPlaneOptions = {}): Promise<KubeletPlane> {
  const clock = new VirtualClock(Date.UTC(2026, 5, 1, 12));
  const logger = new RecordingLogger();
  const runtimeConfig = servesSimulation ? 'simulation.orrery.dev/v1alpha1=true' : '';
  const api = await testApi({ clock, runtimeConfig, ...server });
  const simulation = new Simulation(servesSimulation);
  const controllers = [
    createNodeIpamController(),
    ...createKubeletControllers({ simulation, ...(stages ? { stages } : {}) }),
    ...createSimulationControllers(simulation),
  ];
  const running = await runControllers({ client: api.client, controllers, clock, logger });
  return {
    api,
    running,
    clock,
    logger,
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

export const podOf = (
  name: string,
  spec: Partial<PodSpec> = {},
  annotations: Record<string, string> = {},
): NewObject<Pod> => ({
  metadata: { name, namespace: 'default', annotations },
  spec: {
    nodeName: 'n1',
    automountServiceAccountToken: false,
    containers: [{ name: 'nginx', image: 'nginx:1.7.9' }],
    ...spec,
  },
});

export const getNode = ({ api }: KubeletPlane, name = 'n1'): Promise<Node> =>
  api.client.get(coreNodes, { name });
export const getPod = ({ api }: KubeletPlane, name: string): Promise<Pod> =>
  api.client.get(corePods, { namespace: 'default', name });

export async function readyNode(plane: KubeletPlane, name = 'n1', cpu = '4'): Promise<Node> {
  await plane.api.client.create(coreNodes, simulatedNode({ name, cpu }));
  return asTimePasses(
    plane,
    () => getNode(plane, name),
    (node) => expect(isConditionTrue(node.status?.conditions, 'Ready')).toBe(true),
  );
}

export async function runningPod(plane: KubeletPlane, pod: NewObject<Pod>): Promise<Pod> {
  await plane.api.client.create(corePods, pod);
  return asTimePasses(
    plane,
    () => getPod(plane, pod.metadata.name ?? ''),
    (current) => expect(isConditionTrue(current.status?.conditions, 'Ready')).toBe(true),
  );
}
