/**
 * Where simulated containers are when somebody looks into them. A container is made of its Pod when it is first asked for, in
 * the server that is asked, and its files stay in that server's memory while it runs.
 */
import type { ApiClient } from '../../apiserver/client.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ContainerLog } from '../../lib/container-log.ts';
import type {
  HttpAnswer,
  HttpRequest,
  PodAddress,
  ProcessStreams,
} from '../../lib/container-streams.ts';
import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Random } from '../../lib/random.ts';
import { coreNodes, corePods } from '../../scheme/generated/resources.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { isSimulated } from '../annotations.ts';
import type { SimulatedContainer } from '../container/container.ts';
import { createNetwork, type PodPort, unreachable } from '../network/cluster-network.ts';
import type { Connection } from '../network/http-connection.ts';
import { listenerOf, type PortListener } from '../network/port-listener.ts';
import type { NodeClients } from '../node-clients.ts';
import { NetworkError } from '../shell/process.ts';
import { reportExit } from './container-exit.ts';
import { MainProcess } from './main-process.ts';
import { OutputLog } from './output-log.ts';
import { type RunningContainer, runningContainers, whileRunning } from './running-containers.ts';
import { Sandboxes } from './sandboxes.ts';
import { untilAborted } from './until-aborted.ts';

const NAME_SERVER = '10.96.0.10';
/** How often Pods that are gone are looked for. */
const SWEEP_MS = 60_000;

export interface ContainerHostOptions {
  /** Sees Pods and Nodes. */
  readonly pods: ApiClient;
  /** Sees Services and EndpointSlices. */
  readonly services: ApiClient;
  readonly clientFor: NodeClients;
  readonly containerLog: ContainerLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The `ContainerStreams` of simulated containers. */
export class ContainerHost {
  readonly #options: ContainerHostOptions;
  readonly #sandboxes: Sandboxes;
  /** By the id of their container's run. */
  readonly #mainProcesses = new Map<string, MainProcess>();
  readonly #stopping = new AbortController();
  #sweptMs = 0;

  constructor(options: ContainerHostOptions) {
    const { clientFor, clock } = options;
    this.#options = options;
    this.#sandboxes = new Sandboxes({ clientFor, clock, nameServer: NAME_SERVER });
  }

  async exec(
    address: PodAddress,
    name: string,
    command: readonly string[],
    streams: ProcessStreams,
    signal: AbortSignal,
  ): Promise<number> {
    const running = await this.#find(address, name);
    return whileRunning(this.#options.pods, running, signal, (life) =>
      this.#use(running, (container) => container.run(command, streams, life)),
    );
  }

  async attach(
    address: PodAddress,
    name: string,
    streams: ProcessStreams,
    signal: AbortSignal,
  ): Promise<number> {
    const running = await this.#find(address, name);
    return whileRunning(this.#options.pods, running, signal, (life) =>
      this.#use(running, async (container) => {
        await this.#mainProcess(running, container).attach(streams, life);
        return 0;
      }),
    );
  }

  async connect(
    address: PodAddress,
    port: number,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<void> {
    const pod = await this.#findPod(address);
    const listener = await this.#listener(pod, port);
    if (!listener) {
      throw new Error(`failed to connect to localhost:${port} inside the Pod: connection refused`);
    }
    await Promise.race([
      this.#sandboxes.use(pod, () => listener.serve(connection)),
      untilAborted(signal),
    ]);
  }

  async request(address: PodAddress, port: number, request: HttpRequest): Promise<HttpAnswer> {
    const listener = await this.#listener(await this.#findPod(address), port);
    if (listener?.answer) return listener.answer(request);
    throw new Error(`nothing answers HTTP at port ${port} of the Pod`);
  }

  /** Ends what runs. */
  stop(): void {
    this.#stopping.abort();
  }

  #mainProcess(running: RunningContainer, container: SimulatedContainer): MainProcess {
    const { runId } = running;
    const known = this.#mainProcesses.get(runId);
    if (known) return known;
    const { stdinOnce = false, tty = false } = running.container;
    const { clock, containerLog } = this.#options;
    const log = new OutputLog(containerLog, running.run, clock);
    const main = new MainProcess(container, { tty, closesInput: stdinOnce, log });
    this.#mainProcesses.set(runId, main);
    this.#followMain(running, main).catch((thrown: unknown) => {
      const { name, namespace } = running.pod.metadata;
      const pod = `${namespace}/${name}`;
      this.#options.logger.warn('the end of a container is lost', { pod, error: toError(thrown) });
    });
    return main;
  }

  /** Tells of the end of a main process, unless its container ends before it. */
  async #followMain(running: RunningContainer, main: MainProcess): Promise<void> {
    const { clientFor, clock, containerLog, pods } = this.#options;
    const { pod, runId } = running;
    const signal = this.#stopping.signal;
    await whileRunning(pods, running, signal, async (life) => {
      const exitCode = await Promise.race([main.ended, untilAborted(life)]);
      this.#mainProcesses.delete(runId);
      main.stop();
      if (exitCode === undefined) return;
      const client = clientFor(pod.spec?.nodeName ?? '');
      await reportExit({ client, clock, containerLog }, running, exitCode);
    });
  }

  async #use<T>(
    { container, pod, runId }: RunningContainer,
    work: (container: SimulatedContainer) => Promise<T>,
  ): Promise<T> {
    await this.#sweep();
    return this.#sandboxes.use(pod, async (sandbox) => {
      const network = this.#networkOf(pod);
      return work(await sandbox.container(pod, container, { network, runId }));
    });
  }

  #networkOf(pod: Pod) {
    const { random, services } = this.#options;
    const listenerAt = (target: PodPort) => this.#listenerAt(target);
    return createNetwork({ services, random, listenerAt }, pod);
  }

  async #listenerAt({ address, port }: PodPort): Promise<PortListener> {
    const { items } = await this.#options.pods.list(corePods, {
      fieldSelector: `status.podIP=${address}`,
      resourceVersion: '0',
    });
    const pod = items.find(({ status }) => status?.phase === 'Running');
    if (!pod) throw unreachable();
    const listener = await this.#listener(pod, port);
    if (!listener) throw new NetworkError('refused', 'connection refused');
    return listener;
  }

  async #listener(pod: Pod, port: number): Promise<PortListener | undefined> {
    for (const running of runningContainers(pod)) {
      const listener = await this.#use(running, async (container) =>
        listenerOf(container, running, port),
      );
      if (listener) return listener;
    }
    return undefined;
  }

  async #findPod({ name, namespace, uid }: PodAddress): Promise<Pod> {
    const { pods } = this.#options;
    const fieldSelector = `metadata.name=${name}`;
    const { items } = await pods.list(corePods, { namespace, fieldSelector });
    const pod = items.find(({ metadata }) => metadata.uid === uid);
    if (!pod) throw new Error(`pod "${name}" is gone`);
    await this.#assertSimulated(pod);
    return pod;
  }

  async #assertSimulated({ spec }: Pod): Promise<void> {
    const fieldSelector = `metadata.name=${spec?.nodeName}`;
    const { items } = await this.#options.pods.list(coreNodes, { fieldSelector });
    if (items[0] && isSimulated(items[0])) return;
    throw new Error(
      `node ${JSON.stringify(spec?.nodeName ?? '')} is not simulated: nobody here runs its containers`,
    );
  }

  async #find(address: PodAddress, name: string): Promise<RunningContainer> {
    const pod = await this.#findPod(address);
    const running = runningContainers(pod).find(({ container }) => container.name === name);
    if (!running) throw new Error(`container not found (${JSON.stringify(name)})`);
    return running;
  }

  /** Forgets Pods that are gone. */
  async #sweep(): Promise<void> {
    const nowMs = this.#options.clock.now();
    if (nowMs - this.#sweptMs < SWEEP_MS) return;
    this.#sweptMs = nowMs;
    const { items } = await this.#options.pods.list(corePods, { resourceVersion: '0' });
    const uids = new Set(items.map(({ metadata }) => metadata.uid));
    for (const uid of this.#sandboxes.uids()) if (!uids.has(uid)) this.#sandboxes.forget(uid);
  }
}
