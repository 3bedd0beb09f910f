import { ApiError } from '../../scheme/errors.ts';
import type { ApiServerOptions } from '../api-server-options.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import type { RequestCost } from '../fairness/request-cost.ts';
import type { RequestContext } from '../request-context.ts';
import type { TakeTurn } from '../serve.ts';
import { AUDIT_EVENTS, readAuditLog } from './audit-reader.ts';
import type { AuditPage, AuditSelection } from './audit-selection.ts';

const COST: RequestCost = { action: { verb: 'list', resource: AUDIT_EVENTS }, width: 1 };

export interface AuditAccessParts {
  readonly options: Pick<ApiServerOptions, 'auditSource'>;
  readonly authorizer: Authorizer;
  readonly takeTurn: TakeTurn;
}

/** The audit log. */
export class AuditAccess {
  readonly #parts: AuditAccessParts;

  constructor(parts: AuditAccessParts) {
    this.#parts = parts;
  }

  /** Its events, newest first. @throws {ApiError} Forbidden, BadRequest; NotFound when this server keeps none */
  read(ctx: RequestContext, selection: AuditSelection): Promise<AuditPage> {
    const { authorizer, options, takeTurn } = this.#parts;
    const { auditSource } = options;
    if (!auditSource) throw new ApiError('NotFound', 'this server keeps no audit log');
    return takeTurn(ctx, COST, (turn) =>
      readAuditLog(auditSource, { authorizer, ctx: turn }, selection),
    );
  }
}
