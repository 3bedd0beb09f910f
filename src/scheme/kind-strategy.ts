import type { FieldError } from './field-error.ts';
import type { WebhookClientConfig } from './generated/types/apiextensions-v1.ts';
import type { ApiObject } from './object.ts';

/** Who sends a request, for kinds that record it. */
export interface Requester {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export type StatusMetadata = 'annotations' | 'finalizers' | 'labels';

/** As controllers of old rely on; names and owners are the main resource's. */
export const STATUS_METADATA: readonly StatusMetadata[] = ['annotations', 'finalizers', 'labels'];

/**
 * What a kind does beyond its structure: one file a kind, `scheme/groups/<group>/<kind>.ts`. All pure. Functions that
 * change an object get a private copy and change it in place. Kinds without a strategy get the generic behaviour.
 */
export interface KindStrategy<T extends ApiObject = ApiObject> {
  /**
   * Custom resources: drops the fields that their schema does not know and tells the path of each. Set, it takes the place
   * of the checks that are made of built-in types.
   */
  prune?(object: T, onUnknownField?: (path: string) => void): T;
  /**
   * Custom resources: `stored` as readers see it, without what the schema does not know and with its defaults. Shares with
   * `stored` what is the same, and is it where nothing differs.
   */
  readStored?(stored: T): T;
  /** Fills what the user left out, as Kubernetes does for this version. Idempotent. */
  applyDefaults?(object: T): void;
  /** On create: clears what users may not set (status) and what the system sets. `generation` is already 1. */
  prepareForCreate?(object: T, requester?: Requester): void;
  /**
   * On the first request to delete: the object with what must happen before it goes (finalizers). Leaves its argument alone.
   * @param now RFC 3339
   */
  prepareForDelete?(current: T, now: string): T;
  /** On update through the main resource: keeps `current`'s status and other fields that this door may not change. */
  prepareForUpdate?(next: T, current: T): void;
  /**
   * After {@link prepareForCreate} or {@link prepareForUpdate}: notes when that happened of which the user does not say it.
   * @param current undefined on create
   * @param nowMs since the Unix epoch
   */
  stampTimes?(next: T, current: T | undefined, nowMs: number): void;
  /** On update of `/status`, or of another subresource that is a part of the status: keeps `current`'s spec. */
  prepareForStatusUpdate?(next: T, current: T, subresource?: string): void;
  /**
   * What of the metadata `/status` changes: what it does not is nobody's by it.
   * @default {@link STATUS_METADATA}
   */
  readonly statusMetadata?: readonly StatusMetadata[];
  /**
   * Whether the change from `current` to `next` is one that `metadata.generation` counts.
   * @default the spec (everything but metadata and status) differs
   */
  changesGeneration?(next: T, current: T): boolean;
  validate?(object: T): FieldError[];
  /** Called beside {@link validate} on create alone: what may only be set later. */
  validateCreate?(object: T): FieldError[];
  /** Called beside {@link validate}: what may not change. */
  validateUpdate?(next: T, current: T): FieldError[];
  /**
   * Called beside {@link validate}, for the version that the request speaks: what that version alone refuses. The objects
   * are in the storage version. @param current undefined on create
   */
  validateRequest?(next: T, current: T | undefined): FieldError[];
  validateStatusUpdate?(next: T, current: T): FieldError[];
  /** Advice to the user that does not refuse the request. */
  warnings?(object: T): string[];
  /** The rule for metadata.name. @default 'dns-subdomain' */
  readonly nameRule?: NameRule;
  /** Fields that field selectors may name, beside metadata.name and metadata.namespace. */
  readonly selectableFields?: Readonly<Record<string, (object: T) => string>>;
  /** Custom resources: who converts between versions. @default versions differ in what their schemas keep alone */
  readonly conversionWebhook?: WebhookClientConfig;
  /** Where the `scale` subresource finds its numbers. @default where workloads have them */
  readonly scale?: ScalePaths;
  /** The columns of a table, as `kubectl get` shows them. @default Name and Age */
  readonly printerColumns?: readonly PrinterColumn<T>[];
  /** What a table says of an object's row beside its cells. @default nothing */
  rowConditions?(object: T): readonly RowCondition[];
  /** Whether a deletion that is done at once is answered with the object that was. @default with a Status that names it */
  readonly returnsDeleted?: boolean;
  /** Default of DeleteOptions.gracePeriodSeconds; undefined deletes at once. Pods: 30 or what the spec says. */
  defaultGracePeriodSeconds?(object: T): number | undefined;
}

/** Ways down to what a scale is made of. */
export interface ScalePaths {
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  /** To a selector in its text form. @default the scale has none */
  readonly selector?: readonly string[];
}

/**
 * `dns-subdomain` RFC 1123 subdomain, `dns-label` RFC 1123 label, `dns-1035` RFC 1035 label, `path-segment` whatever can
 * stand in a path, as RBAC's names, `ip-address` an address in its canonical form.
 */
export type NameRule = 'dns-subdomain' | 'dns-label' | 'dns-1035' | 'path-segment' | 'ip-address';

/** The value of a cell; null where there is none. */
export type CellValue = string | number | boolean | null;

/** One column of a table, as kubectl prints it. */
export interface PrinterColumn<T extends ApiObject = ApiObject> {
  /** Its heading: `Ready`. */
  readonly name: string;
  /**
   * What clients are told of its cells. Kubernetes declares many a number as a string: clients go by the cells.
   * @default 'string'
   */
  readonly type?: string;
  /** `name` marks the column with the object's name. @default none */
  readonly format?: string;
  /** A sentence on what the cells say. */
  readonly description: string;
  /** 0 shows always, more with `-o wide`. @default 0 */
  readonly priority?: number;
  /** `now` is milliseconds since the epoch, for ages. */
  cell(object: T, now: number): CellValue;
}

/** What clients are told of a row beside its cells: kubectl colours or hides what is completed. */
export interface RowCondition {
  readonly type: 'Completed';
  readonly status: 'True';
  readonly reason: string;
  readonly message: string;
}
