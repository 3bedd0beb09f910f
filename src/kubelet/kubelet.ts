/**
 * Simulated machines: the entry point of this room.
 *
 * A Node that is annotated as simulated (`annotations.ts`, `nodes/simulated-node.ts`) is taken on by the kubelet role: it
 * registers, keeps its Lease and reports its health (`nodes/`), and runs the Pods that are bound to it (`pods/`) through
 * stages, which are data (`stages/`, one file a step). Nothing is kept but what the API has: a kubelet that starts again goes
 * on from the objects.
 *
 * Invariant: a node that nobody annotated is never touched, and neither are its Pods.
 */
import type { Controller } from '../machinery/controller.ts';
import type { NodeClients } from './node-clients.ts';
import { createNodeAgent } from './nodes/node-agent.ts';
import { createPodAgent } from './pods/pod-agent.ts';
import { DEFAULT_KUBELET_SETTINGS, type KubeletSettings } from './settings.ts';
import { POD_STAGES } from './stages/pod-stages.ts';

/**
 * The controllers of the kubelet role, to be run by a ControllerManager.
 * @param clientFor what the kubelet of a node writes by; by default all write by the controllers' own client
 */
export function createKubeletControllers(
  settings: Partial<KubeletSettings> = {},
  clientFor?: NodeClients,
): Controller[] {
  const complete: KubeletSettings = { ...DEFAULT_KUBELET_SETTINGS, ...settings };
  return [createNodeAgent(complete, clientFor), createPodAgent(complete, POD_STAGES, clientFor)];
}
