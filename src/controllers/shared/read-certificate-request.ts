/** Reads certificate requests. Loaded with the first one: the library behind it costs a start more than all the rest. */
import 'reflect-metadata';
import {
  type JsonGeneralNames,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509';
import type { CertificateSigningRequestSpec } from '../../scheme/generated/types/certificates-v1.ts';
import type { RequestedCertificate } from './certificate-requests.ts';

/** @throws {Error} when the request cannot be read, or its owner does not have the key in it */
export async function readCertificateRequest(
  spec: Pick<CertificateSigningRequestSpec, 'request'>,
): Promise<RequestedCertificate> {
  const request = new Pkcs10CertificateRequest(Buffer.from(spec.request, 'base64').toString());
  if (!(await request.verify())) throw new Error('the signature of the request is wrong');
  const { subjectName } = request;
  return {
    request,
    commonName: subjectName.getField('CN').at(-1) ?? '',
    organizations: subjectName.getField('O'),
    alternativeNames: alternativeNamesOf(request),
  };
}

/** The names beside the subject's own. */
export function alternativeNamesOf({ extensions }: Pkcs10CertificateRequest): JsonGeneralNames {
  return extensions.flatMap((extension) =>
    extension instanceof SubjectAlternativeNameExtension ? extension.names.toJSON() : [],
  );
}
