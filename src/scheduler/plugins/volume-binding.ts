import type { ApiClient } from '../../apiserver/client.ts';
import type { Clock } from '../../lib/clock.ts';
import { keyOf } from '../../scheme/object.ts';
import { claimNamesOf } from '../../scheme/storage/pod-claims.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import type { Plugin } from '../framework.ts';
import { labelsChanged } from '../node-changes.ts';
import { type ShapePoint, shapedScore } from '../resources/scoring-strategy.ts';
import { bindVolumes } from '../volumes/bind-volumes.ts';
import { claimsOf, planVolumes, type VolumePlan } from '../volumes/pod-volumes.ts';
import { scoreStorage } from '../volumes/score-storage.ts';
import type { VolumeState } from '../volumes/volume-state.ts';

const DEFAULT_BIND_TIMEOUT_SECONDS = 600;

export interface VolumeBindingOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly cache: ClusterCache;
  readonly volumes: VolumeState;
  /** @default 600 */
  readonly bindTimeoutSeconds?: number;
  /** How nodes are scored by the share of their storage that would be in use. @default not at all: they are equal */
  readonly shape?: readonly ShapePoint[] | undefined;
}

/**
 * A pod goes where its bound volumes can be reached and where those that wait for it can be had: a free volume is promised to
 * the claim, or the claim is told for which node a volume is to be made.
 */
export function createVolumeBinding({
  cache,
  client,
  clock,
  volumes: state,
  bindTimeoutSeconds = DEFAULT_BIND_TIMEOUT_SECONDS,
  shape,
}: VolumeBindingOptions): Plugin {
  const scoreOf = shape && shapedScore(shape);
  /** By uid: what reserved pods wait for. */
  const plans = new Map<string, VolumePlan>();
  return {
    name: 'VolumeBinding',
    sign: ({ pod }) => {
      const names = claimNamesOf(pod);
      return names.length > 0 && [pod.metadata.namespace, names, state.version];
    },
    preFilter({ pod }) {
      if (claimNamesOf(pod).length === 0) return undefined;
      const claims = claimsOf(pod, state);
      if ('refusal' in claims) return { refusal: claims.refusal };
      return {
        filter({ node }) {
          if (!node) return undefined;
          const plan = planVolumes(claims, node, state);
          return 'reasons' in plan ? { reasons: plan.reasons, isUnresolvable: true } : undefined;
        },
      };
    },
    preScore({ pod }) {
      if (!scoreOf || claimNamesOf(pod).length === 0) return undefined;
      const claims = claimsOf(pod, state);
      if ('refusal' in claims || claims.waiting.length === 0) return undefined;
      return {
        score({ node }) {
          const plan = node && planVolumes(claims, node, state);
          return plan && !('reasons' in plan) ? scoreStorage(plan, node, state, scoreOf) : 0;
        },
      };
    },
    reserve({ pod, uid }, nodeName) {
      const node = cache.node(nodeName)?.node;
      const claims = claimNamesOf(pod).length > 0 ? claimsOf(pod, state) : undefined;
      if (!node || !claims) return;
      const plan =
        'refusal' in claims ? { reasons: [claims.refusal] } : planVolumes(claims, node, state);
      if ('reasons' in plan) throw new Error(plan.reasons.join(', '));
      if (plan.bindings.length + plan.provisioned.length === 0) return;
      plans.set(uid, plan);
      for (const { claim, volume } of plan.bindings) {
        state.promise(volume.metadata.name ?? '', keyOf(claim));
      }
    },
    unreserve({ uid }) {
      for (const { volume } of plans.get(uid)?.bindings ?? []) {
        state.release(volume.metadata.name ?? '');
      }
      plans.delete(uid);
    },
    preBind({ uid }, nodeName) {
      const plan = plans.get(uid);
      const timeoutMs = bindTimeoutSeconds * 1_000;
      const node = () => cache.node(nodeName)?.node;
      const isPodGone = () => cache.node(nodeName)?.pod(uid) === undefined;
      const options = { client, clock, isPodGone, node, state, timeoutMs };
      return plan && bindVolumes(plan, nodeName, options);
    },
    postBind({ uid }) {
      // The volumes say by now whose they are.
      for (const { volume } of plans.get(uid)?.bindings ?? []) {
        state.release(volume.metadata.name ?? '');
      }
      plans.delete(uid);
    },
    helpedBy: ['node-added', 'node-updated', 'storage-changed'],
    couldHelp: (event) => event.type !== 'node-updated' || labelsChanged(event),
  };
}
