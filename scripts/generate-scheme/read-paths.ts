import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sources } from './sources.ts';

/** One operation of the API: a method on a path, and the model class that it answers with. */
export interface Operation {
  /** `createNamespacedPod`, `connectGetNamespacedPodExec`, … */
  readonly name: string;
  readonly method: string;
  /** `/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale`. */
  readonly path: string;
  /** Undefined for operations that answer with text. */
  readonly resultClass: string | undefined;
}

/** The operations of every group and version that the pinned release serves. */
export function readOperations({ apisDir }: Sources): readonly Operation[] {
  const index = readFileSync(join(apisDir, '..', 'index.js'), 'utf8');
  const served = [...index.matchAll(/ as (\w+V\d\w*Api)\b/g)].map((match) => match[1] as string);
  return served.sort().flatMap((api) => {
    return readApi(readFileSync(join(apisDir, `${api}.js`), 'utf8'));
  });
}

function readApi(code: string): Operation[] {
  const results = new Map<string, string>();
  const result = /async (\w+)WithHttpInfo\(response\)[\s\S]*?\n {4}\}\n/g;
  for (const match of code.matchAll(result)) {
    const type = /deserialize\([^\n]*, "([^"]+)", ""\)/.exec(match[0])?.[1];
    if (type && type !== 'string') results.set(match[1] as string, type);
  }
  const request =
    /async (\w+)\((?!response)[^)]*\) \{[\s\S]*?localVarPath = '([^']+)'[\s\S]*?HttpMethod\.(\w+)\)/g;
  return [...code.matchAll(request)].map((match) => ({
    name: match[1] as string,
    path: match[2] as string,
    method: match[3] as string,
    resultClass: results.get(match[1] as string),
  }));
}
