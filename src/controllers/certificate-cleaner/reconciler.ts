/** Certificate clean-up: requests are removed an hour after they were answered, and after a day that nobody answered them. */
import type { ApiClient } from '../../apiserver/client.ts';
import { type Controller, done, requeueAfter } from '../../machinery/controller.ts';
import { isApiError } from '../../scheme/errors.ts';
import { certificatesCertificateSigningRequests } from '../../scheme/generated/resources.ts';
import type { CertificateSigningRequest } from '../../scheme/generated/types/certificates-v1.ts';
import { endMsOf } from './plan.ts';

/** Its keys are names of requests. */
export function createCertificateCleanerController(): Controller {
  return {
    name: 'certificate-cleaner',
    serviceAccount: 'certificate-controller',
    setUp({ client, clock, informers, queue }) {
      const requests = informers.informer(certificatesCertificateSigningRequests);
      const add = ({ metadata }: CertificateSigningRequest) => queue.add(metadata.name ?? '');
      requests.addHandler({ onAdd: add, onUpdate: (_, next) => add(next) });
      return async (name) => {
        const request = requests.get(name);
        if (!request) return done;
        const waitMs = endMsOf(request) - clock.now();
        if (waitMs === Infinity) return done;
        if (waitMs > 0) return requeueAfter(waitMs);
        await remove(client, request);
        return done;
      };
    },
  };
}

async function remove(client: ApiClient, { metadata }: CertificateSigningRequest): Promise<void> {
  const { name = '', resourceVersion = '', uid = '' } = metadata;
  const preconditions = { uid, resourceVersion };
  try {
    await client.delete(certificatesCertificateSigningRequests, { name }, { preconditions });
  } catch (thrown) {
    // Ignored: it is gone, or has changed, which brings its key back.
    if (!isApiError(thrown, 'NotFound', 'Conflict')) throw thrown;
  }
}
