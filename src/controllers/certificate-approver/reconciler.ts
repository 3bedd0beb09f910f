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

const REASON_AUTO_APPROVED = 'AutoApproved';

/** Its keys are names of requests. */
export function createCertificateApproverController(): Controller {
  return {
    name: 'certificate-approver',
    serviceAccount: 'certificate-controller',
    setUp(context) {
      const requests = context.informers.informer(certificatesCertificateSigningRequests);
      requests.addHandler({ onAdd: ({ metadata }) => context.queue.add(metadata.name ?? '') });
      return async (name) => {
        const request = requests.get(name);
        if (!request || isIssued(request) || isApproved(request) || isDenied(request)) return done;
        const permission = await permissionFor(context, request);
        if (permission) await approve(context, request, permission);
        return done;
      };
    },
  };
}

const SELF_NODE_CLIENT = 'selfnodeclient';
const NODE_CLIENT = 'nodeclient';

/** The subresource by which whoever asks may have it; undefined when they may not, or a person must decide. */
async function permissionFor(
  context: ControllerContext,
  { metadata, spec }: CertificateSigningRequest,
): Promise<string | undefined> {
  if (spec.signerName !== SIGNER_KUBELET_CLIENT) return undefined;
  try {
    const { readCertificateRequest } = await import('../shared/read-certificate-request.ts');
    const wanted = await readCertificateRequest(spec);
    if (signerProblem(spec, wanted)) return undefined;
    const isOwn = spec.username === wanted.commonName;
    for (const permission of isOwn ? [SELF_NODE_CLIENT, NODE_CLIENT] : [NODE_CLIENT]) {
      if (await mayCreate(context, spec, permission)) return permission;
    }
  } catch (thrown) {
    const { message } = toError(thrown);
    context.logger.warn('a certificate request was left to people', {
      name: metadata.name,
      message,
    });
  }
  return undefined;
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
