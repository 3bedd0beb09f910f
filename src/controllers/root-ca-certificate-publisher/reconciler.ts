/** The root CA publisher: every namespace has the certificate by which Pods know the API server. */
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import { isApiError } from '../../scheme/errors.ts';
import { coreConfigMaps, coreNamespaces } from '../../scheme/generated/resources.ts';
import type { ConfigMap } from '../../scheme/generated/types/core-v1.ts';
import { namespacedKey } from '../../scheme/object.ts';
import { ignoreNotFound, isNamespaceTerminating } from '../shared/api-errors.ts';
import { planRootCa, ROOT_CA_CONFIG_MAP } from './plan.ts';

export interface RootCaPublisherOptions {
  /** Reads the PEM of the authority that the API server's certificate is signed by. @default nothing is published */
  readonly rootCertificate?: (() => Promise<string>) | undefined;
}

/** Its keys are names of namespaces. */
export function createRootCaCertificatePublisherController({
  rootCertificate,
}: RootCaPublisherOptions): Controller {
  return {
    name: 'root-ca-certificate-publisher',
    serviceAccount: 'root-ca-cert-publisher',
    setUp(context) {
      if (!rootCertificate) return async () => done;
      const { informers, queue } = context;
      const namespaces = informers.informer(coreNamespaces);
      const configMaps = informers.informer(coreConfigMaps);
      const addOwn = ({ metadata }: ConfigMap): void => {
        if (metadata.name === ROOT_CA_CONFIG_MAP) queue.add(metadata.namespace ?? '');
      };
      namespaces.addHandler({
        onAdd: ({ metadata }) => queue.add(metadata.name ?? ''),
        onUpdate: (_, { metadata }) => queue.add(metadata.name ?? ''),
      });
      configMaps.addHandler({ onUpdate: (_, next) => addOwn(next), onDelete: addOwn });
      return async (name) => {
        const existing = configMaps.get(namespacedKey(name, ROOT_CA_CONFIG_MAP));
        const planned = planRootCa(namespaces.get(name), existing, await rootCertificate());
        if (planned) await write(context, planned, existing !== undefined);
        return done;
      };
    },
  };
}

async function write(
  { client }: ControllerContext,
  configMap: ConfigMap,
  isThere: boolean,
): Promise<void> {
  try {
    if (isThere) await ignoreNotFound(client.update(coreConfigMaps, configMap));
    else await client.create(coreConfigMaps, configMap);
  } catch (thrown) {
    // Ignored: somebody else made it, or nothing can be made there any more; either way the next change brings it back here.
    if (!isApiError(thrown, 'AlreadyExists') && !isNamespaceTerminating(thrown)) throw thrown;
  }
}
