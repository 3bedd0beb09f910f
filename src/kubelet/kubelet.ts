/**
 * Simulated machines: the entry point of this room.
 *
 * A Node that is annotated as simulated (`annotations.ts`, `nodes/simulated-node.ts`) is taken on by the kubelet role: it
 * registers, keeps its Lease and reports its health (`nodes/`), and runs the Pods that are bound to it (`pods/`) through
 * stages, which are data (`stages/`, one file a step). Nothing is kept but what the API has: a kubelet that starts again goes
 * on from the objects.
 *
 * What is inside of containers is made when somebody looks: `streams/container-host.ts` builds a container of its Pod, with its
 * files (`files/`, `container/`), programs (`shell/`) and what they can reach (`network/`). Nothing of the machine is in it.
 *
 * Invariant: a node that nobody annotated is never touched, and neither are its Pods.
 */
import type { ContainerLog } from '../lib/container-log.ts';
import type { Controller } from '../machinery/controller.ts';
import { NodeImages } from './images/node-images.ts';
import type { NodeClients } from './node-clients.ts';
import { createNodeAgent } from './nodes/node-agent.ts';
import { createPodAgent } from './pods/pod-agent.ts';
import { DEFAULT_KUBELET_SETTINGS, type KubeletSettings } from './settings.ts';
import { Simulation } from './simulation/simulation.ts';
import type { PodStage } from './stage.ts';
import { POD_STAGES } from './stages/pod-stages.ts';

export interface KubeletOptions {
  /** How the machines behave where it is not as by default. */
  readonly settings?: Partial<KubeletSettings>;
  /** What the kubelet of a node writes by. @default all write by the controllers' own client */
  readonly clientFor?: NodeClients;
  /** Where containers print to. @default nowhere */
  readonly containerLog?: ContainerLog;
  /** What objects say of how Pods behave and of what goes wrong. @default nothing */
  readonly simulation?: Simulation;
  /** The life of Pods. @default POD_STAGES */
  readonly stages?: readonly PodStage[];
}

/** The controllers of the kubelet role, to be run by a ControllerManager. */
export function createKubeletControllers({
  settings,
  clientFor,
  containerLog = { write: () => undefined },
  simulation = new Simulation(false),
  stages = POD_STAGES,
}: KubeletOptions = {}): Controller[] {
  const complete: KubeletSettings = { ...DEFAULT_KUBELET_SETTINGS, ...settings };
  const images = new NodeImages();
  return [
    createNodeAgent({ settings: complete, clientFor, images, simulation }),
    createPodAgent({
      settings: complete,
      stages,
      clientFor,
      containerLog,
      images,
      simulation,
    }),
  ];
}
