import type { AuditEvent } from '../../src/store/telemetry/audit-event.ts';

/** An event of an update of a ConfigMap, with what a test is about. */
export function auditEvent(
  options: {
    readonly name?: string;
    readonly username?: string;
    readonly receivedMs?: number;
  } = {},
): AuditEvent {
  const { name = 'web', username = 'alice', receivedMs = 0 } = options;
  const time = new Date(receivedMs).toISOString();
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `id-of-${name}`,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/default/configmaps/${name}`,
    verb: 'update',
    user: { username, groups: [] },
    objectRef: { apiVersion: 'v1', resource: 'configmaps', namespace: 'default', name },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: time,
    stageTimestamp: time,
  };
}
