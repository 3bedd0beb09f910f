import { deepEqual } from '../../../lib/deep-equal.ts';
import { isConditionTrue } from '../../conditions.ts';
import { type FieldError, forbiddenField } from '../../field-error.ts';
import type { PodCertificateRequest } from '../../generated/types/certificates-v1beta1.ts';
import type { KindStrategy } from '../../kind-strategy.ts';
import { checkDnsSubdomain, checkRange, requireText } from '../checks.ts';
import { nameColumn } from '../columns.ts';
import { checkConditions } from '../condition-checks.ts';
import { WITH_STATUS_ALONE } from '../status.ts';
import { checkSignerName } from './signer-name.ts';

const MIN_SECONDS = 3600;
/** 91 days. */
const MAX_SECONDS = 91 * 86_400;
/** Signers of Kubernetes itself give out certificates for a day at most. */
const MAX_OWN_SECONDS = 86_400;
const OWN_DOMAIN = 'kubernetes.io/';
/** A request has one of these conditions at most, and is pending without. */
const STATES = ['Issued', 'Denied', 'Failed'];

/** certificates.k8s.io/PodCertificateRequest: asked for by the kubelet on behalf of a Pod. */
export const podCertificateRequestStrategy: KindStrategy<PodCertificateRequest> = {
  ...WITH_STATUS_ALONE,
  applyDefaults({ spec }) {
    if (spec) spec.maxExpirationSeconds ??= 86_400;
  },
  validate({ spec }) {
    const errors: FieldError[] = [];
    checkSignerName(spec.signerName, 'spec.signerName', errors);
    for (const name of ['podName', 'serviceAccountName', 'nodeName'] as const) {
      if (requireText(spec[name], `spec.${name}`, errors)) {
        checkDnsSubdomain(spec[name], `spec.${name}`, errors);
      }
    }
    for (const uid of ['podUID', 'serviceAccountUID', 'nodeUID'] as const) {
      requireText(spec[uid], `spec.${uid}`, errors);
    }
    const max = spec.signerName.startsWith(OWN_DOMAIN) ? MAX_OWN_SECONDS : MAX_SECONDS;
    const field = 'spec.maxExpirationSeconds';
    checkRange(spec.maxExpirationSeconds, [MIN_SECONDS, max], field, errors);
    return errors;
  },
  validateUpdate({ spec: next }, { spec: current }) {
    if (deepEqual(next, current)) return [];
    return [forbiddenField('spec', 'field is immutable')];
  },
  validateStatusUpdate({ status }) {
    const errors: FieldError[] = [];
    checkConditions(status?.conditions, 'status.conditions', errors);
    return errors;
  },
  printerColumns: [
    nameColumn,
    {
      name: 'PodName',
      description: 'The Pod that the certificate is for.',
      cell: ({ spec }) => spec.podName,
    },
    {
      name: 'ServiceAccountName',
      description: 'The service account of the Pod.',
      cell: ({ spec }) => spec.serviceAccountName,
    },
    {
      name: 'NodeName',
      description: 'The node of the Pod.',
      cell: ({ spec }) => spec.nodeName,
    },
    {
      name: 'SignerName',
      description: 'Who is asked to sign.',
      cell: ({ spec }) => spec.signerName,
    },
    {
      name: 'State',
      description: 'How far the request is.',
      cell: ({ status }) =>
        STATES.find((state) => isConditionTrue(status?.conditions, state)) ?? 'Pending',
    },
  ],
  selectableFields: {
    'spec.signerName': ({ spec }) => spec.signerName,
    'spec.podName': ({ spec }) => spec.podName,
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName,
    'spec.nodeName': ({ spec }) => spec.nodeName,
  },
};
