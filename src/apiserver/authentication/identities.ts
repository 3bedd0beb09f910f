import type { UserInfo } from '../client.ts';

export const GROUP_MASTERS = 'system:masters';
export const GROUP_AUTHENTICATED = 'system:authenticated';
export const GROUP_NODES = 'system:nodes';

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

const NODE_USER_PREFIX = 'system:node:';

/** The kubelet of the node of this name. */
export function nodeUser(nodeName: string): UserInfo {
  return { name: `${NODE_USER_PREFIX}${nodeName}`, groups: [GROUP_NODES, GROUP_AUTHENTICATED] };
}

/**
 * The node whose kubelet `user` is; undefined for everybody else, '' for one of the group of nodes whose name names none.
 */
export function nodeNameOf({ name, groups }: UserInfo): string | undefined {
  if (!groups.includes(GROUP_NODES)) return undefined;
  return name.startsWith(NODE_USER_PREFIX) ? name.slice(NODE_USER_PREFIX.length) : '';
}

/**
 * Whether `user` is one of the control plane's own parts. No token stands for these identities: only code in this process
 * can carry them.
 */
export function isComponent(user: UserInfo): boolean {
  return (
    user.name === CONTROLLER_MANAGER_USER.name ||
    user.name === SCHEDULER_USER.name ||
    (user.name.startsWith(NODE_USER_PREFIX) && user.groups.includes(GROUP_NODES))
  );
}
