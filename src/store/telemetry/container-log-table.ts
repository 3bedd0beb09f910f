import type { ContainerLine } from '../../lib/container-log.ts';
import { appendContainerLines } from '../postgres/queries/append-container-lines.ts';
import {
  type ContainerLogRetention,
  expireContainerLines,
} from '../postgres/queries/expire-container-lines.ts';
import {
  type ContainerLogQuery,
  type PrintedLine,
  readContainerLines,
} from '../postgres/queries/read-container-lines.ts';
import { trimContainerLogs } from '../postgres/queries/trim-container-logs.ts';
import { type TelemetryOptions, TelemetryPool } from './telemetry-pool.ts';

/** What the containers of one cluster printed, in PostgreSQL. It connects at its first use. */
export class ContainerLogTable {
  readonly #pool: TelemetryPool;

  constructor(options: TelemetryOptions) {
    this.#pool = new TelemetryPool('orrery-container-logs', options);
  }

  /** Adds `lines`; those that are there already stay as they are. @throws {ApiError} ServiceUnavailable */
  append(lines: readonly ContainerLine[]): Promise<void> {
    return this.#pool.run((db, clusterId) => appendContainerLines(db, clusterId, lines));
  }

  /** The newest lines of one run that the query allows, oldest first. */
  read(query: ContainerLogQuery): Promise<PrintedLine[]> {
    return this.#pool.run((db, clusterId) => readContainerLines(db, clusterId, query));
  }

  /** Drops what is past retention; returns how many lines that were. */
  expire(retention: ContainerLogRetention): Promise<number> {
    return this.#pool.run((db, clusterId) => expireContainerLines(db, clusterId, retention));
  }

  /** Leaves the newest `maxBytes` of each run; returns how many lines were dropped. */
  trim(maxBytes: number): Promise<number> {
    return this.#pool.run((db, clusterId) => trimContainerLogs(db, clusterId, maxBytes));
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
