/** What one decoding gathers: errors with their paths. Paths are kept as a stack and spelled only when one is needed. */
type Segment = string | number | typeof MAP_KEY;

/** Stands before a map's key in the stack, so that it is spelled `labels[app]`. */
export const MAP_KEY = Symbol('map key');

/** Nothing that Kubernetes accepts is deeper; deeper input would only exhaust the stack. */
export const MAX_DEPTH = 250;

/** Enough to mend an object by; more would only be a flood. */
const MAX_ERRORS = 50;

export class DecodeContext {
  /** The path down to the value at hand: entries at and past its depth are leftovers. */
  readonly path: Segment[] = [];
  readonly typeErrors: string[] = [];
  readonly unknownFields: string[] = [];
  readonly #hidesValues: boolean;

  /** @param hidesValues Set for objects whose values no message may show. */
  constructor(hidesValues: boolean) {
    this.#hidesValues = hidesValues;
  }

  /** A value that its field cannot hold: `wanted` names what it can, as "an integer". */
  typeError(depth: number, wanted: string, got: unknown): undefined {
    this.problem(depth, `expected ${wanted}, got ${this.#describe(got)}`);
  }

  problem(depth: number, what: string): undefined {
    if (this.typeErrors.length < MAX_ERRORS) {
      this.typeErrors.push(`${formatPath(this.path, depth)}: ${what}`);
    }
  }

  /** @param hint Follows the message: `, did you mean …?` */
  unknownField(depth: number, field: string, hint: string): void {
    if (this.unknownFields.length >= MAX_ERRORS) return;
    this.path[depth] = field;
    this.unknownPath(formatPath(this.path, depth + 1), hint);
  }

  /** As {@link unknownField}, of a path that is spelled already. */
  unknownPath(path: string, hint = ''): void {
    if (this.unknownFields.length >= MAX_ERRORS) return;
    this.unknownFields.push(`unknown field "${path}"${hint}`);
  }

  #describe(value: unknown): string {
    if (value === null) return 'null';
    if (Array.isArray(value)) return 'a list';
    switch (typeof value) {
      case 'string':
        return this.#hidesValues || value.length > 60
          ? 'a string'
          : `the string ${JSON.stringify(value)}`;
      case 'number':
        return this.#hidesValues ? 'a number' : `the number ${value}`;
      case 'boolean':
        return `the boolean ${value}`;
      case 'object':
        return 'an object';
      default:
        return typeof value;
    }
  }
}

/** `spec.containers[0].ports`, of the first `depth` segments. */
function formatPath(path: readonly Segment[], depth: number): string {
  let text = '';
  for (let i = 0; i < depth; i++) {
    const segment = path[i] as Segment;
    if (segment === MAP_KEY) text += `[${String(path[++i])}]`;
    else if (typeof segment === 'number') text += `[${segment}]`;
    else text += text === '' ? String(segment) : `.${String(segment)}`;
  }
  return text;
}
