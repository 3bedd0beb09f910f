import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a compiled validator adds to a model: closed value sets and quantities, which the models show as strings. */
export interface Refinement {
  readonly quantity?: true;
  readonly enum?: readonly string[];
  readonly items?: Refinement;
  readonly values?: Refinement;
}

/** Refinements of one type by field. */
export type TypeRefinements = ReadonlyMap<string, Refinement>;

interface Module {
  /** Bodies of the local functions by name. */
  readonly functions: ReadonlyMap<string, string>;
  /** Imported functions by local name: the file they come from. */
  readonly imports: ReadonlyMap<string, string>;
  readonly enums: ReadonlyMap<string, readonly string[]>;
}

const FILE_PREFIXES = [
  {
    prefix: 'IoK8sApiextensionsApiserverPkgApis',
    path: 'io.k8s.apiextensions-apiserver.pkg.apis.',
  },
  { prefix: 'IoK8sKubeAggregatorPkgApis', path: 'io.k8s.kube-aggregator.pkg.apis.' },
  { prefix: 'IoK8sApi', path: 'io.k8s.api.' },
];

/** Refinements by full type name: `io.k8s.api.core.v1.PodSpec`. Its keys are also the known names of stable types. */
export function readValidators(validatorsDir: string): ReadonlyMap<string, TypeRefinements> {
  const types = new Map<string, TypeRefinements>();
  for (const file of readdirSync(validatorsDir).sort()) {
    if (!file.endsWith('.js')) continue;
    const name = toTypeName(file.slice(0, -'.js'.length));
    if (name) types.set(name, readRefinements(readFileSync(join(validatorsDir, file), 'utf8')));
  }
  return types;
}

function toTypeName(fileName: string): string | undefined {
  for (const { prefix, path } of FILE_PREFIXES) {
    if (!fileName.startsWith(prefix)) continue;
    const parts = /^([A-Z][a-z]+)(V\d+(?:(?:alpha|beta)\d+)?)([A-Z].*)$/.exec(
      fileName.slice(prefix.length),
    );
    if (parts) return `${path}${parts[1]?.toLowerCase()}.${parts[2]?.toLowerCase()}.${parts[3]}`;
  }
  return undefined;
}

function readRefinements(code: string): TypeRefinements {
  const module = parseModule(code);
  const root = /export const validate=(validate\d+);/.exec(code)?.[1] ?? '';
  const refinements = new Map<string, Refinement>();
  const body = module.functions.get(root) ?? '';
  const property = /void 0!==data(?:\.([\w$]+)|\["([^"]+)"\])&&\(?(validate\d+)\(/g;
  for (const match of body.matchAll(property)) {
    const refinement = refine(module, match[3] as string);
    if (refinement) refinements.set((match[1] ?? match[2]) as string, refinement);
  }
  return refinements;
}

function parseModule(code: string): Module {
  const imports = new Map<string, string>();
  for (const match of code.matchAll(/import\{validate as (validate\d+)\}from"([^"]+)"/g)) {
    imports.set(match[1] as string, match[2] as string);
  }
  const enums = new Map<string, readonly string[]>();
  for (const match of code.matchAll(/(schema\d+_enum)=(\[(?:"[^"]*",?)+\])/g)) {
    enums.set(match[1] as string, JSON.parse(match[2] as string));
  }
  const functions = new Map<string, string>();
  for (const match of code.matchAll(
    /function (validate\d+)\(data,([\s\S]*?)(?=function validate\d+\(data|$)/g,
  )) {
    functions.set(match[1] as string, match[2] as string);
  }
  return { functions, imports, enums };
}

function refine(module: Module, functionName: string): Refinement | undefined {
  if (module.imports.get(functionName)?.endsWith('ApiResourceQuantity')) return { quantity: true };
  const body = module.functions.get(functionName);
  if (body === undefined) return undefined;
  const inner = (pattern: RegExp): Refinement | undefined => {
    const name = pattern.exec(body)?.[1];
    return name === undefined ? undefined : refine(module, name);
  };
  const items = inner(/(validate\d+)\(data\[i0\]/);
  if (items) return { items };
  const values = inner(/(validate\d+)\(data\[key0\]/);
  if (values) return { values };
  const allowed = /allowedValues:(schema\d+_enum)/.exec(body)?.[1];
  const members = allowed === undefined ? undefined : module.enums.get(allowed);
  if (members) return { enum: [...members].sort() };
  return inner(/(validate\d+)\(data,\{instancePath/);
}
