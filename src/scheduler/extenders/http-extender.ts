import type { Node } from '../../scheme/generated/types/core-v1.ts';
import { MAX_NODE_SCORE, type NodeRejection } from '../framework.ts';
import type { PodInfo } from '../pod-info.ts';

/** An extender as a configuration has it: a verb that it does not have is left out. */
export interface ExtenderConfig {
  readonly urlPrefix: string;
  readonly filterVerb: string | undefined;
  readonly prioritizeVerb: string | undefined;
  readonly bindVerb: string | undefined;
  /** Of its scores. */
  readonly weight: number;
  readonly timeoutMs: number;
  /** It knows the nodes itself, and is told their names alone. */
  readonly nodeCacheCapable: boolean;
  /** It is asked about pods alone that request one of these; empty for all pods. */
  readonly managedResources: readonly string[];
  /** Pods are placed without it while it is down. */
  readonly ignorable: boolean;
}

/** The highest score that an extender gives. */
const MAX_EXTENDER_SCORE = 10;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** What an extender says of the nodes that it was asked about. */
export interface ExtenderVerdict {
  readonly accepted: ReadonlySet<string>;
  readonly rejections: readonly NodeRejection[];
}

interface FilterAnswer {
  readonly Nodes?: { readonly items?: readonly Node[] } | null;
  readonly NodeNames?: readonly string[] | null;
  readonly FailedNodes?: Readonly<Record<string, string>> | null;
  readonly FailedAndUnresolvableNodes?: Readonly<Record<string, string>> | null;
  readonly Error?: string;
}

/** A scheduler extender: somebody over HTTP who has a say in where pods go. */
export class HttpExtender {
  readonly config: ExtenderConfig;

  constructor(config: ExtenderConfig) {
    this.config = config;
  }

  isInterested({ requests }: PodInfo): boolean {
    const { managedResources } = this.config;
    return managedResources.length === 0 || managedResources.some((name) => name in requests);
  }

  /** @throws {Error} when it does not answer, or says that something went wrong */
  async filter({ pod }: PodInfo, nodes: readonly Node[]): Promise<ExtenderVerdict> {
    const { filterVerb, urlPrefix } = this.config;
    const names = nodes.map(nameOf);
    if (filterVerb === undefined) return { accepted: new Set(names), rejections: [] };
    const body = { Pod: pod, ...this.#nodesFor(nodes) };
    const answer = await this.#ask<FilterAnswer>(filterVerb, body);
    const left = answer.NodeNames ?? answer.Nodes?.items?.map(nameOf) ?? [];
    // It cannot bring in nodes that others have refused.
    return {
      accepted: new Set(left.filter((name) => names.includes(name))),
      rejections: [
        ...rejectionsOf(urlPrefix, answer.FailedNodes, false),
        ...rejectionsOf(urlPrefix, answer.FailedAndUnresolvableNodes, true),
      ],
    };
  }

  /** What it adds to the scores of nodes, by name. */
  async prioritize({ pod }: PodInfo, nodes: readonly Node[]): Promise<ReadonlyMap<string, number>> {
    const { prioritizeVerb, urlPrefix, weight } = this.config;
    if (prioritizeVerb === undefined) return new Map();
    const answer = await this.#post(prioritizeVerb, { Pod: pod, ...this.#nodesFor(nodes) });
    const isRight = Array.isArray(answer) && answer.every((one) => Number.isFinite(one?.Score));
    if (!isRight) {
      throw new Error(
        `extender ${urlPrefix}: its answer to ${prioritizeVerb} is no list of scores`,
      );
    }
    return new Map(
      answer.map(({ Host, Score }): [string, number] => [
        String(Host),
        Score * weight * (MAX_NODE_SCORE / MAX_EXTENDER_SCORE),
      ]),
    );
  }

  /** @throws {Error} when it does not answer, or says that something went wrong */
  async bind(verb: string, { pod, uid }: PodInfo, nodeName: string): Promise<void> {
    const { name, namespace } = pod.metadata;
    const body = { PodName: name, PodNamespace: namespace, PodUID: uid, Node: nodeName };
    await this.#ask(verb, body);
  }

  /** For an answer that says in `Error` what went wrong. @throws {Error} when it does, or is no object */
  async #ask<T extends { readonly Error?: string }>(verb: string, body: object): Promise<T> {
    const { urlPrefix } = this.config;
    const answer = (await this.#post(verb, body)) as T | null;
    if (typeof answer !== 'object' || answer === null) {
      throw new Error(`extender ${urlPrefix}: its answer to ${verb} is no object`);
    }
    if (answer.Error) throw new Error(`extender ${urlPrefix}: ${answer.Error}`);
    return answer;
  }

  #nodesFor(nodes: readonly Node[]) {
    if (this.config.nodeCacheCapable) return { Nodes: null, NodeNames: nodes.map(nameOf) };
    return { Nodes: { items: nodes }, NodeNames: null };
  }

  async #post(verb: string, body: object): Promise<unknown> {
    const { timeoutMs, urlPrefix } = this.config;
    const url = `${urlPrefix.replace(/\/+$/, '')}/${verb}`;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        // The extender is outside of the cluster, and so is its time.
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok) throw new Error(`failed ${verb} with code ${response.status}`);
      return JSON.parse(await limitedText(response));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`extender ${url}: ${reason}`, { cause });
    }
  }
}

const nameOf = ({ metadata }: Node): string => metadata.name ?? '';

function rejectionsOf(
  plugin: string,
  failed: Readonly<Record<string, string>> | null | undefined,
  isUnresolvable: boolean,
): readonly NodeRejection[] {
  return Object.values(failed ?? {}).map((reason) => ({
    plugin,
    reasons: [reason],
    isUnresolvable,
  }));
}

async function limitedText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES)
      throw new Error(`its answer has more than ${MAX_ANSWER_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
