import { didYouMeanHint } from './did-you-mean.ts';

type Members = Readonly<Record<string, unknown>>;

/** What is not as it should be in a configuration. */
export interface ConfigurationProblem {
  /** Where: `rules[0].users`; '' for the document itself. */
  readonly path: string;
  /** A text that is to be there is not; the value is of no use otherwise. */
  readonly type: 'invalid' | 'required';
  /** Not to be shown where the configuration holds secrets. */
  readonly value: unknown;
  readonly detail: string;
}

/**
 * Reads a configuration that came from YAML or JSON. What is not as it should be becomes a problem at its path, and reads as if
 * it were left out, so that whoever wrote the configuration hears of everything at once.
 */
export class ConfigurationReader {
  readonly problems: ConfigurationProblem[] = [];

  /** The members of an object; a member that is not among `known` is a problem, for it would be without effect. */
  object(value: unknown, path: string, known: readonly string[]): Members {
    if (value === undefined || value === null) return {};
    const members = this.members(value, path);
    for (const name of Object.keys(members)) {
      if (known.includes(name)) continue;
      const hint = didYouMeanHint(name, known);
      this.refuse(path ? `${path}.${name}` : name, name, `is not known${hint}`);
    }
    return members;
  }

  /** The members of an object that may have any. */
  members(value: unknown, path: string): Members {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Members;
    }
    this.refuse(path, value, 'must be an object');
    return {};
  }

  /** A text; undefined when there is none. */
  text(value: unknown, path: string): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    this.refuse(path, value, 'must be a string');
    return undefined;
  }

  requiredText(value: unknown, path: string): string {
    const text = this.text(value, path);
    if (text) return text;
    if (value === undefined || value === null || value === '') {
      this.problems.push({ path, type: 'required', value, detail: 'must not be empty' });
    }
    return '';
  }

  list(value: unknown, path: string): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.refuse(path, value, 'must be a list');
    return [];
  }

  requiredList(value: unknown, path: string): readonly unknown[] {
    if (Array.isArray(value) && value.length > 0) return value;
    this.refuse(path, value, 'must be a list that is not empty');
    return [];
  }

  texts(value: unknown, path: string): readonly string[] {
    return this.list(value, path).map((item, at) => this.requiredText(item, `${path}[${at}]`));
  }

  boolean(value: unknown, path: string): boolean | undefined {
    if (value === undefined || value === null || typeof value === 'boolean') {
      return value ?? undefined;
    }
    this.refuse(path, value, 'must be true or false');
    return undefined;
  }

  refuse(path: string, value: unknown, detail: string): void {
    this.problems.push({ path, type: 'invalid', value, detail });
  }
}

/** The problems as one text, without the values that have them. */
export function tellProblems(problems: readonly ConfigurationProblem[]): string {
  return problems.map(({ path, detail }) => `${path || 'the document'}: ${detail}`).join('; ');
}
