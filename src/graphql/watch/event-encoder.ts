import type { ExecutionResult } from 'graphql';
import type { EncodedPayload } from '../../http/stream/encoded-payload.ts';
import type { WatchEvent } from '../../scheme/object.ts';
import type { PreparedOperation, Variables } from '../execution/compiler.ts';
import { type FormatError, formatGraphqlError } from '../format-error.ts';
import type { RequestContext } from '../request-context.ts';
import type { WatchPlan } from '../schema/subscription-fields.ts';
import type { SourcedEvent } from './event-source.ts';

export interface EventEncoderOptions {
  readonly operation: PreparedOperation;
  readonly variables: Variables;
  /** The field of the subscription type that the operation selects. */
  readonly fieldName: string;
  readonly plan: WatchPlan;
  readonly createContext: () => RequestContext;
  readonly formatError: FormatError;
  /** See ApiClient: what was read with other rights is not given out again. */
  readonly accessRevision: () => number;
}

/**
 * Runs a subscription's selection on events. An event is executed and encoded once, however many streams of the same
 * subscription deliver it: objects are shared, so they are what it is remembered by.
 */
export class EventEncoder {
  readonly #options: EventEncoderOptions;
  /** By event type, then object, and all by the source of the event. */
  #encoded: Map<string, WeakMap<object, EncodedPayload | Promise<EncodedPayload>>>[] = [];
  #accessRevision = 0;

  constructor(options: EventEncoderOptions) {
    this.#options = options;
  }

  encode({ event, sourceIndex }: SourcedEvent): EncodedPayload | Promise<EncodedPayload> {
    const accessRevision = this.#options.accessRevision();
    if (accessRevision !== this.#accessRevision) this.#encoded = [];
    this.#accessRevision = accessRevision;
    const known = this.#memory(event.type, sourceIndex);
    let payload = known.get(event.object);
    if (!payload) {
      payload = this.#execute(event, sourceIndex);
      known.set(event.object, payload);
    }
    return payload;
  }

  #memory(
    type: string,
    sourceIndex: number,
  ): WeakMap<object, EncodedPayload | Promise<EncodedPayload>> {
    this.#encoded[sourceIndex] ??= new Map();
    const byType = this.#encoded[sourceIndex];
    let memory = byType.get(type);
    if (!memory) {
      memory = new WeakMap();
      byType.set(type, memory);
    }
    return memory;
  }

  #execute(event: WatchEvent, sourceIndex: number): EncodedPayload | Promise<EncodedPayload> {
    const { operation, variables, fieldName, plan, createContext } = this.#options;
    const result = operation.run({
      rootValue: { [fieldName]: plan.toValue(event, sourceIndex) },
      contextValue: createContext(),
      variables,
    });
    return result instanceof Promise
      ? result.then((settled) => this.#pack(settled, event))
      : this.#pack(result, event);
  }

  #pack(result: ExecutionResult, { type, object }: WatchEvent): EncodedPayload {
    return {
      bytes: Buffer.from(encodeResult(result, this.#options.formatError)),
      resourceVersion: object.metadata.resourceVersion ?? '',
      isBookmark: type === 'BOOKMARK',
    };
  }
}

/** The JSON of an execution result, with its errors translated. */
export function encodeResult(result: ExecutionResult, formatError: FormatError): string {
  if (!result.errors) return JSON.stringify(result);
  const errors = result.errors.map((error) => formatGraphqlError(formatError, error));
  return JSON.stringify({ ...result, errors });
}
