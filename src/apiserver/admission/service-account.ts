import { randomUUID } from 'node:crypto';
import { toRfc3339 } from '../../lib/clock.ts';
import type { Pod, PodSpec, ServiceAccount } from '../../scheme/generated/types/core-v1.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts';
import { earlyRefusal } from './refuse.ts';
import { mountToken } from './service-account-token.ts';

const SERVICE_ACCOUNTS: GroupResource = { group: '', resource: 'serviceaccounts' };
const DEFAULT_SERVICE_ACCOUNT = 'default';
/** Set by the kubelet on the image of a Pod that it runs from a file. */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/**
 * Every Pod runs as a service account: `default` unless it names another, which must exist. Its containers find a token of
 * that account where Kubernetes' clients look for one, and its images are pulled with the account's secrets.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
 */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  reads: [SERVICE_ACCOUNTS],
  handles: ({ group, resource }, operation, subresource) =>
    operation === 'CREATE' && subresource === '' && group === '' && resource === 'pods',
  admit(request) {
    const pod = request.object as Pod;
    const { spec } = pod;
    if (!spec) return;
    // It is the image of what the node runs already: it says nothing that was not so.
    if (pod.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined)
      return assertBare(request, spec);
    const name = spec.serviceAccountName || spec.serviceAccount || DEFAULT_SERVICE_ACCOUNT;
    spec.serviceAccountName = name;
    spec.serviceAccount = name;
    const account = accountOf(request, name);
    if (spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true) {
      mountToken(spec, request.state.random);
    }
    if (!spec.imagePullSecrets?.length && account?.imagePullSecrets?.length) {
      spec.imagePullSecrets = account.imagePullSecrets.map((reference) => ({ ...reference }));
    }
  },
};

function accountOf(request: AdmissionRequest, account: string): ServiceAccount {
  const { state, namespace } = request;
  const found =
    state.cache(SERVICE_ACCOUNTS).get(namespace, account) ??
    state.pending(SERVICE_ACCOUNTS, namespace, account);
  if (found) return found as ServiceAccount;
  if (account === DEFAULT_SERVICE_ACCOUNT) return createDefault(request);
  const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
  throw earlyRefusal(request, why);
}

/**
 * The controller makes this account in every new namespace. A Pod that is faster need not be refused until then, as Kubernetes
 * would do after a second of waiting: the account comes with it.
 */
function createDefault({ state, namespace }: AdmissionRequest): ServiceAccount {
  const object: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: DEFAULT_SERVICE_ACCOUNT,
      namespace,
      uid: randomUUID(),
      creationTimestamp: toRfc3339(state.clock.now()),
    },
  };
  const key = { ...SERVICE_ACCOUNTS, namespace, name: DEFAULT_SERVICE_ACCOUNT };
  state.write({ type: 'create', key, object });
  return object;
}

function assertBare(request: AdmissionRequest, spec: PodSpec): void {
  const refuse = (why: string): never => {
    throw earlyRefusal(request, why);
  };
  if (spec.serviceAccountName) refuse('a mirror pod may not reference service accounts');
  const projectsToken = (sources: readonly object[] = []): boolean =>
    sources.some((source) => 'serviceAccountToken' in source);
  for (const { secret, projected } of spec.volumes ?? []) {
    if (secret) refuse('a mirror pod may not reference secrets');
    if (projectsToken(projected?.sources)) {
      refuse('a mirror pod may not use ServiceAccountToken volume projections');
    }
  }
}
