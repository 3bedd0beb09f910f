import type { ApiError } from '../../scheme/errors.ts';
import type { UserInfo } from '../client.ts';
import type { Authorization } from './authorization.ts';
import { forbiddenAction, type ResourceAction } from './authorizer.ts';

/** A right that somebody uses for a long time: looked at again after every change of roles and bindings. */
export class LastingRight {
  readonly #authorization: Authorization;
  readonly #user: UserInfo;
  readonly #action: ResourceAction;
  #checkedAt: number | undefined;

  constructor(authorization: Authorization, user: UserInfo, action: ResourceAction) {
    this.#authorization = authorization;
    this.#user = user;
    this.#action = action;
  }

  /** @throws {ApiError} Forbidden */
  assert(): void {
    const refusal = this.refusal();
    if (refusal) throw refusal;
  }

  /** Why not any more, or undefined while it holds. Costs a comparison where no policy has changed. */
  refusal(): ApiError | undefined {
    const { authorizer, revision } = this.#authorization;
    if (revision === this.#checkedAt) return undefined;
    const decision = authorizer.authorize(this.#user, this.#action);
    if (!decision.allowed) return forbiddenAction(this.#user, this.#action, decision.reason);
    this.#checkedAt = revision;
    return undefined;
  }
}
