import { badRequest } from '../../scheme/errors.ts';
import type { AuditConditions } from '../../store/telemetry/audit-conditions.ts';
import type { AuditEvent } from '../../store/telemetry/audit-event.ts';
import { type Authorizer, assertAuthorized } from '../authorization/authorizer.ts';
import type { RequestContext } from '../request-context.ts';
import type { AuditPage, AuditSelection } from './audit-selection.ts';

/** The audit events that are kept. */
export interface AuditSource {
  read(
    query: AuditConditions & { readonly limit: number; readonly before?: string | undefined },
  ): Promise<readonly { readonly id: string; readonly event: AuditEvent }[]>;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** What a caller must be allowed to `list`. */
export const AUDIT_EVENTS = { group: 'audit.k8s.io', resource: 'events' };

/** Reads the audit log for somebody who may. @throws {ApiError} Forbidden, BadRequest */
export async function readAuditLog(
  source: AuditSource,
  { authorizer, ctx }: { readonly authorizer: Authorizer; readonly ctx: RequestContext },
  selection: AuditSelection,
): Promise<AuditPage> {
  const { limit = DEFAULT_LIMIT, continue: before, ...conditions } = selection;
  if (limit < 1 || limit > MAX_LIMIT) {
    throw badRequest(`limit: ${limit} is not between 1 and ${MAX_LIMIT}`);
  }
  if (before !== undefined && !/^\d{1,18}$/.test(before)) {
    throw badRequest('continue: it is not what a page before gave; leave it out to begin anew');
  }
  const action = { verb: 'list', resource: AUDIT_EVENTS, namespace: selection.namespace };
  await assertAuthorized(authorizer, ctx.user, action);
  // One more than is wanted tells whether there is another page.
  const rows = await source.read({ ...conditions, limit: limit + 1, before });
  const page = rows.slice(0, limit);
  const next = rows.length > limit ? page[page.length - 1]?.id : undefined;
  return { events: page.map(({ event }) => event), continue: next };
}
