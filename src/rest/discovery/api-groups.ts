import { toApiVersion } from '../../scheme/object.ts';
import type { GroupVersions, Scheme } from '../../scheme/scheme.ts';

interface GroupVersionForDiscovery {
  readonly groupVersion: string;
  readonly version: string;
}

interface GroupEntry {
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly GroupVersionForDiscovery[];
  readonly preferredVersion: GroupVersionForDiscovery;
}

/** Kubernetes' `meta/v1` `APIGroup`, as `/apis/apps` says it. */
export interface ApiGroup extends GroupEntry {
  readonly kind: 'APIGroup';
  readonly apiVersion: 'v1';
}

/** Kubernetes' `meta/v1` `APIGroupList`: `/apis`. */
export interface ApiGroupList {
  readonly kind: 'APIGroupList';
  readonly apiVersion: 'v1';
  readonly groups: readonly GroupEntry[];
}

/** Kubernetes' `meta/v1` `APIVersions`: `/api`, the versions of the core group. */
export interface ApiVersions {
  readonly kind: 'APIVersions';
  readonly versions: readonly string[];
  readonly serverAddressByClientCIDRs: readonly {
    readonly clientCIDR: string;
    readonly serverAddress: string;
  }[];
}

/** @param serverAddress Host and port that the client reached this server by. */
export function toApiVersions(scheme: Scheme, serverAddress: string): ApiVersions {
  const core = scheme.groups().find(({ group }) => group === '');
  return {
    kind: 'APIVersions',
    versions: core?.versions ?? [],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

/** Every served group but the core one, in Kubernetes' order. */
export function toApiGroupList(scheme: Scheme): ApiGroupList {
  const groups = scheme.groups().filter(({ group }) => group !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(toEntry) };
}

/** Undefined when nothing of the group is served. */
export function toApiGroup(scheme: Scheme, name: string): ApiGroup | undefined {
  const versions = scheme.groups().find(({ group }) => group === name && group !== '');
  return versions && { kind: 'APIGroup', apiVersion: 'v1', ...toEntry(versions) };
}

function toEntry({ group, versions }: GroupVersions): GroupEntry {
  const entries = versions.map((version) => ({
    groupVersion: toApiVersion(group, version),
    version,
  }));
  // A group is served for its versions: it has at least one.
  const [preferredVersion] = entries as [GroupVersionForDiscovery];
  return { name: group, versions: entries, preferredVersion };
}
