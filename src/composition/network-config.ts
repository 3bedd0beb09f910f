import { familiesOf, parseAddressRanges } from '../apiserver/services/address-range.ts';
import { parseClusterRanges } from '../kubelet/nodes/cluster-range.ts';
import type { IpFamily } from '../scheme/ip.ts';
import { ConfigError, splitList } from './option-values.ts';

/** Where addresses come from. Two ranges of different families make a dual-stack cluster; the first is the preferred one. */
export interface NetworkConfig {
  /** Those of Services. @default ['10.96.0.0/12'] */
  readonly serviceCidrs: readonly string[];
  /** Those of Pods, which nodes divide. @default one of each family that Services have */
  readonly clusterCidrs: readonly string[];
}

export const NETWORK_OPTIONS = {
  'service-cluster-ip-range': { type: 'string', multiple: true },
  'cluster-cidr': { type: 'string', multiple: true },
} as const;

export const NETWORK_USAGE = `Networks: two ranges of different families make a dual-stack cluster.
  --service-cluster-ip-range LIST
                              where Services get addresses from (default 10.96.0.0/12)
  --cluster-cidr LIST         where Pods get addresses from (default 10.128.0.0/9, fd00:10:128::/48, or both,
                              by the families of Services)
`;

const DEFAULT_SERVICE_CIDRS = ['10.96.0.0/12'];
const DEFAULT_CLUSTER_CIDRS: Readonly<Record<IpFamily, string>> = {
  IPv4: '10.128.0.0/9',
  IPv6: 'fd00:10:128::/48',
};

type Values = Readonly<Partial<Record<keyof typeof NETWORK_OPTIONS, string[] | undefined>>>;

/** @throws {ConfigError} for what is no range, or cannot be one */
export function readNetworkConfig(values: Values): NetworkConfig {
  const services = values['service-cluster-ip-range'];
  const serviceCidrs = services ? splitList(services) : DEFAULT_SERVICE_CIDRS;
  const ranges = judged('--service-cluster-ip-range', () => parseAddressRanges(serviceCidrs));
  const cluster = values['cluster-cidr'];
  const clusterCidrs = cluster
    ? splitList(cluster)
    : familiesOf(ranges).map((family) => DEFAULT_CLUSTER_CIDRS[family]);
  judged('--cluster-cidr', () => parseClusterRanges(clusterCidrs));
  return { serviceCidrs, clusterCidrs };
}

function judged<T>(option: string, parse: () => T): T {
  try {
    return parse();
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new ConfigError(`${option}: ${thrown.message}`);
  }
}
