import { ShellSyntaxError } from './syntax.ts';

const TOKEN = /\s*(\d+|[A-Za-z_]\w*|&&|\|\||[<>=!]=|[-+*/%()<>!?:])/y;

/** From what binds least to what binds most. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

/** The value of `$((…))`, in 64 bits. @param lookUp what a variable is; what is no number counts as 0 @throws {ShellSyntaxError} */
export function evaluateArithmetic(text: string, lookUp: (name: string) => string): bigint {
  const tokens = tokenize(text);
  if (tokens.length === 0) return 0n;
  const evaluator = new Evaluator(tokens, lookUp);
  return evaluator.evaluate();
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(trimmed)?.[1];
    if (token === undefined)
      throw new ShellSyntaxError(`arithmetic syntax error at "${trimmed.slice(at)}"`);
    tokens.push(token);
  }
  return tokens;
}

class Evaluator {
  readonly #tokens: readonly string[];
  readonly #lookUp: (name: string) => string;
  #at = 0;

  constructor(tokens: readonly string[], lookUp: (name: string) => string) {
    this.#tokens = tokens;
    this.#lookUp = lookUp;
  }

  evaluate(): bigint {
    const value = this.#choice();
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return value;
  }

  #choice(): bigint {
    const condition = this.#binary(0);
    if (!this.#take('?')) return condition;
    const first = this.#choice();
    if (!this.#take(':')) throw this.#unexpected();
    const second = this.#choice();
    return condition === 0n ? second : first;
  }

  #binary(level: number): bigint {
    const operators = LEVELS[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#tokens[this.#at];
      if (operator === undefined || !operators.includes(operator)) return left;
      this.#at++;
      left = BigInt.asIntN(64, calculate(operator, left, this.#binary(level + 1)));
    }
  }

  #unary(): bigint {
    if (this.#take('-')) return -this.#unary();
    if (this.#take('+')) return this.#unary();
    if (this.#take('!')) return toBit(this.#unary() === 0n);
    if (this.#take('(')) {
      const value = this.#choice();
      if (!this.#take(')')) throw this.#unexpected();
      return value;
    }
    const token = this.#tokens[this.#at++];
    if (token !== undefined && /^\d/.test(token)) return BigInt.asIntN(64, BigInt(token));
    if (token === undefined || !/^\w/.test(token)) throw this.#unexpected();
    const value = this.#lookUp(token).trim();
    return /^-?\d{1,19}$/.test(value) ? BigInt.asIntN(64, BigInt(value)) : 0n;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #unexpected(): ShellSyntaxError {
    return new ShellSyntaxError('arithmetic syntax error');
  }
}

function calculate(operator: string, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '||':
      return toBit(left !== 0n || right !== 0n);
    case '&&':
      return toBit(left !== 0n && right !== 0n);
    case '==':
      return toBit(left === right);
    case '!=':
      return toBit(left !== right);
    case '<':
      return toBit(left < right);
    case '<=':
      return toBit(left <= right);
    case '>':
      return toBit(left > right);
    case '>=':
      return toBit(left >= right);
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    default:
      return divide(operator, left, right);
  }
}

function divide(operator: string, left: bigint, right: bigint): bigint {
  if (right === 0n) throw new ShellSyntaxError('divide by zero');
  return operator === '/' ? left / right : left % right;
}

const toBit = (holds: boolean): bigint => (holds ? 1n : 0n);
