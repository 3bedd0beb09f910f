import { FunctionTable } from './functions.ts';
import { OPERATORS } from './library/operators.ts';
import { OPTIONALS } from './library/optionals.ts';
import { REGEX } from './library/regex.ts';
import { STANDARD } from './library/standard.ts';

/** Every function that Kubernetes' expressions have. */
export const FUNCTIONS = new FunctionTable([...OPERATORS, ...STANDARD, ...OPTIONALS, ...REGEX]);
