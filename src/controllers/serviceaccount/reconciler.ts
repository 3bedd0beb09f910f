/** Service accounts: every namespace has one named `default`. */
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import { isApiError } from '../../scheme/errors.ts';
import { coreNamespaces, coreServiceAccounts } from '../../scheme/generated/resources.ts';
import { namespacedKey } from '../../scheme/object.ts';
import { isNamespaceTerminating } from '../shared/api-errors.ts';
import { DEFAULT_SERVICE_ACCOUNT, needsDefaultServiceAccount } from './plan.ts';

/** Its keys are names of namespaces. */
export function createServiceAccountController(): Controller {
  return {
    name: 'serviceaccount',
    serviceAccount: 'service-account-controller',
    setUp(context) {
      const { informers, queue } = context;
      const namespaces = informers.informer(coreNamespaces);
      const serviceAccounts = informers.informer(coreServiceAccounts);
      namespaces.addHandler({
        onAdd: ({ metadata }) => queue.add(metadata.name ?? ''),
        onUpdate: (_, { metadata }) => queue.add(metadata.name ?? ''),
      });
      serviceAccounts.addHandler({
        onDelete: ({ metadata }) => {
          if (metadata.name === DEFAULT_SERVICE_ACCOUNT) queue.add(metadata.namespace ?? '');
        },
      });
      return async (name) => {
        const existing = serviceAccounts.get(namespacedKey(name, DEFAULT_SERVICE_ACCOUNT));
        if (needsDefaultServiceAccount(namespaces.get(name), existing)) await create(context, name);
        return done;
      };
    },
  };
}

async function create({ client }: ControllerContext, namespace: string): Promise<void> {
  try {
    await client.create(coreServiceAccounts, {
      metadata: { name: DEFAULT_SERVICE_ACCOUNT, namespace },
    });
  } catch (thrown) {
    // Ignored: somebody else made it, or nothing can be made there any more; either way there is nothing left to do.
    if (!isApiError(thrown, 'AlreadyExists') && !isNamespaceTerminating(thrown)) throw thrown;
  }
}
