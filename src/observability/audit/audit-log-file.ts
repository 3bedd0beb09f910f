import { appendFile, rename, rm, stat } from 'node:fs/promises';
import type { AuditEvent } from '../../store/telemetry/audit-event.ts';
import type { AuditBackend } from './audit-writer.ts';

export interface AuditLogFileOptions {
  readonly file: string;
  /** The size in bytes past which the file is put aside as `FILE.1`, and the older ones count up. */
  readonly maxBytes: number;
  /** How many files are kept beside the current one. */
  readonly maxBackups: number;
}

/** Names who did what: for the eyes of the server's owner. */
const FILE_MODE = 0o600;

/** The audit log as a file of JSON lines. */
export class AuditLogFile implements AuditBackend {
  readonly name = 'the audit log file';
  readonly #options: AuditLogFileOptions;
  #bytes: number | undefined;

  constructor(options: AuditLogFileOptions) {
    this.#options = options;
  }

  async append(events: readonly AuditEvent[]): Promise<void> {
    const { file, maxBytes } = this.#options;
    const lines = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    this.#bytes ??= await sizeOf(file);
    if (this.#bytes > 0 && this.#bytes + lines.length > maxBytes) await this.#rotate();
    await appendFile(file, lines, { mode: FILE_MODE });
    this.#bytes += lines.length;
  }

  async #rotate(): Promise<void> {
    const { file, maxBackups } = this.#options;
    await rm(`${file}.${maxBackups}`, { force: true });
    for (let number = maxBackups - 1; number >= 1; number--) {
      await renameIfThere(`${file}.${number}`, `${file}.${number + 1}`);
    }
    if (maxBackups > 0) await renameIfThere(file, `${file}.1`);
    else await rm(file, { force: true });
    this.#bytes = 0;
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (thrown) {
    if (isMissing(thrown)) return 0;
    throw thrown;
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (thrown) {
    // Ignored: there have not been so many yet.
    if (!isMissing(thrown)) throw thrown;
  }
}

function isMissing(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException).code === 'ENOENT';
}
