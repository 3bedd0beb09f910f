import type { AuditEvent } from '../../store/telemetry/audit-event.ts';
import { type Backend, BatchLane, type BatchLaneOptions } from '../batch-lane.ts';

/** Where audit events end up. */
export type AuditBackend = Backend<AuditEvent>;

export interface AuditWriterOptions extends Omit<BatchLaneOptions<AuditEvent>, 'backend' | 'what'> {
  readonly backends: readonly AuditBackend[];
}

/** Takes audit events at the speed of the requests that they are about: a slow backend holds up neither them nor the others. */
export class AuditWriter {
  readonly #lanes: readonly BatchLane<AuditEvent>[];

  constructor({ backends, ...rest }: AuditWriterOptions) {
    this.#lanes = backends.map(
      (backend) => new BatchLane({ backend, what: 'audit events', ...rest }),
    );
  }

  readonly write = (event: AuditEvent): void => {
    for (const lane of this.#lanes) lane.add(event);
  };

  /** Resolves when all that was written before is with the backends, or has failed. */
  async flush(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.flush()));
  }
}
