import { toError } from '../../../lib/errors.ts';
import type { MaybePromise } from '../../../lib/maybe-promise.ts';
import { AUTHORIZER, REQUEST_RESOURCE } from '../../../scheme/cel/admission-variables.ts';
import {
  type AuthorizerAnswer,
  type AuthorizerQuestion,
  AuthorizerValue,
  ResourceCheck,
} from '../../../scheme/cel/library/authorizer.ts';
import { serviceAccountUser } from '../../authentication/identities.ts';
import type { Authorizer, Decision } from '../../authorization/authorizer.ts';
import type { UserInfo } from '../../client.ts';
import type { AdmissionRequest } from '../plugin.ts';

/** An expression asked something that must be waited for; it runs again once the answer is there. */
class AnswerPending {
  readonly answer: Promise<void>;

  constructor(answer: Promise<void>) {
    this.answer = answer;
  }
}

/** What the authorizer says of the questions that one request's expressions ask; each is asked once. */
export class AuthorizerAnswers {
  readonly #request: AdmissionRequest;
  readonly #answers = new Map<string, AuthorizerAnswer>();

  constructor(request: AdmissionRequest) {
    this.#request = request;
  }

  /** The variables by which expressions ask. */
  variables(): Readonly<Record<string, unknown>> {
    const ask = (question: AuthorizerQuestion): AuthorizerAnswer => this.#answer(question);
    const { requestResource, subresource, namespace, name } = this.#request;
    const { group, resource } = requestResource;
    return {
      [AUTHORIZER]: new AuthorizerValue(ask),
      [REQUEST_RESOURCE]: new ResourceCheck(ask, { group, resource, subresource, namespace, name }),
    };
  }

  /** Runs `evaluate`, again where it asked what had to be waited for. */
  whenAnswered<T>(evaluate: () => T): MaybePromise<T> {
    try {
      return evaluate();
    } catch (thrown) {
      if (!(thrown instanceof AnswerPending)) throw thrown;
      return thrown.answer.then(() => this.whenAnswered(evaluate));
    }
  }

  #answer(question: AuthorizerQuestion): AuthorizerAnswer {
    const key = JSON.stringify(question);
    const known = this.#answers.get(key);
    if (known) return known;
    const asked = askAuthorizer(this.#request.state.authorizer, this.#request.user, question);
    if (!(asked instanceof Promise)) return this.#remember(key, answerOf(asked));
    const refused = (thrown: unknown): AuthorizerAnswer => errored(toError(thrown).message);
    throw new AnswerPending(
      asked.then(answerOf, refused).then((answer) => void this.#remember(key, answer)),
    );
  }

  #remember(key: string, answer: AuthorizerAnswer): AuthorizerAnswer {
    this.#answers.set(key, answer);
    return answer;
  }
}

const errored = (error: string): AuthorizerAnswer => ({ allowed: false, reason: '', error });

function answerOf({ allowed, reason = '' }: Decision): AuthorizerAnswer {
  return { allowed, reason };
}

function askAuthorizer(
  authorizer: Authorizer,
  user: UserInfo,
  question: AuthorizerQuestion,
): MaybePromise<Decision> {
  const { serviceAccount, verb, path, group = '', resource = '' } = question;
  const who = serviceAccount
    ? serviceAccountUser(serviceAccount.namespace, serviceAccount.name)
    : user;
  if (path !== undefined) return authorizer.authorize(who, { verb, path });
  const { subresource, namespace, name, fieldSelector } = question;
  return authorizer.authorize(who, {
    verb,
    resource: { group, resource },
    ...(subresource ? { subresource } : {}),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(fieldSelector ? { fieldSelector } : {}),
  });
}
