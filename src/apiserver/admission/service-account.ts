import { forbidden } from '../../scheme/errors.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import type { GroupResource } from '../../scheme/resource.ts';
import type { AdmissionPlugin } from './plugin.ts';

const SERVICE_ACCOUNTS: GroupResource = { group: '', resource: 'serviceaccounts' };
const DEFAULT_SERVICE_ACCOUNT = 'default';

/**
 * Every Pod runs as a service account: `default` unless it names another, which must then exist. The one named `default`
 * is taken for granted, because its controller makes it in every namespace.
 */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  reads: [SERVICE_ACCOUNTS],
  handles: ({ group, resource }, operation, subresource) =>
    operation === 'CREATE' && subresource === '' && group === '' && resource === 'pods',
  admit({ object, namespace, name, state }) {
    const { spec } = object as Pod;
    if (!spec) return;
    const account = spec.serviceAccountName || spec.serviceAccount || DEFAULT_SERVICE_ACCOUNT;
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
    if (account === DEFAULT_SERVICE_ACCOUNT) return;
    const exists =
      state.cache(SERVICE_ACCOUNTS).get(namespace, account) ??
      state.pending(SERVICE_ACCOUNTS, namespace, account);
    if (exists) return;
    const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
    throw forbidden({ group: '', resource: 'pods', name }, why);
  },
};
