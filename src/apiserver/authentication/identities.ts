import type { UserInfo } from '../client.ts';

export const GROUP_MASTERS = 'system:masters';
export const GROUP_AUTHENTICATED = 'system:authenticated';
export const GROUP_UNAUTHENTICATED = 'system:unauthenticated';
export const GROUP_NODES = 'system:nodes';
export const GROUP_SERVICE_ACCOUNTS = 'system:serviceaccounts';
/** Before the namespace: the group of all service accounts of one. */
export const GROUP_SERVICE_ACCOUNTS_PREFIX = 'system:serviceaccounts:';
const SERVICE_ACCOUNT_USER_PREFIX = 'system:serviceaccount:';

/** Names the credential that proved who somebody is: in `extra` of users, and so in audit records. */
export const EXTRA_CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/** Whoever brings no credentials, where they may come in at all. */
export const ANONYMOUS_USER: UserInfo = {
  name: 'system:anonymous',
  groups: [GROUP_UNAUTHENTICATED],
};

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

/** Keeps the objects of simulation.orrery.dev: the nodes that they describe, and their status. */
export const SIMULATION_USER: UserInfo = {
  name: 'system:orrery:simulation',
  groups: [GROUP_AUTHENTICATED],
};

/** Sees Services and where they lead: the network of simulated containers looks through its eyes. */
export const KUBE_PROXY_USER: UserInfo = {
  name: 'system:kube-proxy',
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

/** Who a service account is to the API. */
export function serviceAccountUser(namespace: string, name: string): UserInfo {
  return {
    name: serviceAccountUserName(namespace, name),
    groups: serviceAccountGroups(namespace),
  };
}

/** The controller that acts as this service account of kube-system. */
export function controllerUser(serviceAccount: string): UserInfo {
  return serviceAccountUser('kube-system', serviceAccount);
}

export function serviceAccountUserName(namespace: string, name: string): string {
  return `${SERVICE_ACCOUNT_USER_PREFIX}${namespace}:${name}`;
}

export function serviceAccountGroups(namespace: string): readonly string[] {
  return [
    GROUP_SERVICE_ACCOUNTS,
    `${GROUP_SERVICE_ACCOUNTS_PREFIX}${namespace}`,
    GROUP_AUTHENTICATED,
  ];
}

/** The service account that a user name stands for, if any: `system:serviceaccount:NAMESPACE:NAME`. */
export function parseServiceAccountUserName(
  userName: string,
): { readonly namespace: string; readonly name: string } | undefined {
  if (!userName.startsWith(SERVICE_ACCOUNT_USER_PREFIX)) return undefined;
  const parts = userName.slice(SERVICE_ACCOUNT_USER_PREFIX.length).split(':');
  const [namespace, name] = parts;
  return parts.length === 2 && namespace && name ? { namespace, name } : undefined;
}

/**
 * The same for two users exactly when they have the same rights: which of their tokens or certificates they came with
 * makes no difference.
 */
export function rightsKeyOf({ name, uid = '', groups, extra = {} }: UserInfo): string {
  const { [EXTRA_CREDENTIAL_ID]: _, ...rights } = extra;
  return JSON.stringify([name, uid, groups, rights]);
}
