/** The settings of the audit log, spelled as kube-apiserver spells them. */
import path from 'node:path';
import { seconds, toInteger } from './option-values.ts';

export interface AuditConfig {
  /** Kubernetes' audit Policy: what is kept of which requests. @default who changed what, without contents */
  readonly policyFile: string | undefined;
  /** A file of JSON lines that audit events are written to, beside the database. */
  readonly logPath: string | undefined;
  /** The size past which that file is put aside, in megabytes. @default 100 */
  readonly logMaxMegabytes: number;
  /** How many such files are kept. @default 5 */
  readonly logMaxBackups: number;
  /** How long audit events are kept in the database, in seconds. @default 604800 (a week) */
  readonly retentionSeconds: number;
}

export const AUDIT_USAGE = `Who did what (see docs/audit.md):
  --audit-policy-file FILE    what the audit log keeps (default who changed what, without contents)
  --audit-log-path FILE       write the audit log to this file, too
  --audit-log-maxsize MB      put that file aside when it is this large (default 100)
  --audit-log-maxbackup N     keep so many of those (default 5)
  --audit-retention SECONDS   how long the database keeps audit events (default 604800)
`;

export const AUDIT_OPTIONS = {
  'audit-policy-file': { type: 'string' },
  'audit-log-path': { type: 'string' },
  'audit-log-maxsize': { type: 'string' },
  'audit-log-maxbackup': { type: 'string' },
  'audit-retention': { type: 'string' },
} as const;

type Values = { readonly [Name in keyof typeof AUDIT_OPTIONS]?: string | undefined };

/** @throws {ConfigError} */
export function readAuditConfig(values: Values, cwd: string): AuditConfig {
  const toFile = (file: string | undefined) =>
    file === undefined ? file : path.resolve(cwd, file);
  const megabytes = values['audit-log-maxsize'] ?? '100';
  const backups = values['audit-log-maxbackup'] ?? '5';
  const retention = values['audit-retention'] ?? '604800';
  return {
    policyFile: toFile(values['audit-policy-file']),
    logPath: toFile(values['audit-log-path']),
    logMaxMegabytes: toInteger('--audit-log-maxsize', megabytes, 1, 100_000),
    logMaxBackups: toInteger('--audit-log-maxbackup', backups, 0, 1_000),
    retentionSeconds: seconds('--audit-retention', retention),
  };
}
