/** Certificate signing: approved requests to Kubernetes' own signers get their certificate from the cluster's authority. */
import { toRfc3339 } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import { certificatesCertificateSigningRequests } from '../../scheme/generated/resources.ts';
import type { CertificateSigningRequest } from '../../scheme/generated/types/certificates-v1.ts';
import { CONDITION_FAILED } from '../../scheme/groups/certificates/certificate-signing-request.ts';
import { signerProblem } from '../../scheme/groups/certificates/signers.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { CERTIFICATE_BACKOFF } from '../shared/failure-backoffs.ts';
import type { CertificateAuthority } from './authority.ts';
import { durationMsOf, isToBeSigned } from './plan.ts';

const REASON_SIGNER_VALIDATION_FAILURE = 'SignerValidationFailure';

export interface CertificateSignerOptions {
  /** Opens the authority with the first certificate to sign. @default this cluster signs nothing */
  readonly certificateAuthority?: (() => Promise<CertificateAuthority>) | undefined;
}

/** Its keys are names of requests. */
export function createCertificateSignerController({
  certificateAuthority,
}: CertificateSignerOptions): Controller {
  return {
    name: 'certificate-signer',
    serviceAccount: 'certificate-controller',
    failureBackoff: CERTIFICATE_BACKOFF,
    setUp(context) {
      const requests = context.informers.informer(certificatesCertificateSigningRequests);
      const add = ({ metadata }: CertificateSigningRequest) =>
        context.queue.add(metadata.name ?? '');
      if (certificateAuthority)
        requests.addHandler({ onAdd: add, onUpdate: (_, next) => add(next) });
      return async (name) => {
        const request = requests.get(name);
        if (!certificateAuthority || !request || !isToBeSigned(request)) return done;
        await ignoreNotFound(settle(context, request, await certificateAuthority()));
        return done;
      };
    },
  };
}

/** Writes the certificate, or why there cannot be one. */
async function settle(
  { client, clock }: ControllerContext,
  request: CertificateSigningRequest,
  authority: CertificateAuthority,
): Promise<unknown> {
  const nowMs = clock.now();
  const status = { ...request.status };
  const { certificate, problem } = await sign(request, authority, nowMs);
  if (certificate) status.certificate = Buffer.from(certificate).toString('base64');
  else {
    const time = toRfc3339(nowMs);
    const condition = {
      type: CONDITION_FAILED,
      status: 'True',
      reason: REASON_SIGNER_VALIDATION_FAILURE,
      message: problem ?? '',
      lastUpdateTime: time,
      lastTransitionTime: time,
    };
    status.conditions = [...(status.conditions ?? []), condition];
  }
  const next = { ...request, status };
  return client.update(certificatesCertificateSigningRequests, next, { subresource: 'status' });
}

async function sign(
  request: CertificateSigningRequest,
  authority: CertificateAuthority,
  nowMs: number,
): Promise<{ readonly certificate?: string; readonly problem?: string }> {
  const { spec } = request;
  try {
    const { readCertificateRequest } = await import('../shared/read-certificate-request.ts');
    const wanted = await readCertificateRequest(spec);
    const problem = signerProblem(spec, wanted);
    if (problem) return { problem };
    const validity = { nowMs, durationMs: durationMsOf(request) };
    const certificate = await authority.signRequest(wanted.request, spec.usages ?? [], validity);
    return { certificate };
  } catch (thrown) {
    // A request that cannot be read today cannot be read tomorrow either.
    return { problem: `the request cannot be signed: ${toError(thrown).message}` };
  }
}
