import fs from 'node:fs';
import { expect } from '@jest/globals';
import type { Node } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { cutSessions } from '../../../../support/cut-sessions.ts';
import { eventually } from '../../../../support/eventually.ts';
import {
  type ServerProcess,
  startServer,
  temporaryDataDirectory,
} from '../../../../support/server.ts';
import { PlaneApi } from '../plane-api.ts';
import { embeddedDatabaseUrl } from '../revision-log.ts';
import { isReady } from '../workloads.ts';
import { ZONES } from './manifests.ts';

const NODES = 9;
/** A minute of the cluster passes in six seconds. */
const SPEED = 10;
const SET_SPEED = 'mutation ($speed: Float!) { setClusterSpeed(speed: $speed) { speed } }';
const ARGS = [
  ...['--initial-nodes', '0', '--runtime-config', 'simulation.orrery.dev/v1alpha1=true'],
  ...['--node-monitor-grace-period', '20', '--default-toleration-seconds', '20'],
];

const NODE_PROFILE = {
  apiVersion: 'simulation.orrery.dev/v1alpha1',
  kind: 'NodeProfile',
  metadata: { name: 'pool' },
  spec: { replicas: NODES, capacity: { cpu: '4', memory: '16Gi', pods: '110' }, zones: ZONES },
};

/** A whole plane on its own PostgreSQL, which can lose its process at any moment. */
export class WholeCluster implements AsyncDisposable {
  readonly #dataDirectory = temporaryDataDirectory();
  #server: ServerProcess | undefined;
  #api: PlaneApi | undefined;

  get api(): PlaneApi {
    return this.#api as PlaneApi;
  }

  get databaseUrl(): string {
    return embeddedDatabaseUrl(this.#dataDirectory);
  }

  async start(): Promise<void> {
    await this.#startServer();
    await this.api.graphql.request(SET_SPEED, { speed: SPEED });
    await this.api.apply(NODE_PROFILE);
    await eventually(
      () => this.api.list<Node>('nodes'),
      (nodes) => expect(nodes.filter(isReady)).toHaveLength(NODES),
      { withinMs: 20_000 },
    );
  }

  async #startServer(): Promise<void> {
    this.#server = await startServer({ dataDirectory: this.#dataDirectory, args: ARGS });
    this.#api = new PlaneApi(this.#server);
  }

  /** As a power cut would end it, and a start after it. */
  async loseTheProcess(): Promise<void> {
    await this.#server?.kill();
    await this.#api?.[Symbol.asyncDispose]();
    await this.#startServer();
  }

  /** As a firewall or an administrator would: some of its connections to PostgreSQL end, whatever they are doing. */
  async cutDatabaseConnections(share: number): Promise<void> {
    await cutSessions(this.databaseUrl, { share });
  }

  /** Makes sure of it: what meets a fault is tried again. */
  async apply(manifest: object): Promise<void> {
    await eventually(() => this.api.apply(manifest));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#api?.[Symbol.asyncDispose]();
    await this.#server?.[Symbol.asyncDispose]();
    fs.rmSync(this.#dataDirectory, { recursive: true, force: true });
  }
}
