/**
 * Certificate approval: requests of kubelets for their own client certificate are approved when whoever asks may create
 * `certificatesigningrequests/nodeclient`, or `selfnodeclient` for a renewal. All others wait for a person.
 */
import { toRfc3339 } from '../../lib/clock.ts';
import { toError } from '../../lib/errors.ts';
import { type Controller, type ControllerContext, done } from '../../machinery/controller.ts';
import {
  authorizationSubjectAccessReviews,
  certificatesCertificateSigningRequests,
} from '../../scheme/generated/resources.ts';
import type { CertificateSigningRequest } from '../../scheme/generated/types/certificates-v1.ts';
import { CONDITION_APPROVED } from '../../scheme/groups/certificates/certificate-signing-request.ts';
import { SIGNER_KUBELET_CLIENT, signerProblem } from '../../scheme/groups/certificates/signers.ts';
import { ignoreNotFound } from '../shared/api-errors.ts';
import { isApproved, isDenied, isIssued } from '../shared/certificate-requests.ts';
import { CERTIFICATE_BACKOFF } from '../shared/failure-backoffs.ts';

const REASON_AUTO_APPROVED = 'AutoApproved';

/** Its keys are names of requests. */
export function createCertificateApproverController(): Controller {
  return {
    name: 'certificate-approver',
    serviceAccount: 'certificate-controller',
    failureBackoff: CERTIFICATE_BACKOFF,
    setUp(context) {
      const requests = context.informers.informer(certificatesCertificateSigningRequests);
      requests.addHandler({ onAdd: ({ metadata }) => context.queue.add(metadata.name ?? '') });
      return async (name) => {
        const request = requests.get(name);
        if (!request || isIssued(request) || isApproved(request) || isDenied(request)) return done;
        await decide(context, request);
        return done;
      };
    },
  };
}

const SELF_NODE_CLIENT = 'selfnodeclient';
const NODE_CLIENT = 'nodeclient';

/** @throws when whoever asks may not have it, to be asked again: rights may be given to them later than they ask */
async function decide(
  context: ControllerContext,
  request: CertificateSigningRequest,
): Promise<void> {
  const permissions = await permissionsFor(context, request);
  for (const permission of permissions) {
    if (await mayCreate(context, request.spec, permission)) {
      return approve(context, request, permission);
    }
  }
  if (permissions.length === 0) return;
  const what = `recognized csr "${request.metadata.name}" as [${permissions.join(' ')}]`;
  throw new Error(`${what} but subject access review was not approved`);
}

/** The subresources by which whoever asks may have it; none when a person must decide. */
async function permissionsFor(
  { logger }: ControllerContext,
  { metadata, spec }: CertificateSigningRequest,
): Promise<readonly string[]> {
  if (spec.signerName !== SIGNER_KUBELET_CLIENT) return [];
  try {
    const { readCertificateRequest } = await import('../shared/read-certificate-request.ts');
    const wanted = await readCertificateRequest(spec);
    if (signerProblem(spec, wanted)) return [];
    const isOwn = spec.username === wanted.commonName;
    return isOwn ? [SELF_NODE_CLIENT, NODE_CLIENT] : [NODE_CLIENT];
  } catch (thrown) {
    const { message } = toError(thrown);
    logger.warn('a certificate request was left to people', { name: metadata.name, message });
    return [];
  }
}

async function mayCreate(
  { client }: ControllerContext,
  { username = '', uid, groups = [], extra }: CertificateSigningRequest['spec'],
  subresource: string,
): Promise<boolean> {
  const { status } = await client.create(authorizationSubjectAccessReviews, {
    metadata: {},
    spec: {
      user: username,
      groups,
      ...(uid ? { uid } : {}),
      ...(extra ? { extra } : {}),
      resourceAttributes: {
        group: 'certificates.k8s.io',
        resource: 'certificatesigningrequests',
        verb: 'create',
        subresource,
      },
    },
  });
  return status?.allowed ?? false;
}

async function approve(
  { client, clock }: ControllerContext,
  request: CertificateSigningRequest,
  permission: string,
): Promise<void> {
  const time = toRfc3339(clock.now());
  const which = permission === SELF_NODE_CLIENT ? 'self kubelet client' : 'kubelet client';
  const condition = {
    type: CONDITION_APPROVED,
    status: 'True',
    reason: REASON_AUTO_APPROVED,
    message: `Auto approving ${which} certificate after SubjectAccessReview.`,
    lastUpdateTime: time,
    lastTransitionTime: time,
  };
  const conditions = [...(request.status?.conditions ?? []), condition];
  const next = { ...request, status: { ...request.status, conditions } };
  const write = client.update(certificatesCertificateSigningRequests, next, {
    subresource: 'approval',
  });
  await ignoreNotFound(write);
}
