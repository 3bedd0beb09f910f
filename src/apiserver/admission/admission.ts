import { andThen, eachInTurn, type MaybePromise } from '../../lib/maybe-promise.ts';
import type { ApiObject } from '../../scheme/object.ts';
import type { ResourceDefinition } from '../../scheme/resource.ts';
import type { CommitGuard, StoreWrite } from '../../store/store.ts';
import type { UserInfo } from '../client.ts';
import type { WriteScope } from '../registry/write-scope.ts';
import { AdmissionSession } from './admission-session.ts';
import type {
  AdmissionOperation,
  AdmissionOptions,
  AdmissionPlugin,
  AdmissionRequest,
} from './plugin.ts';

/** What is to be admitted. */
export interface AdmissionSubject {
  readonly operation: AdmissionOperation;
  /** @default '' */
  readonly subresource?: string;
  /** @default the resource's own */
  readonly kind?: string;
  readonly object: ApiObject;
  readonly current?: ApiObject | undefined;
  /** Where the object itself does not say: the parent of a subresource. @default the place in the object's metadata */
  readonly place?: { readonly namespace: string; readonly name: string };
}

/** What must hold until the commit, and what is committed together with the request. */
export interface AdmissionOutcome {
  readonly guards: readonly CommitGuard[];
  readonly writes: readonly StoreWrite[];
}

/** One request's way through the chain: first {@link mutate}, then the validation of the kind, then {@link validate}. */
export interface Admission {
  /** As the mutating plugins left it. */
  readonly object: ApiObject;
  /** Runs the mutating plugins. */
  mutate(): MaybePromise<void>;
  /** Runs the validating plugins. */
  validate(): MaybePromise<AdmissionOutcome>;
}

const NOTHING: AdmissionOutcome = { guards: [], writes: [] };

/** The way of `subject` through the plugins that concern it. Nothing runs yet. */
export function createAdmission(scope: WriteScope, subject: AdmissionSubject): Admission {
  const plugins = scope.resource.plugins(subject.operation, subject.subresource ?? '');
  if (plugins.length > 0) return new Chain(scope, subject, plugins);
  return { object: subject.object, mutate: () => undefined, validate: () => NOTHING };
}

/** Both halves, for what has no validation of its own in between. */
export function runAdmission(admission: Admission): MaybePromise<AdmissionOutcome> {
  return andThen(admission.mutate(), () => admission.validate());
}

class Chain implements Admission, AdmissionRequest {
  readonly operation: AdmissionOperation;
  readonly kind: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  object: ApiObject;
  readonly current?: ApiObject;
  readonly state: AdmissionSession;
  isReinvocation = false;
  readonly #scope: WriteScope;
  readonly #plugins: readonly AdmissionPlugin[];
  #isToBeReinvoked = false;

  constructor(scope: WriteScope, subject: AdmissionSubject, plugins: readonly AdmissionPlugin[]) {
    const { resource, registry, pending } = scope;
    const { object, current, place = object.metadata } = subject;
    this.#scope = scope;
    this.#plugins = plugins;
    this.operation = subject.operation;
    this.subresource = subject.subresource ?? '';
    this.kind = subject.kind ?? resource.storage.kind;
    this.namespace = place.namespace ?? '';
    this.name = place.name ?? '';
    this.object = object;
    if (current) this.current = current;
    this.state = new AdmissionSession(registry, resource.cacheTable, pending);
  }

  get resource(): ResourceDefinition {
    return this.#scope.resource.storage;
  }

  get requestResource(): ResourceDefinition {
    return this.#scope.resource.definition;
  }

  get user(): UserInfo {
    return this.#scope.user;
  }

  get options(): AdmissionOptions {
    return this.#scope.options;
  }

  get isDryRun(): boolean {
    return this.#scope.options.dryRun === true;
  }

  reinvoke(): void {
    this.#isToBeReinvoked = true;
  }

  warn(text: string): void {
    this.#scope.warn?.(text);
  }

  annotate(key: string, value: string): void {
    this.#scope.annotate?.(key, value);
  }

  mutate(): MaybePromise<void> {
    const pending = this.#runMutating();
    return pending instanceof Promise ? pending.then(() => this.#runAgain()) : this.#runAgain();
  }

  validate(): MaybePromise<AdmissionOutcome> {
    const pending = eachInTurn(this.#plugins, (plugin) => plugin.validate?.(this));
    return pending instanceof Promise ? pending.then(() => this.state) : this.state;
  }

  #runMutating(): MaybePromise<void> {
    return eachInTurn(this.#plugins, (plugin) => plugin.admit?.(this));
  }

  /** Once only: plugins that would answer each other for ever are cut off, as in Kubernetes. */
  #runAgain(): MaybePromise<void> {
    if (!this.#isToBeReinvoked) return;
    this.isReinvocation = true;
    return this.#runMutating();
  }
}
