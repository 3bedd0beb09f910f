import { Buffer } from 'node:buffer';
import { isJsonObject, type JsonObject } from '../../../scheme/patch/json-value.ts';
import { requestAttributes } from '../matching/admission-request.ts';
import type { VersionedObjects } from '../matching/versions.ts';
import type { AdmissionRequest } from '../plugin.ts';

const KIND = 'AdmissionReview';
const GROUP = 'admission.k8s.io';

/** An answer that breaks the protocol. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';
}

/** What a webhook says of a request. */
export interface ReviewResponse {
  readonly allowed: boolean;
  readonly status: ReviewStatus;
  /** Operations of a JSON patch. */
  readonly patch: unknown;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** Of the webhook's status, what an error is made of. */
export interface ReviewStatus {
  readonly code?: number;
  readonly message?: string;
  readonly reason?: string;
}

/** The review to send. @param version `v1` or `v1beta1`, which are spelled alike */
export function buildReview(
  request: AdmissionRequest,
  { definition, object, oldObject }: VersionedObjects,
  { version, uid }: { readonly version: string; readonly uid: string },
): object {
  const { subResource, requestSubResource, name, namespace, ...attributes } = requestAttributes(
    request,
    definition,
  );
  return {
    kind: KIND,
    apiVersion: `${GROUP}/${version}`,
    request: {
      uid,
      ...attributes,
      ...(subResource === '' ? {} : { subResource, requestSubResource }),
      ...(name === '' ? {} : { name }),
      ...(namespace === '' ? {} : { namespace }),
      object,
      oldObject,
    },
  };
}

/** @throws {ReviewError} when the answer is not one to this review */
export function parseReview(
  answer: unknown,
  { version, uid }: { readonly version: string; readonly uid: string },
): ReviewResponse {
  if (!isJsonObject(answer)) throw new ReviewError('expected a JSON object');
  const { apiVersion, kind, response } = answer;
  const isV1 = version === 'v1';
  // Webhooks of old answer without saying in which version.
  const isNamed = isV1 || apiVersion !== undefined || kind !== undefined;
  if (isNamed && (apiVersion !== `${GROUP}/${version}` || kind !== KIND)) {
    throw new ReviewError(
      `expected webhook response of ${GROUP}/${version}, Kind=${KIND}, got ${apiVersion ?? ''}, Kind=${kind ?? ''}`,
    );
  }
  if (!isJsonObject(response)) throw new ReviewError('webhook response was absent');
  if (isV1 && response.uid !== uid) {
    throw new ReviewError(`expected response.uid="${uid}", got "${response.uid ?? ''}"`);
  }
  return {
    allowed: response.allowed === true,
    status: statusOf(response.status ?? response.result),
    patch: patchOf(response, isV1),
    warnings: textsOf(response.warnings),
    auditAnnotations: annotationsOf(response.auditAnnotations),
  };
}

function statusOf(status: unknown): ReviewStatus {
  if (!isJsonObject(status)) return {};
  const { code, message, reason } = status;
  return {
    ...(typeof code === 'number' ? { code } : {}),
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
  };
}

function patchOf(response: JsonObject, isV1: boolean): unknown {
  const { patch, patchType } = response;
  if (patch === undefined || patch === null || patch === '') {
    if (isV1 && patchType !== undefined && patchType !== null) {
      throw new ReviewError('webhook returned response.patchType but not response.patch');
    }
    return undefined;
  }
  if (isV1 && patchType === undefined) {
    throw new ReviewError('webhook returned response.patch but not response.patchType');
  }
  if (patchType !== undefined && patchType !== 'JSONPatch') {
    throw new ReviewError(`unsupported patch type "${patchType}"`);
  }
  return decodePatch(patch);
}

function decodePatch(patch: unknown): unknown {
  try {
    return JSON.parse(Buffer.from(String(patch), 'base64').toString('utf8'));
  } catch (error) {
    throw new ReviewError('response.patch is no base64 of a JSON patch', { cause: error });
  }
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

function annotationsOf(value: unknown): Record<string, string> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}
