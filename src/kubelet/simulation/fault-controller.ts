import { deepEqual } from '../../lib/deep-equal.ts';
import {
  type Controller,
  type ControllerContext,
  done,
  type ReconcileResult,
  requeueAfter,
} from '../../machinery/controller.ts';
import { addNodeNameIndex } from '../../machinery/indexes.ts';
import { INDEX_NODE_NAME, type Informer } from '../../machinery/informer.ts';
import { coreNodes, corePods } from '../../scheme/generated/resources.ts';
import type { Node, Pod } from '../../scheme/generated/types/core-v1.ts';
import { simulationFaults } from '../../scheme/groups/simulation/definitions.ts';
import type { Fault } from '../../scheme/groups/simulation/types.ts';
import type { ApiObject } from '../../scheme/object.ts';
import { isSimulated } from '../annotations.ts';
import { isTerminal } from '../status/pod-phase.ts';
import { type CompiledFault, compileFault } from './fault-effects.ts';
import { type Affected, faultNote, faultStatus } from './fault-status.ts';
import type { Simulation } from './simulation.ts';
import { ignoreLostRace, problemOf } from './stage-controller.ts';

/** Writes how far each Fault is, and tells when it begins and ends. Its keys are names of Faults. */
export function createFaultController(simulation: Simulation): Controller {
  return {
    name: 'simulation-faults',
    concurrency: 1,
    setUp: (context) => {
      const { informers, queue } = context;
      const reporter = new FaultReporter(context, simulation);
      const enqueue = ({ metadata }: ApiObject): void => queue.add(metadata.name ?? '');
      const handler = { onAdd: enqueue, onUpdate: (_: Fault, fault: Fault) => enqueue(fault) };
      informers.informer(simulationFaults).addHandler(handler);
      simulation.faults.onProblem((name) => queue.add(name));
      return (name) => reporter.report(name);
    },
  };
}

class FaultReporter {
  readonly #context: ControllerContext;
  readonly #simulation: Simulation;
  readonly #faults: Informer<Fault>;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;

  constructor(context: ControllerContext, simulation: Simulation) {
    const { informers } = context;
    this.#context = context;
    this.#simulation = simulation;
    this.#faults = informers.informer(simulationFaults);
    this.#nodes = informers.informer(coreNodes);
    this.#pods = informers.informer(corePods);
    addNodeNameIndex(this.#pods);
  }

  async report(name: string): Promise<ReconcileResult> {
    const object = this.#faults.get(name);
    if (!object) return done;
    const { client, clock, events } = this.#context;
    const nowMs = clock.now();
    let compiled: CompiledFault | undefined;
    const refused = problemOf(() => {
      compiled = compileFault(object);
    });
    const fault = compiled;
    const status = faultStatus(object, {
      fault,
      problem: refused ?? this.#simulation.faults.problemOf(name),
      nowMs,
      countAffected: () => (fault ? this.#countAffected(fault) : { nodes: 0, pods: 0 }),
    });
    if (!deepEqual(status, object.status)) {
      const note = faultNote(object, status);
      await client
        .update(simulationFaults, { ...object, status }, { subresource: 'status' })
        .then(() => note && events.record(object, note))
        .catch(ignoreLostRace);
    }
    return this.#untilNextPhase(fault, nowMs);
  }

  #untilNextPhase(fault: CompiledFault | undefined, nowMs: number): ReconcileResult {
    if (!fault) return done;
    const nextMs = nowMs < fault.startMs ? fault.startMs : fault.endMs;
    return nextMs > nowMs && Number.isFinite(nextMs) ? requeueAfter(nextMs - nowMs) : done;
  }

  #countAffected(fault: CompiledFault): Affected {
    let nodes = 0;
    let pods = 0;
    // An expression that fails at one of them leaves it out; the kubelets report the failure.
    const holds = (ask: () => boolean): boolean => {
      let answer = false;
      problemOf(() => {
        answer = ask();
      });
      return answer;
    };
    for (const node of this.#nodes.list()) {
      if (!isSimulated(node) || !holds(() => fault.affectsNode(node))) continue;
      const running = this.#pods
        .byIndex(INDEX_NODE_NAME, node.metadata.name ?? '')
        .filter((pod) => !isTerminal(pod));
      const isForPods = fault.spec.type === 'CrashPods';
      const affected = isForPods
        ? running.filter((pod) => holds(() => fault.affectsPod(pod, node))).length
        : running.length;
      pods += affected;
      if (!isForPods || affected > 0) nodes++;
    }
    return { nodes, pods };
  }
}
