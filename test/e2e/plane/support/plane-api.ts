import type { ApiObject } from '../../../../src/scheme/object.ts';
import { eventually } from '../../../support/eventually.ts';
import { GraphqlClient, type GraphqlClientOptions } from '../../../support/graphql-client.ts';
import { PlaneWatch, type WatchedResource } from './plane-watch.ts';

export interface AppliedDocument {
  readonly document: number;
  readonly operation: 'CREATED' | 'CONFIGURED' | 'UNCHANGED' | 'FAILED';
  readonly message: string;
  readonly error?: { readonly reason: string; readonly message: string } | null;
}

export interface Selection {
  /** @default all of them */
  readonly namespace?: string;
  readonly labelSelector?: string;
}

export interface DeleteOptions {
  readonly namespace?: string;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

const APPLY = `mutation ($manifest: String!, $changeCause: String) {
  apply(manifest: $manifest, changeCause: $changeCause) {
    document operation message error { reason message }
  }
}`;

const LIST = `query ($resource: String!, $namespace: String, $labelSelector: String) {
  objects(resource: $resource, namespace: $namespace, labelSelector: $labelSelector)
}`;

const GET = `query ($resource: String!, $namespace: String, $name: String!) {
  object(resource: $resource, namespace: $namespace, name: $name)
}`;

const DELETE = `mutation (
  $resource: String!, $namespace: String, $name: String!,
  $gracePeriodSeconds: Int64, $propagationPolicy: PropagationPolicy
) {
  deleteObject(
    resource: $resource, namespace: $namespace, name: $name,
    gracePeriodSeconds: $gracePeriodSeconds, propagationPolicy: $propagationPolicy
  ) { deleted }
}`;

const SCALE = `mutation ($name: String!, $replicas: Int!) {
  scaleAppsV1Deployment(name: $name, replicas: $replicas) { metadata { generation } }
}`;

interface ObjectList {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly ApiObject[];
}

/** What users do, over the wire; objects are JSON, whatever their kind. */
export class PlaneApi implements AsyncDisposable {
  readonly graphql: GraphqlClient;

  constructor(options: GraphqlClientOptions) {
    this.graphql = new GraphqlClient(options);
  }

  async applyAll(manifest: string | object, changeCause?: string): Promise<AppliedDocument[]> {
    const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
    const variables = { manifest: text, changeCause };
    return (await this.graphql.request<{ apply: AppliedDocument[] }>(APPLY, variables)).apply;
  }

  /** What applying says: `deployment.apps/web created`. @throws when a document fails */
  async apply(manifest: string | object, changeCause?: string): Promise<string[]> {
    const documents = await this.applyAll(manifest, changeCause);
    const failed = documents.find(({ operation }) => operation === 'FAILED');
    if (failed) throw new Error(failed.message);
    return documents.map(({ message }) => message);
  }

  async list<T extends ApiObject>(resource: string, selection: Selection = {}): Promise<T[]> {
    return (await this.#list(resource, selection)).items as T[];
  }

  /** That of the present, for a watch to start from. */
  async resourceVersion(): Promise<string> {
    return (await this.#list('namespaces', {})).metadata.resourceVersion;
  }

  async #list(resource: string, selection: Selection): Promise<ObjectList> {
    const variables = { resource, ...selection };
    return (await this.graphql.request<{ objects: ObjectList }>(LIST, variables)).objects;
  }

  async get<T extends ApiObject>(resource: string, name: string, namespace?: string): Promise<T> {
    const variables = { resource, name, namespace };
    return (await this.graphql.request<{ object: T }>(GET, variables)).object;
  }

  async delete(resource: string, name: string, options: DeleteOptions = {}): Promise<void> {
    await this.graphql.request(DELETE, { resource, name, ...options });
  }

  async scale(name: string, replicas: number): Promise<void> {
    await this.graphql.request(SCALE, { name, replicas });
  }

  /** Opens a watch of everything that comes after the present, or after `afterVersion`. */
  async watch(resources: readonly WatchedResource[], afterVersion?: string): Promise<PlaneWatch> {
    const watch = new PlaneWatch(this.graphql, resources);
    watch.connect(afterVersion ?? (await this.resourceVersion()));
    return watch;
  }

  /** Reads until the object is as `check` wants it. */
  eventually<T extends ApiObject>(
    [resource, name]: readonly [resource: string, name: string],
    check: (object: T) => unknown,
    withinMs = 15_000,
  ): Promise<T> {
    return eventually(() => this.get<T>(resource, name), check, { withinMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.graphql[Symbol.asyncDispose]();
  }
}
