/**
 * Judges what a document spells out in `where` and `orderBy` before anything runs: fields that the kind does not have, and
 * values that they cannot have. What comes in variables is judged when they are there.
 */
import {
  type ArgumentNode,
  type ASTNode,
  BREAK,
  GraphQLError,
  Kind,
  type ValidationContext,
  type ValidationRule,
  valueFromAST,
  visit,
} from 'graphql';
import { isApiError } from '../../scheme/errors.ts';
import { isRefinementCheck } from '../schema/list-refinement.ts';

export const REFINEMENT_RULE: ValidationRule = (context) => ({
  [Kind.FIELD]({ arguments: given = [] }) {
    for (const argument of given) judge(context, argument);
  },
});

function judge(context: ValidationContext, argument: ArgumentNode): void {
  const field = context.getFieldDef();
  const check = field?.extensions.checkRefinement;
  const declared = field?.args.find(({ name }) => name === argument.name.value);
  if (!declared || !isRefinementCheck(check) || hasVariable(argument)) return;
  const value: unknown = valueFromAST(argument.value, declared.type);
  // Undefined is what the argument's own type does not take: that is told by another rule.
  if (value === undefined) return;
  try {
    check({ [declared.name]: value });
  } catch (error) {
    if (!isApiError(error)) throw error;
    context.reportError(new GraphQLError(error.message, { nodes: argument }));
  }
}

function hasVariable(node: ASTNode): boolean {
  let isFound = false;
  visit(node, {
    [Kind.VARIABLE]() {
      isFound = true;
      return BREAK;
    },
  });
  return isFound;
}
