import type { Clock } from '../lib/clock.ts';
import type { ContainerStreams } from '../lib/container-streams.ts';
import type { Logger } from '../lib/logger.ts';
import type { MetricRegistry } from '../lib/metrics.ts';
import type { Random } from '../lib/random.ts';
import type { Scheme } from '../scheme/scheme.ts';
import type { PodBehaviour } from '../scheme/usage/pod-behaviour.ts';
import type { ObjectStore } from '../store/store.ts';
import type { AdmissionPlugin } from './admission/plugin.ts';
import type { AuditSource } from './audit/audit-reader.ts';
import type { Auditor } from './audit/auditor.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import type { ServiceAccountTokenOptions } from './authentication/service-accounts/token-issuer.ts';
import type { AuthorizationMode } from './authorization/authorization-modes.ts';
import type { Timekeeper } from './cluster-time/timekeeper.ts';
import type { DecisionSource } from './scheduling/pod-decisions.ts';
import type { SchedulingSimulator } from './scheduling/simulate-scheduling.ts';
import type { ServiceRanges } from './services/service-companions.ts';
import type { ContainerLogSource } from './subresources/pod-log.ts';

export interface ApiServerOptions {
  readonly store: ObjectStore;
  readonly scheme: Scheme;
  /** Who may come in. @default nobody: the in-process client alone */
  readonly authenticators?: readonly Authenticator[];
  /** The keys of service account tokens, and what is in them. @default service accounts have no tokens */
  readonly serviceAccountTokens?: ServiceAccountTokenOptions | undefined;
  /** Whether requests without credentials come in, as `system:anonymous`. @default false */
  readonly allowAnonymous?: boolean;
  /** Who says who may do what, beside that administrators may do everything. @default Node and RBAC */
  readonly authorizationModes?: readonly AuthorizationMode[];
  /** @default those of every cluster */
  readonly admissionPlugins?: readonly AdmissionPlugin[];
  /** Where ClusterIPs come from: one range, or one of each family, the preferred one first. @default ['10.96.0.0/12'] */
  readonly serviceCidrs?: readonly string[];
  /** Both ends included. @default 30000 to 32767 */
  readonly nodePorts?: ServiceRanges['nodePorts'];
  /** Where clients reach the API: the target of the `kubernetes` Service. @default 4000 */
  readonly apiPort?: number;
  /** Seats for requests under way at once, which priority levels share; the others wait. @default 32 */
  readonly maxRequestsInFlight?: number;
  /** How long a request may wait for state or lose races, in milliseconds. @default 30_000 */
  readonly requestTimeoutMs?: number;
  /** How long a read waits for a version that this process has not seen yet, in milliseconds. @default 3_000 */
  readonly minimumVersionTimeoutMs?: number;
  /** How far apart the bookmarks of a watch are at least, in milliseconds. @default 10_000 */
  readonly bookmarkIntervalMs?: number;
  /** Keeps who did what. @default nobody does */
  readonly auditor?: Auditor | undefined;
  /** Gets figures of the requests. @default nobody */
  readonly metrics?: MetricRegistry | undefined;
  /** Where what was kept is read. @default nowhere */
  readonly auditSource?: AuditSource | undefined;
  /** Where what containers printed is read. @default nowhere */
  readonly containerLogs?: ContainerLogSource | undefined;
  /** Where what the scheduler decided is read. @default nowhere */
  readonly decisions?: DecisionSource | undefined;
  /** Answers where Pods would go. @default nobody */
  readonly schedulingSimulator?: SchedulingSimulator | undefined;
  /** Who runs containers, for those who reach into them. @default nobody */
  readonly containerStreams?: ContainerStreams | undefined;
  /** What simulated Pods use by what other objects say of them. @default what they say themselves */
  readonly podBehaviour?: PodBehaviour | undefined;
  /** Steers the cluster's clock. @default nobody does */
  readonly timekeeper?: Timekeeper | undefined;
  /** The cluster's time. @default real time */
  readonly clock?: Clock;
  /** Time for what is between the API and its callers, which no virtual clock moves. @default real time */
  readonly ioClock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
}
