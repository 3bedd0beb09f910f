import { familiesOf, parseAddressRanges } from '../apiserver/services/address-range.ts';
import {
  DEFAULT_CLUSTER_CIDRS,
  type NodeMasks,
  parseClusterRanges,
} from '../scheme/cluster-range.ts';
import type { IpFamily } from '../scheme/ip.ts';
import { ConfigError, splitList, toInteger } from './option-values.ts';

/** Both ends are included. */
interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Where addresses come from. Two ranges of different families make a dual-stack cluster; the first is the preferred one. */
export interface NetworkConfig {
  /** Those of Services. @default ['10.96.0.0/12'] */
  readonly serviceCidrs: readonly string[];
  /** The node ports of Services, both ends included. @default 30000 to 32767 */
  readonly nodePorts: PortRange;
  /** Those of Pods, which nodes divide. @default one of each family that Services have */
  readonly clusterCidrs: readonly string[];
  /** How large a node's part of them is. @default as large as its Pods need, at least 24 and 64 */
  readonly nodeMasks: NodeMasks | undefined;
}

export const NETWORK_OPTIONS = {
  'service-cluster-ip-range': { type: 'string', multiple: true },
  'service-node-port-range': { type: 'string' },
  'cluster-cidr': { type: 'string', multiple: true },
  'node-cidr-mask-size': { type: 'string' },
  'node-cidr-mask-size-ipv4': { type: 'string' },
  'node-cidr-mask-size-ipv6': { type: 'string' },
} as const;

export const NETWORK_USAGE = `Networks: two ranges of different families make a dual-stack cluster.
  --service-cluster-ip-range LIST
                              where Services get addresses from (default 10.96.0.0/12)
  --service-node-port-range RANGE
                              the node ports that Services get (default 30000-32767; 30000+10 is 30000-30010)
  --cluster-cidr LIST         where Pods get addresses from (default 10.128.0.0/9, fd00:10:128::/48, or both,
                              by the families of Services)
  --node-cidr-mask-size BITS  how large a node's part of that is, where there is one range (default 24 or 64,
                              or what its Pods need); with two, --node-cidr-mask-size-ipv4 and -ipv6
`;

const DEFAULT_SERVICE_CIDRS = ['10.96.0.0/12'];

const MASK = 'node-cidr-mask-size';
/** A network, its gateway, its broadcast and at least one Pod. */
const LONGEST_MASKS: Readonly<Record<IpFamily, number>> = { IPv4: 30, IPv6: 126 };

const PORTS = 'service-node-port-range';
const DEFAULT_NODE_PORTS: PortRange = { first: 30_000, last: 32_767 };
const MAX_PORT = 65_535;

type ListOption = 'service-cluster-ip-range' | 'cluster-cidr';
type TextOption = Exclude<keyof typeof NETWORK_OPTIONS, ListOption>;
type Values = Readonly<
  Partial<Record<ListOption, string[] | undefined> & Record<TextOption, string | undefined>>
>;

/** @throws {ConfigError} for what is no range, or cannot be one */
export function readNetworkConfig(values: Values): NetworkConfig {
  const services = values['service-cluster-ip-range'];
  const serviceCidrs = services ? splitList(services) : DEFAULT_SERVICE_CIDRS;
  const ranges = judged('--service-cluster-ip-range', () => parseAddressRanges(serviceCidrs));
  const cluster = values['cluster-cidr'];
  const clusterCidrs = cluster
    ? splitList(cluster)
    : familiesOf(ranges).map((family) => DEFAULT_CLUSTER_CIDRS[family]);
  const parsed = judged('--cluster-cidr', () => parseClusterRanges(clusterCidrs, LONGEST_MASKS));
  const nodeMasks = readNodeMasks(
    values,
    parsed.map(({ family }) => family),
  );
  judged('--cluster-cidr', () => parseClusterRanges(clusterCidrs, nodeMasks));
  return { serviceCidrs, nodePorts: readNodePorts(values[PORTS]), clusterCidrs, nodeMasks };
}

/** Kubernetes' two ways to write it: both ends, or the first and how many follow it. */
function readNodePorts(text: string | undefined): PortRange {
  if (text === undefined) return DEFAULT_NODE_PORTS;
  const [, start, sign, end] = /^(\d+)([-+])(\d+)$/.exec(text) ?? [];
  const first = Number(start);
  const last = sign === '+' ? first + Number(end) : Number(end);
  if (first >= 1 && first <= last && last <= MAX_PORT) return { first, last };
  throw new ConfigError(
    `--${PORTS} is "${text}": give a range of ports within 1-${MAX_PORT}, as 30000-32767`,
  );
}

/** As kube-controller-manager reads them: the plain option is for one family, the others are for those that there are. */
function readNodeMasks(values: Values, families: readonly IpFamily[]): NodeMasks | undefined {
  const plain = values[MASK];
  const byFamily = { IPv4: values[`${MASK}-ipv4`], IPv6: values[`${MASK}-ipv6`] };
  if (plain !== undefined && families.length > 1) {
    throw new ConfigError(
      `--${MASK} is for one family of addresses: give --${MASK}-ipv4 and -ipv6`,
    );
  }
  const given = (['IPv4', 'IPv6'] as const).filter((family) => byFamily[family] !== undefined);
  for (const family of given) {
    if (families.includes(family)) continue;
    throw new ConfigError(
      `--${MASK}-${family.toLowerCase()}: --cluster-cidr has no ${family} range`,
    );
  }
  const masks = families.flatMap((family) => {
    const text = byFamily[family] ?? plain;
    const option = byFamily[family] === undefined ? '' : `-${family.toLowerCase()}`;
    if (text === undefined) return [];
    return [[family, toInteger(`--${MASK}${option}`, text, 1, LONGEST_MASKS[family])] as const];
  });
  return masks.length === 0 ? undefined : Object.fromEntries(masks);
}

function judged<T>(option: string, parse: () => T): T {
  try {
    return parse();
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new ConfigError(`${option}: ${thrown.message}`);
  }
}
