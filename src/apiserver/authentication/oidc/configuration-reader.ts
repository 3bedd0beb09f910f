import { didYouMeanHint } from '../../../lib/did-you-mean.ts';
import { type FieldError, invalid, required } from '../../../scheme/field-error.ts';

type Members = Readonly<Record<string, unknown>>;

/** Reads a configuration that came from YAML: what is not as it should be becomes an error at its path. */
export class ConfigurationReader {
  readonly errors: FieldError[] = [];

  /** The members of an object; a member that is not among `known` is an error, for it would be without effect. */
  object(value: unknown, path: string, known: readonly string[]): Members {
    if (value === undefined || value === null) return {};
    if (typeof value !== 'object' || Array.isArray(value)) {
      this.errors.push(invalid(path, value, 'must be an object'));
      return {};
    }
    for (const name of Object.keys(value)) {
      if (known.includes(name)) continue;
      const hint = didYouMeanHint(name, known);
      this.errors.push(invalid(path ? `${path}.${name}` : name, name, `is not known${hint}`));
    }
    return value as Members;
  }

  /** A text; undefined when there is none. */
  text(value: unknown, path: string): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    this.errors.push(invalid(path, value, 'must be a string'));
    return undefined;
  }

  requiredText(value: unknown, path: string): string {
    const text = this.text(value, path);
    if (!text) this.errors.push(required(path));
    return text ?? '';
  }

  list(value: unknown, path: string): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.errors.push(invalid(path, value, 'must be a list'));
    return [];
  }

  texts(value: unknown, path: string): readonly string[] {
    return this.list(value, path).map((item, at) => this.requiredText(item, `${path}[${at}]`));
  }

  boolean(value: unknown, path: string): boolean {
    if (value === undefined || value === null || typeof value === 'boolean') return value === true;
    this.errors.push(invalid(path, value, 'must be true or false'));
    return false;
  }

  refuse(path: string, value: unknown, detail: string): void {
    this.errors.push(invalid(path, value, detail));
  }
}
