import type { HostAlias, Pod } from '../../scheme/generated/types/core-v1.ts';
import { createNullDevice } from '../files/entries.ts';
import { FileTree } from '../files/file-tree.ts';
import { Space } from '../files/space.ts';
import type { User } from '../shell/process.ts';
import type { ImageBehaviour } from './images.ts';

const MAX_ROOT_BYTES = 8 * 1_048_576;
const DIRECTORIES = [
  '/bin',
  '/dev',
  '/etc',
  '/home',
  '/proc',
  '/root',
  '/sys',
  '/tmp',
  '/usr',
  '/var/log',
  '/var/run',
];
const PROGRAM = Buffer.from('#!orrery: a simulated program\n');

export interface RootFilesParts {
  readonly pod: Pod;
  readonly image: ImageBehaviour;
  /** Names of the image's programs. */
  readonly programs: readonly string[];
  readonly hostname: string;
  readonly user: User;
  /** The address of the cluster's name server; undefined where it has none. */
  readonly nameServer: string | undefined;
  readonly now: () => number;
}

/** The files that every container begins with. */
export function createRootFiles(parts: RootFilesParts): FileTree {
  const { hostname, image, now, pod, programs, user } = parts;
  const tree = new FileTree(new Space({ maxBytes: MAX_ROOT_BYTES }), now);
  for (const path of DIRECTORIES) tree.makeDirectories(path);
  for (const name of programs) tree.write(`/bin/${name}`, PROGRAM, { mode: 0o755 });
  tree.link('/usr/bin', '/bin');
  tree.mount('/dev/null', createNullDevice(tree.root.space, now()));
  const texts = {
    '/etc/hostname': `${hostname}\n`,
    '/etc/hosts': hostsOf(pod, hostname),
    '/etc/resolv.conf': resolverOf(parts),
    '/etc/passwd': passwdOf(user),
    '/etc/group': 'root:x:0:\n',
    ...(image.system ? { '/etc/os-release': releaseOf(image.system) } : {}),
    ...image.files,
  };
  for (const [path, text] of Object.entries(texts)) {
    tree.makeDirectories(path.slice(0, path.lastIndexOf('/')) || '/');
    tree.write(path, Buffer.from(text));
  }
  return tree;
}

function releaseOf({ id, name }: { readonly id: string; readonly name: string }): string {
  return `NAME="${name}"\nID=${id}\nPRETTY_NAME="${name}"\n`;
}

function passwdOf({ gid, name, uid }: User): string {
  const root = 'root:x:0:0:root:/root:/bin/sh\n';
  return uid === 0 || name === '' ? root : `${root}${name}:x:${uid}:${gid}::/:/bin/sh\n`;
}

/** As kubelets write it. */
function hostsOf({ spec, status }: Pod, hostname: string): string {
  const lines = [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
  ];
  if (status?.podIP) lines.push(`${status.podIP}\t${hostname}`);
  const aliases = spec?.hostAliases ?? [];
  if (aliases.length > 0)
    lines.push('', '# Entries added by HostAliases.', ...aliases.map(aliasLine));
  return `${lines.join('\n')}\n`;
}

const aliasLine = ({ hostnames = [], ip }: HostAlias): string => `${ip}\t${hostnames.join('\t')}`;

function resolverOf({ nameServer, pod }: RootFilesParts): string {
  const { dnsConfig, dnsPolicy } = pod.spec ?? {};
  const namespace = pod.metadata.namespace ?? 'default';
  const isClusterFirst = dnsPolicy !== 'None' && dnsPolicy !== 'Default';
  const searches = isClusterFirst
    ? [`${namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local']
    : [];
  const servers = isClusterFirst && nameServer ? [nameServer] : [];
  const options = (dnsConfig?.options ?? []).map(({ name, value }) =>
    value ? `${name}:${value}` : name,
  );
  const all = {
    search: [...searches, ...(dnsConfig?.searches ?? [])],
    nameserver: [...servers, ...(dnsConfig?.nameservers ?? [])],
    options: [...(isClusterFirst ? ['ndots:5'] : []), ...options],
  };
  const lines = [
    ...(all.search.length > 0 ? [`search ${all.search.join(' ')}`] : []),
    ...all.nameserver.map((server) => `nameserver ${server}`),
    ...(all.options.length > 0 ? [`options ${all.options.join(' ')}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}
