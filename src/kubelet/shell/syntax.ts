/** What a line of shell is made of, once it is understood. */

export type Part =
  | { readonly type: 'text'; readonly text: string; readonly isQuoted: boolean }
  | { readonly type: 'variable'; readonly variable: Variable; readonly isQuoted: boolean }
  | { readonly type: 'output'; readonly script: Script; readonly isQuoted: boolean }
  | { readonly type: 'arithmetic'; readonly expression: Word; readonly isQuoted: boolean };

/** `${name:-operand}` and its like. */
export interface Variable {
  readonly name: string;
  readonly operator?: VariableOperator;
  readonly operand?: Word;
}

export type VariableOperator =
  | ':-'
  | '-'
  | ':='
  | '='
  | ':+'
  | '+'
  | ':?'
  | '?'
  | '#'
  | '##'
  | '%'
  | '%%'
  | 'length';

export type Word = readonly Part[];

export interface Redirect {
  readonly descriptor: number;
  readonly mode: 'read' | 'write' | 'append' | 'duplicate' | 'here';
  /** The file; of `here`, the text; of `duplicate`, the other descriptor. */
  readonly target: Word;
}

export interface SimpleCommand {
  readonly type: 'simple';
  readonly assignments: readonly (readonly [name: string, value: Word])[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
}

export interface GroupCommand {
  readonly type: 'group';
  readonly body: Script;
  /** In parentheses: what it sets, it sets for itself. */
  readonly isSubshell: boolean;
  readonly redirects: readonly Redirect[];
}

export interface IfCommand {
  readonly type: 'if';
  readonly branches: readonly { readonly condition: Script; readonly body: Script }[];
  readonly otherwise: Script | undefined;
  readonly redirects: readonly Redirect[];
}

export interface LoopCommand {
  readonly type: 'loop';
  readonly condition: Script;
  /** Whether it goes on until the condition holds, rather than while it does. */
  readonly isUntil: boolean;
  readonly body: Script;
  readonly redirects: readonly Redirect[];
}

export interface ForCommand {
  readonly type: 'for';
  readonly name: string;
  readonly words: readonly Word[];
  readonly body: Script;
  readonly redirects: readonly Redirect[];
}

export type Command = SimpleCommand | GroupCommand | IfCommand | LoopCommand | ForCommand;

export interface Pipeline {
  readonly commands: readonly Command[];
  readonly isNegated: boolean;
}

/** A pipeline, and when it runs: always, or as the one before went. */
export interface Step {
  readonly when: 'always' | 'success' | 'failure';
  readonly pipeline: Pipeline;
}

export type Script = readonly Step[];

export class ShellSyntaxError extends Error {
  override readonly name = 'ShellSyntaxError';
  /** Whether more text could make it right: an open quote, an `if` without its `fi`. */
  readonly isIncomplete: boolean;

  constructor(message: string, isIncomplete = false) {
    super(message);
    this.isIncomplete = isIncomplete;
  }
}
