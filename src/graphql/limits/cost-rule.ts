/**
 * What an operation may make the server read. A field costs 1. A field that reads costs 10, and ten times that for each
 * reading field that it is inside of: relations of relations multiply what is read. Mutations cost 10 each.
 */
import {
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLNamedType,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { CODE_LIMIT_EXCEEDED } from './parse-document.ts';

const READ_COST = 10;

/** The cost of a selection that is inside of reads which cost `factor` is `plain + factor * reading`. */
interface Cost {
  readonly plain: number;
  readonly reading: number;
}

const NOTHING: Cost = { plain: 0, reading: 0 };

/** Refuses operations that cost more than `maxCost`. */
export function createCostRule(maxCost: number): ValidationRule {
  return (context) => ({
    [Kind.DOCUMENT](document) {
      const meter = new CostMeter(context);
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
        const rootType = context.getSchema().getRootType(definition.operation);
        const { plain, reading } = meter.measure(definition.selectionSet, rootType ?? undefined);
        const cost = plain + reading;
        if (cost <= maxCost) continue;
        context.reportError(
          new GraphQLError(`Query refused: its cost is ${cost}, the limit is ${maxCost}`, {
            nodes: definition,
            extensions: { code: CODE_LIMIT_EXCEEDED },
          }),
        );
      }
    },
  });
}

/** Measures each fragment once, so that fragments of fragments cost no more time than they are long. */
class CostMeter {
  readonly #context: ValidationContext;
  readonly #fragments = new Map<FragmentDefinitionNode, Cost>();

  constructor(context: ValidationContext) {
    this.#context = context;
  }

  measure(selectionSet: SelectionSetNode | undefined, parent: GraphQLNamedType | undefined): Cost {
    let plain = 0;
    let reading = 0;
    for (const selection of selectionSet?.selections ?? []) {
      const cost = this.#measureSelection(selection, parent);
      plain += cost.plain;
      reading += cost.reading;
    }
    return { plain, reading };
  }

  #measureSelection(selection: SelectionNode, parent: GraphQLNamedType | undefined): Cost {
    switch (selection.kind) {
      case Kind.FRAGMENT_SPREAD:
        return this.#measureFragment(this.#context.getFragment(selection.name.value));
      case Kind.INLINE_FRAGMENT: {
        const condition = selection.typeCondition?.name.value;
        return this.measure(selection.selectionSet, condition ? this.#type(condition) : parent);
      }
      case Kind.FIELD: {
        const field =
          isObjectType(parent) || isInterfaceType(parent)
            ? parent.getFields()[selection.name.value]
            : undefined;
        const inner = this.measure(selection.selectionSet, field && getNamedType(field.type));
        if (field?.extensions.reads) {
          return { plain: inner.plain, reading: READ_COST * (1 + inner.reading) };
        }
        const isMutation = parent === this.#context.getSchema().getMutationType();
        return { plain: inner.plain + (isMutation ? READ_COST : 1), reading: inner.reading };
      }
    }
  }

  #measureFragment(fragment: FragmentDefinitionNode | null | undefined): Cost {
    if (!fragment) return NOTHING;
    const known = this.#fragments.get(fragment);
    if (known) return known;
    // A fragment that contains itself counts nothing inside of itself; another rule refuses it.
    this.#fragments.set(fragment, NOTHING);
    const cost = this.measure(fragment.selectionSet, this.#type(fragment.typeCondition.name.value));
    this.#fragments.set(fragment, cost);
    return cost;
  }

  #type(name: string): GraphQLNamedType | undefined {
    return this.#context.getSchema().getType(name);
  }
}
