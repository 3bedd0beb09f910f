/**
 * The OpenAPI documents of a scheme. They are large, and most clients never ask: each is made when it is first asked for,
 * encoded once, and kept until a definition in it changes. What needs all group versions goes through them one by one and
 * lets other requests in between.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { Scheme } from '../../scheme/scheme.ts';
import { servedBy } from '../discovery/api-resources.ts';
import { EncodedDocument, encodeJson } from '../discovery/encoded-document.ts';
import { encodeDocumentV2 } from './gnostic/document-v2.ts';
import type { PathItem } from './operation.ts';
import type { PublishedSchema } from './published-schema.ts';
import { type DocumentV2, type PathItemV2, toDocumentV2, toPathItemV2 } from './render-v2.ts';
import { toDocumentV3 } from './render-v3.ts';
import { resourcePaths, rootOf, tagOf } from './resource-paths.ts';
import { SchemaPublisher } from './schema-publisher.ts';
import { typesOf } from './types-of-paths.ts';

export interface OpenApiDocumentsOptions {
  readonly scheme: Scheme;
  /** Of Kubernetes: `v1.36.0`. */
  readonly gitVersion: string;
}

/** What is known of a group version as long as it serves `definitions`. */
interface GroupVersionEntry {
  readonly definitions: readonly ResourceDefinition[];
  readonly paths: readonly PathItem[];
  readonly tag: string;
  document: EncodedDocument | undefined;
}

/** What holds for one revision of the scheme. */
interface Revision {
  readonly revision: number;
  /** By where it is served: `api/v1`, `apis/apps/v1`. */
  readonly entries: ReadonlyMap<string, GroupVersionEntry>;
  index?: Promise<EncodedDocument>;
  wholeAsJson?: Promise<EncodedDocument>;
  wholeAsProtobuf?: Promise<EncodedDocument>;
}

const PROTOBUF_V2 = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

export class OpenApiDocuments {
  readonly #scheme: Scheme;
  readonly #version: string;
  readonly #publisher: SchemaPublisher;
  #current: Revision | undefined;

  constructor({ scheme, gitVersion }: OpenApiDocumentsOptions) {
    this.#scheme = scheme;
    this.#version = gitVersion;
    this.#publisher = new SchemaPublisher(scheme);
  }

  /** `/openapi/v3`: where each group version's document is, and the hash of its content. */
  index(): Promise<EncodedDocument> {
    const revision = this.#revision();
    revision.index ??= this.#makeIndex(revision);
    return revision.index;
  }

  /** `/openapi/v3/{place}`; undefined when nothing is served there. @param place `api/v1`, `apis/apps/v1` */
  groupVersion(place: string): EncodedDocument | undefined {
    const entry = this.#revision().entries.get(place);
    return entry && this.#documentOf(entry);
  }

  /** `/openapi/v2`: everything in one document. */
  wholeAsJson(): Promise<EncodedDocument> {
    const revision = this.#revision();
    revision.wholeAsJson ??= this.#makeWhole(revision).then((whole) => encodeJson(whole));
    return revision.wholeAsJson;
  }

  /** `/openapi/v2` as gnostic's protobuf, which is what kubectl asks for. */
  wholeAsProtobuf(): Promise<EncodedDocument> {
    const revision = this.#revision();
    revision.wholeAsProtobuf ??= this.#makeWhole(revision).then(
      (whole) => new EncodedDocument(PROTOBUF_V2, encodeDocumentV2(whole)),
    );
    return revision.wholeAsProtobuf;
  }

  async #makeIndex(revision: Revision): Promise<EncodedDocument> {
    const paths: Record<string, { readonly serverRelativeURL: string }> = {};
    for (const [place, entry] of revision.entries) {
      // The types of what has gone meanwhile have gone with it.
      if (this.#isPast(revision)) return this.index();
      const { hash } = this.#documentOf(entry);
      paths[place] = { serverRelativeURL: `/openapi/v3/${place}?hash=${hash}` };
      await nextTurn();
    }
    return encodeJson({ paths });
  }

  #documentOf(entry: GroupVersionEntry): EncodedDocument {
    const { paths, tag } = entry;
    entry.document ??= encodeJson(
      toDocumentV3(paths, this.#publisher.publish('v3', typesOf(paths)), {
        version: this.#version,
        tag,
      }),
    );
    return entry.document;
  }

  /** Not kept: it is larger than what it is encoded to, which happens once in each encoding. */
  async #makeWhole(revision: Revision): Promise<DocumentV2> {
    const items: Record<string, PathItemV2> = {};
    const definitions: Record<string, PublishedSchema> = {};
    for (const { paths, tag } of revision.entries.values()) {
      if (this.#isPast(revision)) return this.#makeWhole(this.#revision());
      for (const item of paths) items[item.path] = toPathItemV2(item, tag);
      Object.assign(definitions, this.#publisher.publish('v2', typesOf(paths)));
      await nextTurn();
    }
    return toDocumentV2(items, definitions, this.#version);
  }

  #isPast({ revision }: Revision): boolean {
    return revision !== this.#scheme.revision;
  }

  #revision(): Revision {
    const { revision } = this.#scheme;
    if (this.#current?.revision === revision) return this.#current;
    const previous = this.#current?.entries ?? new Map<string, GroupVersionEntry>();
    const entries = new Map<string, GroupVersionEntry>();
    for (const { group, versions } of this.#scheme.groups()) {
      for (const version of versions) {
        const place = rootOf({ group, version }).slice(1);
        entries.set(place, this.#entryOf(group, version, previous.get(place)));
      }
    }
    this.#current = { revision, entries };
    return this.#current;
  }

  #entryOf(
    group: string,
    version: string,
    previous: GroupVersionEntry | undefined,
  ): GroupVersionEntry {
    const definitions = servedBy(this.#scheme, group, version);
    if (previous && isSame(previous.definitions, definitions)) return previous;
    const paths = definitions.flatMap((each) => resourcePaths(this.#scheme, each));
    return { definitions, paths, tag: tagOf({ group, version }), document: undefined };
  }
}

/** Definitions never change: another one is another object. */
function isSame<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
