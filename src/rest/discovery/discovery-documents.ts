import type { Scheme } from '../../scheme/scheme.ts';
import { type DiscoveryVersion, toAggregatedDiscovery } from './aggregated-discovery.ts';
import { toApiGroup, toApiGroupList } from './api-groups.ts';
import { toApiResourceList } from './api-resources.ts';
import { type EncodedDocument, encodeJson } from './encoded-document.ts';

/** The discovery documents of a scheme: made when they are first asked for, and kept until the scheme changes. */
export class DiscoveryDocuments {
  readonly #scheme: Scheme;
  #documents = new Map<string, EncodedDocument>();
  #revision = 0;

  constructor(scheme: Scheme) {
    this.#scheme = scheme;
  }

  /** `/apis` */
  groups(): EncodedDocument {
    return this.#kept('apis', () => encodeJson(toApiGroupList(this.#scheme)));
  }

  /** `/api` and `/apis` for clients that take everything at once. */
  aggregated(root: 'api' | 'apis', version: DiscoveryVersion): EncodedDocument {
    return this.#kept(`${root} ${version}`, () =>
      encodeJson(toAggregatedDiscovery(this.#scheme, root, version), aggregatedType(version)),
    );
  }

  /** `/apis/{group}`; undefined when nothing of it is served. */
  group(name: string): EncodedDocument | undefined {
    return this.#kept(`apis/${name}`, () => {
      const group = toApiGroup(this.#scheme, name);
      return group && encodeJson(group);
    });
  }

  /** `/api/v1`, `/apis/{group}/{version}`; undefined when nothing of it is served. */
  resources(group: string, version: string): EncodedDocument | undefined {
    return this.#kept(`apis/${group}/${version}`, () => {
      const list = toApiResourceList(this.#scheme, group, version);
      return list && encodeJson(list);
    });
  }

  /** Names that mean nothing are not remembered: clients may send any number of them. */
  #kept<T extends EncodedDocument | undefined>(key: string, make: () => T): EncodedDocument | T {
    const documents = this.#current();
    const known = documents.get(key);
    if (known) return known;
    const document = make();
    if (document) documents.set(key, document);
    return document;
  }

  #current(): Map<string, EncodedDocument> {
    if (this.#revision !== this.#scheme.revision) {
      this.#documents = new Map();
      this.#revision = this.#scheme.revision;
    }
    return this.#documents;
  }
}

/** The media type by which a client asks for aggregated discovery, and by which it is answered. */
function aggregatedType(version: DiscoveryVersion): string {
  return `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
}
