import type { ApplyOptions as ClientApplyOptions } from '../../apiserver/client.ts';
import { toApiError } from '../../http/mask-error.ts';
import { decodeKind } from '../../scheme/decode.ts';
import { badRequest, type Status } from '../../scheme/errors.ts';
import { ANNOTATION_CHANGE_CAUSE } from '../../scheme/groups/apps/deployment-revisions.ts';
import { type ManifestDocument, parseManifest } from '../../scheme/manifest.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import type { RequestContext } from '../request-context.ts';
import { DEFAULT_NAMESPACE } from '../schema/arguments.ts';

export interface ApplyOptions {
  /** Where objects go that name no namespace; one that names another is refused. @default their own, or `default` */
  readonly namespace?: string | undefined;
  /** Written into the annotation `kubernetes.io/change-cause` of each object. */
  readonly changeCause?: string | undefined;
  readonly write: ClientApplyOptions;
}

/** What is looked at beside, for a comparison. */
interface ApplyObserver {
  /** Reads the object as it is before its document is applied. */
  readonly before?: (
    definition: ResourceDefinition,
    object: ApiObject,
  ) => Promise<ApiObject | undefined>;
  /** Gets each document, with what was there before it. */
  readonly onDocument?: (document: AppliedDocument, found: Found | undefined) => void;
}

interface Found {
  readonly definition: ResourceDefinition;
  readonly before: ApiObject | undefined;
}

type ApplyRun = ApplyOptions & ApplyObserver & { readonly ctx: RequestContext };

/** What became of one document, in kubectl's words. */
export interface AppliedDocument {
  readonly document: number;
  readonly line: number;
  readonly operation: 'CREATED' | 'CONFIGURED' | 'UNCHANGED' | 'FAILED';
  /** `deployment.apps/nginx-deployment`; null when not even kind and name could be read. */
  readonly reference: string | null;
  /** `deployment.apps/nginx-deployment created`, or what is wrong. */
  readonly message: string;
  readonly namespace: string | null;
  readonly object: ApiObject | null;
  readonly error: Status | null;
}

/**
 * Applies each document of a manifest, in order and each by itself: what is wrong with one is said in its place and keeps
 * none of the others.
 * @throws {ApiError} BadRequest when there is nothing to apply
 */
export async function applyManifest(
  scheme: Scheme,
  manifest: string,
  options: ApplyRun,
): Promise<readonly AppliedDocument[]> {
  const documents = parseManifest(manifest);
  if (documents.length === 0) throw badRequest('no objects passed to apply');
  const applied: AppliedDocument[] = [];
  for (const document of documents) applied.push(await applyDocument(scheme, document, options));
  return applied;
}

async function applyDocument(
  scheme: Scheme,
  { document, line, content }: ManifestDocument,
  options: ApplyRun,
): Promise<AppliedDocument> {
  let found: Found | undefined;
  const tell = (applied: AppliedDocument): AppliedDocument => {
    options.onDocument?.(applied, found);
    return applied;
  };
  let reference: string | null = null;
  let namespace: string | null = null;
  try {
    if ('error' in content) throw content.error;
    const definition = decodeKind(scheme, content.value);
    const object = prepare(definition, content.value as ApiObject, options);
    reference = referenceOf(definition, object);
    namespace = object.metadata.namespace ?? null;
    found = { definition, before: await options.before?.(definition, object) };
    const result = await options.ctx.client.apply(definition, object, options.write);
    const dryRun = options.write.dryRun ? ' (server dry run)' : '';
    return tell({
      document,
      line,
      operation: OPERATIONS[result.operation],
      reference,
      message: `${reference} ${wordOf(result.operation, options.write)}${dryRun}`,
      namespace,
      object: result.object,
      error: null,
    });
  } catch (thrown) {
    // What nobody foresaw is masked here: it is no reason to keep the other documents' results.
    const error = toApiError(options.ctx.logger, thrown);
    const place = { document, line, reference, namespace };
    return tell({
      ...place,
      operation: 'FAILED',
      message: error.message,
      object: null,
      error: error.toStatus(),
    });
  }
}

/** kubectl does not say what a server-side apply did. */
const wordOf = (
  operation: keyof typeof OPERATIONS,
  { serverSide = false }: ClientApplyOptions,
): string => (serverSide ? 'serverside-applied' : operation);

const OPERATIONS = {
  created: 'CREATED',
  configured: 'CONFIGURED',
  unchanged: 'UNCHANGED',
} as const;

/** `deployment.apps/web`, `pod/web`: how kubectl names an object. */
export function referenceOf(
  { singular, group }: ResourceDefinition,
  { metadata }: ApiObject,
): string {
  return `${group === '' ? singular : `${singular}.${group}`}/${metadata.name ?? ''}`;
}

function prepare(
  definition: ResourceDefinition,
  object: ApiObject,
  { namespace, changeCause }: ApplyOptions,
): ApiObject {
  if (typeof object.metadata !== 'object' || object.metadata === null) {
    throw badRequest(`${definition.kind}: metadata is missing`);
  }
  const metadata = { ...object.metadata };
  if (typeof metadata.name !== 'string' || metadata.name === '') {
    throw badRequest(`${definition.kind}: resource name may not be empty: set metadata.name`);
  }
  if (definition.namespaced) metadata.namespace = pickNamespace(metadata.namespace, namespace);
  if (changeCause !== undefined) {
    metadata.annotations = { ...metadata.annotations, [ANNOTATION_CHANGE_CAUSE]: changeCause };
  }
  return { ...object, metadata };
}

function pickNamespace(own: string | undefined, asked: string | undefined): string {
  if (own && asked && own !== asked) {
    throw badRequest(
      `the namespace from the provided object "${own}" does not match the namespace "${asked}". You must pass '--namespace=${own}' to perform this operation.`,
    );
  }
  return own || asked || DEFAULT_NAMESPACE;
}
