import type { PodInfo } from '../pod-info.ts';
import type { AffinityTerm, AffinityTerms, NamespaceLabels } from './affinity-terms.ts';
import { addTo, type NodeCounts } from './pod-counts.ts';

export type HeldTermKind = 'required' | 'required-anti' | 'preferred';

/** A term that placed pods hold about pods to come, with how many of its holders are on each node. */
export interface HeldTerm extends NodeCounts {
  readonly id: number;
  readonly kind: HeldTermKind;
  readonly term: AffinityTerm;
  /** Of a preferred term; below zero to stay away. */
  readonly weight: number;
}

class HolderCounts implements HeldTerm {
  readonly id: number;
  readonly key: string;
  readonly kind: HeldTermKind;
  readonly term: AffinityTerm;
  readonly weight: number;
  readonly onNode = new Map<string, number>();

  constructor(id: number, { key, kind, term, weight }: OwnTerm) {
    this.id = id;
    this.key = key;
    this.kind = kind;
    this.term = term;
    this.weight = weight;
  }

  on(nodeName: string): number {
    return this.onNode.get(nodeName) ?? 0;
  }

  counts(pod: PodInfo): boolean {
    return ownTerms(pod.affinityTerms).some(({ key }) => key === this.key);
  }
}

/**
 * What the placed pods say about pods to come: the symmetry of affinity. Equal terms of many pods are one entry, so that a
 * pod is matched against the distinct terms of the cluster and not against its pods.
 */
export class HeldTerms {
  readonly #terms = new Map<string, HolderCounts>();
  /** The terms that match pods of one group, until the terms change. */
  readonly #matches = new Map<string, readonly HeldTerm[]>();
  readonly #namespaceLabels: NamespaceLabels;
  #lastId = 0;

  constructor(namespaceLabels: NamespaceLabels) {
    this.#namespaceLabels = namespaceLabels;
  }

  add(pod: PodInfo, nodeName: string): void {
    for (const own of ownTerms(pod.affinityTerms)) {
      let held = this.#terms.get(own.key);
      if (!held) {
        held = new HolderCounts(++this.#lastId, own);
        this.#terms.set(own.key, held);
        this.forgetMatches();
      }
      addTo(held.onNode, nodeName, 1);
    }
  }

  remove(pod: PodInfo, nodeName: string): void {
    for (const { key } of ownTerms(pod.affinityTerms)) {
      const held = this.#terms.get(key);
      if (!held) continue;
      addTo(held.onNode, nodeName, -1);
      if (held.onNode.size > 0) continue;
      this.#terms.delete(key);
      this.forgetMatches();
    }
  }

  /** The held terms that speak of `pod`. */
  matching(pod: PodInfo): readonly HeldTerm[] {
    if (this.#terms.size === 0) return [];
    let matches = this.#matches.get(pod.groupKey);
    if (!matches) {
      matches = [...this.#terms.values()].filter(({ term }) =>
        term.matches(pod.selected, this.#namespaceLabels),
      );
      this.#matches.set(pod.groupKey, matches);
    }
    return matches;
  }

  /** Matches anew: the terms or the labels of a namespace have changed. */
  forgetMatches(): void {
    this.#matches.clear();
  }
}

interface OwnTerm {
  readonly key: string;
  readonly kind: HeldTermKind;
  readonly term: AffinityTerm;
  readonly weight: number;
}

const NO_TERMS: readonly OwnTerm[] = [];

function ownTerms({ required, requiredAnti, preferred }: AffinityTerms): readonly OwnTerm[] {
  if (required.length + requiredAnti.length + preferred.length === 0) return NO_TERMS;
  return [
    ...required.map((term) => ownTerm('required', term, 0)),
    ...requiredAnti.map((term) => ownTerm('required-anti', term, 0)),
    ...preferred.map(({ term, weight }) => ownTerm('preferred', term, weight)),
  ];
}

function ownTerm(kind: HeldTermKind, term: AffinityTerm, weight: number): OwnTerm {
  return { key: `${kind} ${weight} ${term.identity}`, kind, term, weight };
}
