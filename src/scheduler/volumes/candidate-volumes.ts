/** The volumes that a waiting claim may be given. Pure. */
import type {
  Node,
  NodeSelector,
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../scheme/generated/types/core-v1.ts';
import { compileNodeSelector, type NodeMatcher } from '../../scheme/node-selector.ts';
import { volumesInOrder } from '../../scheme/storage/volume-matching.ts';
import { HOSTNAME_LABEL } from '../topology/host-names.ts';

interface Candidate {
  readonly volume: PersistentVolume;
  /** The better, the lower. */
  readonly rank: number;
  readonly isReachedFrom: NodeMatcher;
}

const NONE: readonly Candidate[] = [];
const EVERYWHERE: NodeMatcher = () => true;

/**
 * The candidates of one claim, chosen and ordered once for all nodes that its pod is tried on. Of disks that sit in a machine
 * each, as local volumes do, a node sees its own alone: it costs no more when there are thousands.
 */
export class CandidateVolumes {
  readonly #byHost = new Map<string, Candidate[]>();
  readonly #anywhere: Candidate[] = [];

  /** @param volumes among which are those that the claim may be given */
  constructor(claim: PersistentVolumeClaim, volumes: Iterable<PersistentVolume>) {
    for (const [rank, volume] of volumesInOrder(claim, volumes).entries()) {
      const required = volume.spec?.nodeAffinity?.required;
      const isReachedFrom = required ? compileNodeSelector(required) : EVERYWHERE;
      for (const list of this.#listsFor(required)) list.push({ volume, rank, isReachedFrom });
    }
  }

  /** The best that the node reaches, those aside that are `taken` already. */
  bestFor(
    node: Node,
    taken: { has(volume: PersistentVolume): boolean },
  ): PersistentVolume | undefined {
    const isToBeHad = ({ isReachedFrom, volume }: Candidate): boolean =>
      !taken.has(volume) && isReachedFrom(node);
    const host = node.metadata.labels?.[HOSTNAME_LABEL];
    const own = (host === undefined ? NONE : (this.#byHost.get(host) ?? NONE)).find(isToBeHad);
    const shared = this.#anywhere.find(isToBeHad);
    if (!own || !shared) return (own ?? shared)?.volume;
    return own.rank < shared.rank ? own.volume : shared.volume;
  }

  #listsFor(required: NodeSelector | undefined): Iterable<Candidate[]> {
    const hosts = required && hostsOnly(required);
    if (!hosts) return [this.#anywhere];
    return [...hosts].map((host) => {
      const known = this.#byHost.get(host) ?? [];
      this.#byHost.set(host, known);
      return known;
    });
  }
}

/** The only hosts whose nodes can match, when every term names them; undefined when others might. */
function hostsOnly({ nodeSelectorTerms }: NodeSelector): ReadonlySet<string> | undefined {
  const hosts = new Set<string>();
  for (const { matchExpressions } of nodeSelectorTerms) {
    const named = matchExpressions?.find(
      ({ key, operator }) => key === HOSTNAME_LABEL && operator === 'In',
    );
    if (!named) return undefined;
    for (const host of named.values ?? []) hosts.add(host);
  }
  return hosts;
}
