import { toRfc3339 } from '../../lib/clock.ts';
import { badRequest, conflict, methodNotAllowed, notFound } from '../../scheme/errors.ts';
import { invalid, invalidObject } from '../../scheme/field-error.ts';
import type {
  BoundObjectReference,
  TokenRequest,
  TokenRequestSpec,
} from '../../scheme/generated/types/authentication-v1.ts';
import type { Pod } from '../../scheme/generated/types/core-v1.ts';
import { type ApiObject, parseApiVersion } from '../../scheme/object.ts';
import { createObjectLookup, type ObjectLookup } from '../authentication/object-lookup.ts';
import {
  NODES,
  PODS,
  SECRETS,
  SERVICE_ACCOUNTS,
} from '../authentication/service-accounts/claimed-objects.ts';
import type { KubernetesClaims } from '../authentication/service-accounts/claims.ts';
import {
  apiAudiencesOf,
  type TokenIssuer,
} from '../authentication/service-accounts/token-issuer.ts';
import type { Target } from '../client.ts';
import type { WriteScope } from '../registry/write-scope.ts';
import { admitAction } from './admit-action.ts';

const DEFAULT_EXPIRATION_SECONDS = 3_600;
const MIN_EXPIRATION_SECONDS = 600;
const MAX_EXPIRATION_SECONDS = 2 ** 32;
/** What kubelets ask for on behalf of programs that may never read their token again. */
const RENEWED_HOURLY_SECONDS = 3_607;
/** How long such a token is good beyond the hour after which its holder is to have a new one. */
const EXTENDED_EXPIRATION_SECONDS = 365 * 24 * 3_600;

/** `serviceaccounts/token`: a new token of the account. @throws {ApiError} Invalid, NotFound, Conflict, BadRequest */
export async function createToken(
  scope: WriteScope,
  target: Target,
  body: ApiObject,
): Promise<ApiObject> {
  const { tokens } = scope.registry;
  if (!tokens) throw methodNotAllowed('this server has no key to sign service account tokens with');
  const action = { subresource: 'token', kind: 'TokenRequest', body };
  const admission = admitAction(scope, target, action);
  await admission.mutate();
  const request = admission.object as unknown as TokenRequest;
  assertValidSpec(request.spec ?? {});
  await admission.validate();
  return answer(scope, tokens, target, request);
}

async function answer(
  { options, registry }: WriteScope,
  tokens: TokenIssuer,
  { namespace = '', name }: Target,
  request: TokenRequest,
): Promise<ApiObject> {
  const { spec = {} } = request;
  const objects = createObjectLookup(registry.store);
  const account = await objects.find(SERVICE_ACCOUNTS, { namespace, name });
  if (!account) throw notFound({ ...SERVICE_ACCOUNTS, namespace, name });
  const claims: KubernetesClaims = {
    namespace,
    serviceaccount: { name, uid: account.metadata.uid ?? '' },
    ...(await boundObject(objects, spec.boundObjectRef, { namespace, name })),
  };
  const wish = withExpiration(tokens, spec, claims);
  const token = options.dryRun ? undefined : await tokens.issue(wish);
  const expiration = tokens.nowSeconds() + wish.expirationSeconds;
  return {
    ...request,
    metadata: { ...request.metadata, name, namespace },
    spec: { ...spec, audiences: [...wish.audiences], expirationSeconds: wish.expirationSeconds },
    status: { expirationTimestamp: toRfc3339(expiration * 1_000), ...(token ? { token } : {}) },
  } as unknown as ApiObject;
}

function assertValidSpec({ audiences, expirationSeconds }: TokenRequestSpec): void {
  const field = 'spec.expirationSeconds';
  const errors = [];
  if (audiences !== undefined && !audiences.every((audience) => typeof audience === 'string')) {
    throw badRequest('spec.audiences: expected a list of texts');
  }
  if (expirationSeconds !== undefined && !Number.isSafeInteger(expirationSeconds)) {
    throw badRequest(`${field}: expected a whole number`);
  }
  if (expirationSeconds !== undefined && expirationSeconds < MIN_EXPIRATION_SECONDS) {
    const detail = 'may not specify a duration less than 10 minutes';
    errors.push(invalid(field, expirationSeconds, detail));
  }
  if (expirationSeconds !== undefined && expirationSeconds > MAX_EXPIRATION_SECONDS) {
    const detail = 'may not specify a duration larger than 2^32 seconds';
    errors.push(invalid(field, expirationSeconds, detail));
  }
  if (errors.length === 0) return;
  throw invalidObject({ group: 'authentication.k8s.io', kind: 'TokenRequest', name: '' }, errors);
}

function withExpiration(tokens: TokenIssuer, spec: TokenRequestSpec, kubernetes: KubernetesClaims) {
  const { extendExpiration = true, maxExpirationSeconds = Number.POSITIVE_INFINITY } =
    tokens.options;
  const apiAudiences = apiAudiencesOf(tokens.options);
  const audiences = spec.audiences?.length ? spec.audiences : apiAudiences;
  const wanted = spec.expirationSeconds ?? DEFAULT_EXPIRATION_SECONDS;
  const expirationSeconds = Math.min(wanted, maxExpirationSeconds);
  const isForApi = audiences.every((audience) => apiAudiences.includes(audience));
  const isExtended =
    extendExpiration && kubernetes.pod && isForApi && wanted === RENEWED_HOURLY_SECONDS;
  if (!isExtended) return { kubernetes, audiences, expirationSeconds };
  const warnafter = tokens.nowSeconds() + expirationSeconds;
  return {
    kubernetes: { ...kubernetes, warnafter },
    audiences,
    expirationSeconds: EXTENDED_EXPIRATION_SECONDS,
  };
}

const BOUND_RESOURCES = {
  Pod: { resource: PODS, claim: 'pod' },
  Secret: { resource: SECRETS, claim: 'secret' },
  Node: { resource: NODES, claim: 'node' },
} as const;

type BoundClaims = Pick<KubernetesClaims, 'pod' | 'secret' | 'node'>;

/** The claims about the object whose end is the token's end. */
async function boundObject(
  objects: ObjectLookup,
  reference: BoundObjectReference | undefined,
  account: { readonly namespace: string; readonly name: string },
): Promise<BoundClaims> {
  if (!reference) return {};
  const { apiVersion = 'v1', kind = '', name = '', uid } = reference;
  const { group, version } = parseApiVersion(apiVersion);
  const isBindable = group === '' && Object.hasOwn(BOUND_RESOURCES, kind);
  if (!isBindable) {
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
  const { claim, resource } = BOUND_RESOURCES[kind as keyof typeof BOUND_RESOURCES];
  const namespace = claim === 'node' ? '' : account.namespace;
  const found = await objects.find(resource, { namespace, name, uid });
  if (!found) throw notFound({ ...resource, namespace, name });
  const own = found.metadata.uid ?? '';
  if (uid && uid !== own) {
    throw conflict(
      { group, resource: kind, name },
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  const claims = { [claim]: { name, uid: own } } as BoundClaims;
  if (claim !== 'pod') return claims;
  return { ...claims, ...(await nodeOf(objects, found as Pod, account.name)) };
}

/** A token of a Pod is one of the Pod's own account, and says where the Pod runs. */
async function nodeOf(
  objects: ObjectLookup,
  { spec }: Pod,
  accountName: string,
): Promise<Pick<KubernetesClaims, 'node'>> {
  const { nodeName, serviceAccountName } = spec ?? {};
  if (serviceAccountName !== accountName) {
    throw badRequest(
      `cannot bind token for serviceaccount "${accountName}" to pod running with different serviceaccount name.`,
    );
  }
  if (!nodeName) return {};
  const uid = (await objects.find(NODES, { namespace: '', name: nodeName }))?.metadata.uid;
  return { node: { name: nodeName, ...(uid ? { uid } : {}) } };
}
