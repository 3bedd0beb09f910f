/** What would help a Pod that nodes refuse: one piece of advice for each reason that is known. */

interface Hint {
  /** What the reason has to be like. */
  readonly pattern: RegExp;
  /** `$1` is what the pattern caught. */
  readonly advice: string;
}

const HINTS: readonly Hint[] = [
  {
    pattern: /^Insufficient (.+)$/,
    advice: 'request less $1, free some on these nodes, or add a node that has more',
  },
  { pattern: /^Too many pods$/, advice: 'remove Pods from these nodes, or add a node' },
  {
    pattern: /were unschedulable$/,
    advice: 'let them take Pods again: kubectl uncordon',
  },
  {
    pattern: /had untolerated taint/,
    advice: 'tolerate the taint in spec.tolerations, or take it off the nodes',
  },
  {
    pattern: /scheduler-enforced node affinity$/,
    advice: 'label nodes as addedAffinity of the scheduler profile asks',
  },
  {
    pattern: /node affinity\/selector$/,
    advice: 'label a node as spec.nodeSelector and spec.affinity.nodeAffinity ask, or ask for less',
  },
  { pattern: /requested node name$/, advice: 'name a node that exists in spec.nodeName' },
  {
    pattern: /free ports/,
    advice: 'use another hostPort or none: one Pod a node can have it',
  },
  {
    pattern: /topology spread constraints \(missing required label\)$/,
    advice: 'label the nodes with every topologyKey of spec.topologySpreadConstraints',
  },
  {
    pattern: /topology spread constraints$/,
    advice: 'add nodes to the domains that have fewer Pods, raise maxSkew, or use ScheduleAnyway',
  },
  {
    pattern: /pod affinity rules$/,
    advice: 'start a Pod that spec.affinity.podAffinity selects in the same topology domain',
  },
  {
    pattern: /existing pods anti-affinity rules$/,
    advice: 'Pods that are there keep this one away: add a node in another topology domain',
  },
  {
    pattern: /pod anti-affinity rules$/,
    advice: 'add a node in a topology domain without such Pods, or prefer instead of require',
  },
  {
    pattern: /max volume count$/,
    advice: 'use fewer volumes, or add a node that can attach more',
  },
  {
    pattern: /no available disk$/,
    advice: 'the disk is in use on these nodes: end the Pod that has it, or mount it read-only',
  },
  {
    pattern: /no available volume zone$|PersistentVolume's node affinity$/,
    advice: 'the volume cannot be reached from these nodes: add a node where the volume is',
  },
  {
    pattern: /available persistent volumes to bind$/,
    advice: 'create a PersistentVolume that fits the claim, or name a StorageClass that makes one',
  },
  {
    pattern: /non-existent pv|non-existent persistentvolume/,
    advice: 'the volume of the claim is gone: restore it, or delete the claim',
  },
  {
    pattern: /unbound immediate PersistentVolumeClaims$/,
    advice: 'the claim waits for a volume: look at its events',
  },
  {
    pattern: /^(?:persistentvolumeclaim|resourceclaim) "(.+)" not found$/,
    advice: 'create the claim $1',
  },
  {
    pattern: /^cannot allocate all claims$/,
    advice: 'free devices on these nodes, ask for fewer, or add a node that has more',
  },
  {
    pattern: /^resourceclaim not available on the node$/,
    advice:
      'the devices of the claim cannot be reached from these nodes: add one from which they can',
  },
  {
    pattern: /^resourceclaim in use$/,
    advice: 'end a Pod that uses the claim, or give this one a claim of its own',
  },
  { pattern: /device class (.+) does not exist$/, advice: 'create the DeviceClass $1' },
];

/** What would help against `reason`; undefined where nothing is known. */
export function hintFor(reason: string): string | undefined {
  for (const { pattern, advice } of HINTS) {
    const caught = pattern.exec(reason);
    if (caught) return advice.replaceAll('$1', caught[1] ?? '');
  }
  return undefined;
}
