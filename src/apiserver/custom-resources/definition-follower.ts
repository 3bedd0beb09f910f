import { deepEqual } from '../../lib/deep-equal.ts';
import { toError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { isEstablished } from '../../scheme/custom-resources/accept-names.ts';
import { toExtension } from '../../scheme/custom-resources/to-extension.ts';
import type { CustomResourceDefinition } from '../../scheme/generated/types/apiextensions-v1.ts';
import type { Scheme, SchemeExtension } from '../../scheme/scheme.ts';

interface Served {
  readonly definition: CustomResourceDefinition;
  readonly extension: SchemeExtension;
}

/** Keeps the scheme at what the established definitions say. */
export class DefinitionFollower {
  readonly #scheme: Scheme;
  readonly #logger: Logger;
  readonly #served = new Map<string, Served>();

  constructor(scheme: Scheme, logger: Logger) {
    this.#scheme = scheme;
    this.#logger = logger;
  }

  /** Serves exactly what is established among `definitions`, all in one change. */
  reset(definitions: readonly CustomResourceDefinition[]): void {
    const names = new Set(definitions.map(({ metadata }) => metadata.name));
    const gone = [...this.#served.keys()].filter((name) => !names.has(name));
    this.follow(definitions, gone);
  }

  /** Takes over what changed, in one change. @param gone Names of definitions that are no more */
  follow(changed: readonly CustomResourceDefinition[], gone: readonly string[]): void {
    const changes = new Map<string, SchemeExtension | undefined>();
    for (const name of gone) this.#drop(name, changes);
    for (const definition of changed) {
      const name = definition.metadata.name ?? '';
      if (!isEstablished(definition)) this.#drop(name, changes);
      else if (!this.#isServedAs(name, definition)) this.#serve(name, definition, changes);
    }
    if (changes.size > 0) this.#scheme.setExtensions(changes);
  }

  #isServedAs(name: string, next: CustomResourceDefinition): boolean {
    const known = this.#served.get(name)?.definition;
    return (
      known !== undefined &&
      deepEqual(known.spec, next.spec) &&
      deepEqual(known.status?.acceptedNames, next.status?.acceptedNames)
    );
  }

  #serve(
    name: string,
    definition: CustomResourceDefinition,
    changes: Map<string, SchemeExtension | undefined>,
  ): void {
    try {
      const extension = toExtension(definition);
      this.#served.set(name, { definition, extension });
      changes.set(name, extension);
    } catch (thrown) {
      // One definition that nobody foresaw must not keep the others from being served.
      this.#logger.error('custom resource cannot be served', { name, error: toError(thrown) });
    }
  }

  #drop(name: string, changes: Map<string, SchemeExtension | undefined>): void {
    if (this.#served.delete(name)) changes.set(name, undefined);
  }
}
