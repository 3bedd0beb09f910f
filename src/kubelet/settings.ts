import { DEFAULT_CLUSTER_CIDRS, type NodeMasks } from '../scheme/cluster-range.ts';

/** A wait of `ms`, and up to `jitterMs` more. */
export interface StageDelay {
  readonly ms: number;
  readonly jitterMs: number;
}

/** How the simulated machines behave; everything has a default. */
export interface KubeletSettings {
  /** Delays of stages by name, in place of the stages' own. @default none */
  readonly delays: Readonly<Record<string, StageDelay>>;
  /** Multiplies the delays of stages: 0 is instant, 10 is slow motion. @default 1 */
  readonly delayFactor: number;
  /**
   * A Pod that no probe holds back becomes Running and Ready in one write, as with a real kubelet; otherwise each is a
   * step of its own that a watcher sees.
   * @default false
   */
  readonly readyWithRunning: boolean;
  /** How fast a node pulls images, in bytes a second. @default 1_250_000_000, a line of 10 Gbit/s */
  readonly imagePullBytesPerSecond: number;
  /** Between renewals of a node's Lease. @default 10_000 */
  readonly leaseRenewMs: number;
  /** How long others may wait for a renewal. @default 40 */
  readonly leaseDurationSeconds: number;
  /** Between reports of an unchanged node status; half as long, or half as long again, after a change. @default 300_000 */
  readonly nodeStatusReportMs: number;
  /** What nodes' Pod ranges are parts of: one range, or one of each family. @default ['10.128.0.0/9'] */
  readonly clusterCidrs: readonly string[];
  /** How large a node's range is, where it was configured: by this its place is known. @default 24 and 64 */
  readonly nodeMasks: NodeMasks;
  /** How long a new node is waited for that has no Pod range yet; then it registers without. @default 2_000 */
  readonly podRangeWaitMs: number;
}

export const DEFAULT_KUBELET_SETTINGS: KubeletSettings = {
  delays: {},
  delayFactor: 1,
  readyWithRunning: false,
  imagePullBytesPerSecond: 1_250_000_000,
  leaseRenewMs: 10_000,
  leaseDurationSeconds: 40,
  nodeStatusReportMs: 5 * 60_000,
  clusterCidrs: [DEFAULT_CLUSTER_CIDRS.IPv4],
  nodeMasks: {},
  podRangeWaitMs: 2_000,
};
