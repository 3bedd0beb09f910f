import type { UserInfo } from '../client.ts';

export const GROUP_MASTERS = 'system:masters';
export const GROUP_AUTHENTICATED = 'system:authenticated';
export const GROUP_NODES = 'system:nodes';
export const GROUP_SERVICE_ACCOUNTS = 'system:serviceaccounts';
export const GROUP_UNAUTHENTICATED = 'system:unauthenticated';

/** Whom the token in the data directory stands for. */
export const ADMIN_USER: UserInfo = {
  name: 'system:admin',
  groups: [GROUP_MASTERS, GROUP_AUTHENTICATED],
};

/** The API server itself: bootstrap, and what it reads to admit others' requests. */
export const APISERVER_USER: UserInfo = {
  name: 'system:apiserver',
  groups: [GROUP_MASTERS, GROUP_AUTHENTICATED],
};

export const CONTROLLER_MANAGER_USER: UserInfo = {
  name: 'system:kube-controller-manager',
  groups: [GROUP_AUTHENTICATED],
};

export const SCHEDULER_USER: UserInfo = {
  name: 'system:kube-scheduler',
  groups: [GROUP_AUTHENTICATED],
};

/**
 * Watches Pods, Nodes and Leases for all simulated kubelets of a process at once, and writes nothing: each kubelet writes as
 * its own node.
 */
export const KUBELET_HOST_USER: UserInfo = {
  name: 'system:orrery:kubelet-host',
  groups: [GROUP_AUTHENTICATED],
};

const NODE_USER_PREFIX = 'system:node:';

/** The kubelet of the node of this name. */
export function nodeUser(nodeName: string): UserInfo {
  return { name: `${NODE_USER_PREFIX}${nodeName}`, groups: [GROUP_NODES, GROUP_AUTHENTICATED] };
}

/**
 * The node whose kubelet `user` is; '' when it says that it is one but not of which; undefined for everybody else. Both the
 * name and the group must say so: names are given by whoever signs certificates.
 */
export function nodeNameOf({ name, groups }: UserInfo): string | undefined {
  if (!name.startsWith(NODE_USER_PREFIX)) return undefined;
  return groups.includes(GROUP_NODES) ? name.slice(NODE_USER_PREFIX.length) : undefined;
}

const SERVICE_ACCOUNT_PREFIX = 'system:serviceaccount:';

/** Who a service account is to the API. */
export function serviceAccountUser(namespace: string, name: string): UserInfo {
  return {
    name: `${SERVICE_ACCOUNT_PREFIX}${namespace}:${name}`,
    groups: [GROUP_SERVICE_ACCOUNTS, `${GROUP_SERVICE_ACCOUNTS}:${namespace}`, GROUP_AUTHENTICATED],
  };
}

/** The controller that acts as this service account of kube-system. */
export function controllerUser(serviceAccount: string): UserInfo {
  return serviceAccountUser('kube-system', serviceAccount);
}
