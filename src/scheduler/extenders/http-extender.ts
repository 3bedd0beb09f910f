import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { toError } from '../../lib/errors.ts';
import { postText } from '../../lib/post-text.ts';
import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { MAX_NODE_SCORE, type NodeRejection } from '../framework.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Candidate } from '../preemption/candidate.ts';

/** How an extender is known over HTTPS, and how it knows the scheduler; all of it PEM. */
export interface ExtenderTls {
  /** Its certificate is not checked. */
  readonly insecure: boolean;
  /** Whom its certificate is to be of. @default the URL's host */
  readonly serverName: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** The authorities that sign its certificate. @default the system's */
  readonly ca: string | undefined;
}

/** An extender as a configuration has it: a verb that it does not have is left out. */
export interface ExtenderConfig {
  readonly urlPrefix: string;
  readonly filterVerb: string | undefined;
  readonly prioritizeVerb: string | undefined;
  readonly preemptVerb: string | undefined;
  readonly bindVerb: string | undefined;
  /** Of its scores. */
  readonly weight: number;
  readonly timeoutMs: number;
  readonly tls: ExtenderTls | undefined;
  /** It knows the nodes itself, and is told their names alone; of victims, their uids. */
  readonly nodeCacheCapable: boolean;
  /** It is asked about pods alone that request one of these; empty for all pods. */
  readonly managedResources: readonly string[];
  /** Those of them that the scheduler itself does not count. */
  readonly ignoredResources: readonly string[];
  /** Pods are placed without it while it is down. */
  readonly ignorable: boolean;
}

/** The highest score that an extender gives. */
const MAX_EXTENDER_SCORE = 10;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const MAX_IDLE_CONNECTIONS = 4;

/** What an extender says of the nodes that it was asked about. */
export interface ExtenderVerdict {
  readonly accepted: ReadonlySet<string>;
  readonly rejections: readonly NodeRejection[];
}

type FailedNodes = Readonly<Record<string, string>> | null;

/** Extenders are mostly written in Go, where the case of a name makes no difference: it is told in lower case. */
interface FilterAnswer {
  readonly nodes?: { readonly items?: readonly Node[] | null } | null;
  readonly nodenames?: readonly string[] | null;
  readonly failednodes?: FailedNodes;
  readonly failedandunresolvablenodes?: FailedNodes;
}

/** Which pods are to leave a node, by uid. */
export interface NamedVictims {
  readonly uids: readonly string[];
  /** How many of them a PodDisruptionBudget would keep. */
  readonly violations: number;
}

/** A scheduler extender: somebody over HTTP who has a say in where pods go. */
export class HttpExtender {
  readonly config: ExtenderConfig;
  readonly #agent: HttpAgent;

  constructor(config: ExtenderConfig) {
    this.config = config;
    const { tls, urlPrefix } = config;
    const options = { keepAlive: true, maxFreeSockets: MAX_IDLE_CONNECTIONS };
    this.#agent = urlPrefix.startsWith('https:')
      ? new HttpsAgent({ ...options, ...(tls ? tlsOptions(tls) : {}) })
      : new HttpAgent(options);
  }

  isInterested({ requests }: PodInfo): boolean {
    const { managedResources } = this.config;
    return managedResources.length === 0 || managedResources.some((name) => name in requests);
  }

  /** @throws {Error} when it does not answer, or says that something went wrong */
  async filter({ pod }: PodInfo, nodes: readonly Node[]): Promise<ExtenderVerdict> {
    const { filterVerb, urlPrefix } = this.config;
    const names = new Set(nodes.map(nameOf));
    if (filterVerb === undefined) return { accepted: names, rejections: [] };
    const body = { Pod: pod, ...this.#nodesFor(nodes) };
    const answer = (await this.#ask(filterVerb, body)) as FilterAnswer;
    const left = answer.nodenames ?? answer.nodes?.items?.map(nameOf) ?? [];
    const foreign = left.find((name) => !names.has(name));
    if (foreign !== undefined) {
      const fault = `claims a filtered node "${foreign}" which is not found in the input node list`;
      throw this.#error(fault);
    }
    const { failednodes, failedandunresolvablenodes: hopeless } = answer;
    const failed = Object.entries(failednodes ?? {}).filter(([name]) => !hopeless?.[name]);
    return {
      accepted: new Set(left),
      rejections: [
        ...rejectionsOf(urlPrefix, Object.fromEntries(failed), false),
        ...rejectionsOf(urlPrefix, hopeless, true),
      ],
    };
  }

  /** What it adds to the scores of nodes, by name. */
  async prioritize({ pod }: PodInfo, nodes: readonly Node[]): Promise<ReadonlyMap<string, number>> {
    const { prioritizeVerb, weight } = this.config;
    if (prioritizeVerb === undefined) return new Map();
    const answer = await this.#post(prioritizeVerb, { Pod: pod, ...this.#nodesFor(nodes) });
    const scores = Array.isArray(answer) ? answer.map((one) => inLowerCase(Object(one))) : [];
    if (!Array.isArray(answer) || !scores.every(({ score }) => Number.isFinite(score))) {
      throw this.#error(`its answer to ${prioritizeVerb} is no list of scores`);
    }
    return new Map(
      scores.map(({ host, score }) => [
        String(host),
        Number(score) * weight * (MAX_NODE_SCORE / MAX_EXTENDER_SCORE),
      ]),
    );
  }

  /**
   * The nodes among `candidates` where room may be made, and whom it would have leave each.
   * @throws {Error} when it does not answer, or answers something else
   */
  async preempt(
    verb: string,
    { pod }: PodInfo,
    candidates: readonly Candidate[],
  ): Promise<ReadonlyMap<string, NamedVictims>> {
    const body = { Pod: pod, ...this.#victimsFor(candidates) };
    const answer = await this.#ask(verb, body);
    const victims = Object.entries(Object(answer.nodenametometavictims ?? {}));
    return new Map(victims.map(([node, one]) => [node, this.#victimsOf(verb, one)]));
  }

  /** @throws {Error} when it does not answer, or says that something went wrong */
  async bind(verb: string, { pod, uid }: PodInfo, nodeName: string): Promise<void> {
    const { name, namespace } = pod.metadata;
    const body = { PodName: name, PodNamespace: namespace, PodUID: uid, Node: nodeName };
    await this.#ask(verb, body);
  }

  /** For an answer that says in `Error` what went wrong. @throws {Error} when it does, or is no object */
  async #ask(verb: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.#post(verb, body);
    if (typeof answer !== 'object' || answer === null) {
      throw this.#error(`its answer to ${verb} is no object`);
    }
    const members = inLowerCase(answer);
    if (members.error) throw this.#error(String(members.error));
    return members;
  }

  #error(fault: string): Error {
    return new Error(`extender ${this.config.urlPrefix}: ${fault}`);
  }

  #nodesFor(nodes: readonly Node[]) {
    if (this.config.nodeCacheCapable) return { Nodes: null, NodeNames: nodes.map(nameOf) };
    return { Nodes: { items: nodes }, NodeNames: null };
  }

  #victimsFor(candidates: readonly Candidate[]) {
    const { nodeCacheCapable } = this.config;
    const byNode = candidates.map(({ nodeName, victims, violations }) => {
      const Pods = victims.map(({ pod, uid }) => (nodeCacheCapable ? { UID: uid } : pod));
      return [nodeName, { Pods, NumPDBViolations: violations }] as const;
    });
    const name = nodeCacheCapable ? 'NodeNameToMetaVictims' : 'NodeNameToVictims';
    return { [name]: Object.fromEntries(byNode) };
  }

  #victimsOf(verb: string, value: unknown): NamedVictims {
    const { pods, numpdbviolations = 0 } = inLowerCase(Object(value ?? {}));
    const uids = Array.isArray(pods) ? pods.map((pod) => inLowerCase(Object(pod)).uid) : [];
    const isRight = Number.isFinite(numpdbviolations) && uids.every((uid) => uid !== undefined);
    if (!isRight) throw this.#error(`its answer to ${verb} is no map of victims`);
    return { uids: uids.map(String), violations: Number(numpdbviolations) };
  }

  async #post(verb: string, body: object): Promise<unknown> {
    const { timeoutMs, tls, urlPrefix } = this.config;
    const url = `${urlPrefix.replace(/\/+$/, '')}/${verb}`;
    // The extender is outside of the cluster, and so is its time.
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const { status, text } = await postText({
        url: new URL(url),
        text: JSON.stringify(body),
        agent: this.#agent,
        signal: deadline,
        maxAnswerBytes: MAX_ANSWER_BYTES,
        serverName: tls?.serverName,
      });
      if (status !== 200) throw new Error(`failed ${verb} with code ${status}`);
      return JSON.parse(text);
    } catch (cause) {
      const why = deadline.aborted
        ? `no answer within the timeout of ${timeoutMs} ms`
        : toError(cause).message;
      throw new Error(`extender ${url}: ${why}`, { cause });
    }
  }
}

const nameOf = ({ metadata }: Node): string => metadata?.name ?? '';

function tlsOptions({ insecure, cert, key, ca }: ExtenderTls) {
  return {
    rejectUnauthorized: !insecure,
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(ca ? { ca } : {}),
  };
}

/** The members of an object, by their names in lower case. */
function inLowerCase(value: object): Readonly<Record<string, unknown>> {
  const members = Object.entries(value);
  return Object.fromEntries(members.map(([name, member]) => [name.toLowerCase(), member]));
}

function rejectionsOf(
  plugin: string,
  failed: FailedNodes | undefined,
  isUnresolvable: boolean,
): readonly NodeRejection[] {
  return Object.values(failed ?? {}).map((reason) => ({
    plugin,
    reasons: [reason],
    isUnresolvable,
  }));
}
