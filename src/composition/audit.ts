import type { AuditPolicy } from '../apiserver/audit/audit-policy.ts';
import type { AuditSource } from '../apiserver/audit/audit-reader.ts';
import { Auditor } from '../apiserver/audit/auditor.ts';
import { DEFAULT_AUDIT_POLICY } from '../apiserver/audit/default-audit-policy.ts';
import { AuditPolicyError, parseAuditPolicy } from '../apiserver/audit/parse-audit-policy.ts';
import type { Config } from '../config.ts';
import type { CleanupStack } from '../lib/cleanup-stack.ts';
import { systemClock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { systemRandom } from '../lib/random.ts';
import { AuditLogFile } from '../observability/audit/audit-log-file.ts';
import { type AuditBackend, AuditWriter } from '../observability/audit/audit-writer.ts';
import { Retention } from '../observability/retention.ts';
import { AuditTable } from '../store/telemetry/audit-table.ts';
import type { Database } from './database.ts';
import { ConfigError } from './option-values.ts';
import { parseYaml, readOptionFile } from './yaml-file.ts';

/** What the API server keeps of requests, and where it reads it again. */
export interface Audit {
  readonly auditor: Auditor;
  readonly auditSource: AuditSource;
}

export interface AuditParts {
  readonly config: Config;
  readonly database: Database;
  readonly logger: Logger;
}

const BYTES_PER_MEGABYTE = 1_000_000;

/**
 * Audit events go to the database and, where one is wanted, to a file. They are dated and kept by real time: whoever may steer
 * the cluster's clock cannot blur when it was done, nor let the record run out.
 * @throws {ConfigError} for a policy that cannot be
 */
export function startAudit(parts: AuditParts, cleanup: CleanupStack): Audit {
  const { config, database, logger } = parts;
  const policy = readPolicy(config.audit.policyFile);
  const table = new AuditTable({
    url: database.url,
    ioClock: systemClock,
    random: systemRandom,
    logger,
  });
  cleanup.defer(() => table.close());
  const retentionMs = config.audit.retentionSeconds * 1_000;
  const retention = new Retention({
    what: 'audit events',
    expire: (nowMs) => table.expire(nowMs - retentionMs),
    clock: systemClock,
    logger,
  });
  retention.start();
  cleanup.defer(() => retention.stop());
  const backends = [tableBackend(table), ...fileBackends(config)];
  const writer = new AuditWriter({ backends, logger, ioClock: systemClock });
  cleanup.defer(() => writer.flush());
  return {
    auditor: new Auditor({ policy, sink: writer.write, clock: systemClock }),
    auditSource: table,
  };
}

function tableBackend(table: AuditTable): AuditBackend {
  return { name: 'the database', append: (events) => table.append(events) };
}

function fileBackends({ audit }: Config): AuditBackend[] {
  if (audit.logPath === undefined) return [];
  return [
    new AuditLogFile({
      file: audit.logPath,
      maxBytes: audit.logMaxMegabytes * BYTES_PER_MEGABYTE,
      maxBackups: audit.logMaxBackups,
    }),
  ];
}

function readPolicy(file: string | undefined): AuditPolicy {
  if (file === undefined) return DEFAULT_AUDIT_POLICY;
  try {
    return parseAuditPolicy(parseYaml(file, readOptionFile('--audit-policy-file', file)));
  } catch (thrown) {
    if (!(thrown instanceof AuditPolicyError)) throw thrown;
    throw new ConfigError(`${file}: ${thrown.message}`);
  }
}
