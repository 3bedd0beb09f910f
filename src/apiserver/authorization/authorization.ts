/**
 * Who may do what: puts the authorizers together that `--authorization-mode` names, and keeps what they go by up to date.
 *
 *   system:masters → Node → RBAC, the first that allows
 *
 * Policy is kept in memory, derived from the store's caches, so that a decision is made without waiting; a role or a binding
 * is in force in this process as soon as its writer hears that it is written.
 */
import type { Logger } from '../../lib/logger.ts';
import type { PersistentVolume, Pod } from '../../scheme/generated/types/core-v1.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
} from '../../scheme/generated/types/rbac-v1.ts';
import type { ResourceSlice } from '../../scheme/generated/types/resource-v1.ts';
import type { VolumeAttachment } from '../../scheme/generated/types/storage-v1.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ObjectStore, StoreWrite } from '../../store/store.ts';
import type { AdmissionPlugin } from '../admission/plugin.ts';
import { GROUP_MASTERS } from '../authentication/identities.ts';
import { CacheFollower, type ObjectChangeHandler } from '../cache-follower.ts';
import type { AuthorizationMode } from './authorization-modes.ts';
import { createNodeAuthorizer } from './node/node-authorizer.ts';
import { NodeGraph } from './node/node-graph.ts';
import {
  alwaysAllow,
  createPrivilegedGroupAuthorizer,
  createUnionAuthorizer,
  type PolicyAuthorizer,
} from './policy-authorizer.ts';
import { createEscalationGuard } from './rbac/escalation-guard.ts';
import { PolicyIndex } from './rbac/policy-index.ts';
import { RbacAuthorizer } from './rbac/rbac-authorizer.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

export interface AuthorizationOptions {
  readonly modes: readonly AuthorizationMode[];
  readonly store: ObjectStore;
  readonly logger: Logger;
}

export class Authorization {
  readonly authorizer: PolicyAuthorizer;
  /** Whether the default roles and bindings are wanted. */
  readonly usesRoles: boolean;
  /** Looks at every write of the policy itself. */
  readonly guards: readonly AdmissionPlugin[];
  readonly #options: AuthorizationOptions;
  readonly #index = new PolicyIndex();
  readonly #graph = new NodeGraph();
  #followers: readonly CacheFollower<ApiObject>[] = [];

  constructor(options: AuthorizationOptions) {
    this.#options = options;
    this.usesRoles = options.modes.includes('RBAC');
    this.authorizer = createUnionAuthorizer([
      createPrivilegedGroupAuthorizer(GROUP_MASTERS),
      ...options.modes.map((mode) => this.#create(mode)),
    ]);
    this.guards = this.usesRoles
      ? [createEscalationGuard({ authorizer: this.authorizer, index: this.#index })]
      : [];
  }

  /** Grows with every change of roles and bindings: rights that were looked up before may be others now. */
  get revision(): number {
    return this.#index.revision;
  }

  /** Resolves when decisions go by everything that is stored. The store must have been started. */
  async start(): Promise<void> {
    const { modes } = this.#options;
    this.#followers = [
      ...(modes.includes('RBAC') ? this.#policyFollowers() : []),
      ...(modes.includes('Node') ? this.#graphFollowers() : []),
    ];
    await Promise.all(this.#followers.map((follower) => follower.start()));
  }

  /** Whether any of `writes` is about the policy that decisions go by. */
  isPolicy(writes: readonly StoreWrite[]): boolean {
    return this.usesRoles && writes.some(({ key }) => key.group === RBAC_GROUP);
  }

  /**
   * Resolves once this process decides by what was `stored` of the policy. As a rule it does already: only where another
   * process wrote just before does the log have to be read first.
   */
  async catchUp(stored: readonly ApiObject[]): Promise<void> {
    const { resourceVersion = '0' } = stored.at(-1)?.metadata ?? {};
    await Promise.all(this.#followers.map((follower) => follower.waitFor(resourceVersion)));
  }

  stop(): void {
    for (const follower of this.#followers) follower.stop();
  }

  #create(mode: AuthorizationMode): PolicyAuthorizer {
    switch (mode) {
      case 'AlwaysAllow':
        return alwaysAllow;
      case 'Node':
        return createNodeAuthorizer(this.#graph);
      case 'RBAC':
        return new RbacAuthorizer(this.#index);
    }
  }

  #policyFollowers(): CacheFollower<ApiObject>[] {
    const index = this.#index;
    const group = RBAC_GROUP;
    return [
      this.#follow<ClusterRole>(group, 'clusterroles', (...change) => index.changeRole(...change)),
      this.#follow<Role>(group, 'roles', (...change) => index.changeRole(...change)),
      this.#follow<ClusterRoleBinding>(group, 'clusterrolebindings', (...change) =>
        index.changeBinding(...change),
      ),
      this.#follow<RoleBinding>(group, 'rolebindings', (...change) =>
        index.changeBinding(...change),
      ),
    ];
  }

  #graphFollowers(): CacheFollower<ApiObject>[] {
    const graph = this.#graph;
    return [
      this.#follow<Pod>('', 'pods', (...change) => graph.changePod(...change)),
      this.#follow<PersistentVolume>('', 'persistentvolumes', (...change) =>
        graph.changeVolume(...change),
      ),
      this.#follow<VolumeAttachment>('storage.k8s.io', 'volumeattachments', (...change) =>
        graph.changeAttachment(...change),
      ),
      this.#follow<ResourceSlice>('resource.k8s.io', 'resourceslices', (...change) =>
        graph.changeSlice(...change),
      ),
    ];
  }

  /** Each resource has one type of object, that of its storage version. */
  #follow<T extends ApiObject>(
    group: string,
    resource: string,
    onChange: ObjectChangeHandler<T>,
  ): CacheFollower<ApiObject> {
    const { logger, store } = this.#options;
    return new CacheFollower<T>({
      store,
      resource: { group, resource },
      onChange,
      logger,
    }) as unknown as CacheFollower<ApiObject>;
  }
}
