import { type FieldError, notSupported, required } from './field-error.ts';
import type { FieldSchema, FieldType, TypeSchema } from './structural-schema.ts';

/** Adds what is wrong inside `value`, which is at `path`, to `errors`. `value` has the right types already. */
type Check = (value: unknown, path: string, errors: FieldError[]) => void;

/**
 * Turns schemas into checks of what must be there and of closed value sets. Types in which nothing can be wrong have no
 * check, so that whole subtrees cost nothing.
 */
export class StructureCompiler {
  readonly #typeOf: (name: string) => TypeSchema | undefined;
  readonly #compiled = new Map<string, Check>();
  readonly #checkable = new Map<string, boolean>();

  constructor(typeOf: (name: string) => TypeSchema | undefined) {
    this.#typeOf = typeOf;
  }

  forType(name: string): Check {
    const known = this.#compiled.get(name);
    if (known) return known;
    const fields = Object.entries(this.#typeOf(name)?.fields ?? {});
    const requiredFields = fields.filter(([, field]) => field.required).map(([field]) => field);
    const checks = fields.flatMap(([field, schema]) => {
      const check = this.#field(schema);
      return check ? [[field, check] as const] : [];
    });
    const check = structCheck(requiredFields, checks);
    this.#compiled.set(name, check);
    return check;
  }

  #field(field: FieldSchema): Check | undefined {
    return this.#type(field.type, field.enum ? enumCheck(field) : undefined);
  }

  #type(type: FieldType, leaf: Check | undefined): Check | undefined {
    switch (type.kind) {
      case 'list': {
        const items = this.#type(type.items, leaf);
        return items && listCheck(items);
      }
      case 'map': {
        const values = this.#type(type.values, leaf);
        return values && mapCheck(values);
      }
      case 'ref':
        return this.#ref(type.name);
      default:
        return leaf;
    }
  }

  #ref(name: string): Check | undefined {
    if (!this.#isCheckable(name)) return undefined;
    let target: Check | undefined;
    return (value, path, errors) => {
      target ??= this.forType(name);
      target(value, path, errors);
    };
  }

  /** Whether anything can be wrong in a value of type `name`. A type that is being looked into adds nothing itself. */
  #isCheckable(name: string): boolean {
    const known = this.#checkable.get(name);
    if (known !== undefined) return known;
    this.#checkable.set(name, false);
    const fields = Object.values(this.#typeOf(name)?.fields ?? {});
    const result = fields.some((field) => {
      if (field.required || field.enum) return true;
      const target = refOf(field.type);
      return target !== undefined && this.#isCheckable(target);
    });
    this.#checkable.set(name, result);
    return result;
  }
}

function refOf(type: FieldType): string | undefined {
  if (type.kind === 'ref') return type.name;
  if (type.kind === 'list') return refOf(type.items);
  return type.kind === 'map' ? refOf(type.values) : undefined;
}

function structCheck(
  requiredFields: readonly string[],
  checks: readonly (readonly [string, Check])[],
): Check {
  return (value, path, errors) => {
    const object = value as Record<string, unknown>;
    const prefix = path === '' ? '' : `${path}.`;
    for (const field of requiredFields) {
      if (object[field] === undefined) errors.push(required(prefix + field));
    }
    for (const [field, check] of checks) {
      const member = object[field];
      if (member !== undefined) check(member, prefix + field, errors);
    }
  };
}

function listCheck(items: Check): Check {
  return (value, path, errors) => {
    const list = value as readonly unknown[];
    for (let i = 0; i < list.length; i++) items(list[i], `${path}[${i}]`, errors);
  };
}

function mapCheck(values: Check): Check {
  return (value, path, errors) => {
    const map = value as Record<string, unknown>;
    for (const key in map) values(map[key], `${path}[${key}]`, errors);
  };
}

function enumCheck({ enum: members = [], required: isRequired }: FieldSchema): Check {
  const supported = new Set(members);
  // In a field that may be left out, the empty string says "not set", as it does to Kubernetes.
  if (!isRequired) supported.add('');
  return (value, path, errors) => {
    if (supported.has(value as string)) return;
    errors.push(notSupported(path, value, members));
  };
}
