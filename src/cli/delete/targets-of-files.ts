import { parseAllDocuments } from 'yaml';
import type { FileOptions } from '../arguments/options.ts';
import { CliError } from '../cli-error.ts';
import type { GlobalOptions } from '../command.ts';
import type { CliContext } from '../context.ts';
import { collectManifests, type ManifestSource } from '../manifests/collect.ts';
import { isJsonObject, type JsonObject, valueAt } from '../output/json-values.ts';
import { findResource, type Target, toTarget } from '../targets.ts';

/** The objects that manifests name. @throws {CliError} when one names none */
export async function targetsOfFiles(
  context: CliContext,
  options: FileOptions & GlobalOptions,
): Promise<readonly Target[]> {
  const targets: Target[] = [];
  for (const source of await collectManifests(context, options)) {
    for (const object of readObjects(source)) {
      targets.push(await targetOf(context, source, object, options.namespace));
    }
  }
  return targets;
}

function readObjects({ name, text }: ManifestSource): readonly unknown[] {
  const documents = parseAllDocuments(text, { merge: true, uniqueKeys: true });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new CliError(`error parsing ${name}: ${error.message}`);
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    if (value === null) return [];
    const isList = isJsonObject(value) && value.kind === 'List' && Array.isArray(value.items);
    return isList ? (value.items as unknown[]) : [value];
  });
}

async function targetOf(
  context: CliContext,
  { name: file }: ManifestSource,
  object: unknown,
  asked: string | undefined,
): Promise<Target> {
  const { apiVersion, kind } = (isJsonObject(object) ? object : {}) as JsonObject;
  const name = valueAt(object, ['metadata', 'name']);
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string') {
    throw new CliError(`${file} has a document without apiVersion, kind or metadata.name`);
  }
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const facts = await findResource(context, `${kind}.${version}.${group}`);
  const own = valueAt(object, ['metadata', 'namespace']);
  return toTarget(facts, typeof own === 'string' ? own : asked, name);
}
