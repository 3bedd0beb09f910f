import type { Call } from '../call.ts';
import { define, type Overload } from '../functions.ts';
import { CHECK_COST } from '../prices.ts';
import { CelOpaque } from '../values.ts';

/** What an expression asks the authorizer. */
export interface AuthorizerQuestion {
  /** Asked about this service account instead of who makes the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly verb: string;
  /** A path that is no resource: `/healthz`. */
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

export interface AuthorizerAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  /** Why no answer could be found. */
  readonly error?: string;
}

/** Answers the questions of expressions. It is asked while an expression runs, and so answers at once. */
export type CelAuthorizer = (question: AuthorizerQuestion) => AuthorizerAnswer;

/** What is known of a question so far: `authorizer.group("apps").resource("deployments")`. */
type PartialQuestion = Omit<AuthorizerQuestion, 'verb'>;

abstract class AuthorizerPart extends CelOpaque {
  readonly authorizer: CelAuthorizer;
  readonly question: PartialQuestion;

  constructor(authorizer: CelAuthorizer, question: PartialQuestion = {}) {
    super();
    this.authorizer = authorizer;
    this.question = question;
  }

  equals(other: CelOpaque): boolean {
    return other === this;
  }
}

/** The value of the variable `authorizer`. */
export class AuthorizerValue extends AuthorizerPart {
  readonly typeName = 'kubernetes.authorization.Authorizer';
}

class PathCheck extends AuthorizerPart {
  readonly typeName = 'kubernetes.authorization.PathCheck';
}

class GroupCheck extends AuthorizerPart {
  readonly typeName = 'kubernetes.authorization.GroupCheck';
}

/** The value of `authorizer.requestResource`, and of every question about a resource. */
export class ResourceCheck extends AuthorizerPart {
  readonly typeName = 'kubernetes.authorization.ResourceCheck';
}

class Decision extends CelOpaque {
  readonly typeName = 'kubernetes.authorization.Decision';
  readonly answer: AuthorizerAnswer;

  constructor(answer: AuthorizerAnswer) {
    super();
    this.answer = answer;
  }

  equals(other: CelOpaque): boolean {
    return other === this;
  }
}

function check(call: Call, part: AuthorizerPart): Decision {
  call.spend.charge(CHECK_COST);
  return new Decision(part.authorizer({ ...part.question, verb: call.string(1) }));
}

function refined(call: Call, field: keyof PartialQuestion): ResourceCheck {
  const { authorizer, question } = call.instance(0, ResourceCheck);
  return new ResourceCheck(authorizer, { ...question, [field]: call.string(1) });
}

const NAMESPACE = 'kubernetes.authorization';
const RESOURCE = `${NAMESPACE}.ResourceCheck`;
const DECISION = `${NAMESPACE}.Decision`;
const AUTHORIZER_NAME = `${NAMESPACE}.Authorizer`;

const REFINEMENTS = ['subresource', 'namespace', 'name', 'fieldSelector', 'labelSelector'] as const;

export const AUTHORIZER: readonly Overload[] = [
  define(`${AUTHORIZER_NAME}::path(string): ${NAMESPACE}.PathCheck`, (call) => {
    const { authorizer, question } = call.instance(0, AuthorizerValue);
    return new PathCheck(authorizer, { ...question, path: call.string(1) });
  }),
  define(`${AUTHORIZER_NAME}::group(string): ${NAMESPACE}.GroupCheck`, (call) => {
    const { authorizer, question } = call.instance(0, AuthorizerValue);
    return new GroupCheck(authorizer, { ...question, group: call.string(1) });
  }),
  define(`${AUTHORIZER_NAME}::serviceAccount(string, string): ${AUTHORIZER_NAME}`, (call) => {
    const { authorizer } = call.instance(0, AuthorizerValue);
    const serviceAccount = { namespace: call.string(1), name: call.string(2) };
    return new AuthorizerValue(authorizer, { serviceAccount });
  }),
  define(`${NAMESPACE}.GroupCheck::resource(string): ${RESOURCE}`, (call) => {
    const { authorizer, question } = call.instance(0, GroupCheck);
    return new ResourceCheck(authorizer, { ...question, resource: call.string(1) });
  }),
  ...REFINEMENTS.map((field) =>
    define(`${RESOURCE}::${field}(string): ${RESOURCE}`, (call) => refined(call, field)),
  ),
  define(`${NAMESPACE}.PathCheck::check(string): ${DECISION}`, (call) =>
    check(call, call.instance(0, PathCheck)),
  ),
  define(`${RESOURCE}::check(string): ${DECISION}`, (call) =>
    check(call, call.instance(0, ResourceCheck)),
  ),
  define(`${DECISION}::allowed(): bool`, (call) => call.instance(0, Decision).answer.allowed),
  define(`${DECISION}::reason(): string`, (call) => call.instance(0, Decision).answer.reason),
  define(
    `${DECISION}::errored(): bool`,
    (call) => call.instance(0, Decision).answer.error !== undefined,
  ),
  define(`${DECISION}::error(): string`, (call) => call.instance(0, Decision).answer.error ?? ''),
];
