/** Objects of any other kind: all their fields, with readable labels. */
import type { ApiObject } from '../../../scheme/object.ts';
import type { DescribeObjectQuery } from '../../generated/operations.ts';
import { isJsonObject, type JsonObject } from '../../output/json-values.ts';
import { Description } from '../description.ts';
import { describeEvents } from '../events.ts';
import { eventsAbout } from '../events-about.ts';
import { annotationLines, labelLines, sortedEntries } from '../formats.ts';

/** Shown at the top, or of interest to nobody. */
const HIDDEN_METADATA = new Set(['name', 'namespace', 'labels', 'annotations', 'managedFields']);
/** Written in capitals. */
const ACRONYMS = new Set(['api', 'cidr', 'dns', 'id', 'ip', 'ips', 'tls', 'ttl', 'uid', 'url']);

/** Any object, and its events. */
export function describeAnything(answer: DescribeObjectQuery, nowMs: number): string {
  const object = answer.object as ApiObject;
  const { apiVersion, kind, metadata, ...rest } = object;
  const description = new Description();
  description.field(0, 'Name', metadata.name).field(0, 'Namespace', metadata.namespace);
  description.list(0, 'Labels', labelLines(metadata.labels));
  description.list(0, 'Annotations', annotationLines(metadata.annotations));
  description.field(0, 'API Version', apiVersion).field(0, 'Kind', kind);
  const shown = Object.entries(metadata).filter(([key]) => !HIDDEN_METADATA.has(key));
  description.line(0, 'Metadata:');
  describeFields(description, 1, Object.fromEntries(shown));
  describeFields(description, 0, rest as JsonObject);
  describeEvents(description, eventsAbout(answer), nowMs);
  return description.toString();
}

function describeFields(description: Description, level: number, fields: JsonObject): void {
  for (const [key, value] of sortedEntries(fields)) {
    const label = toLabel(key);
    if (isJsonObject(value)) {
      description.line(level, `${label}:`);
      describeFields(description, level + 1, value);
    } else if (Array.isArray(value)) {
      description.line(level, `${label}:`);
      for (const item of value) describeItem(description, level + 1, item);
    } else {
      describeScalar(description, { level, label, value });
    }
  }
}

function describeItem(description: Description, level: number, item: unknown): void {
  if (isJsonObject(item)) describeFields(description, level, item);
  else description.line(level, String(item));
}

function describeScalar(
  description: Description,
  { level, label, value }: { level: number; label: string; value: unknown },
): void {
  const [first = '', ...others] = String(value).split('\n');
  description.line(level, `${label}:`, first);
  for (const line of others) description.line(level, '', line);
}

/** `podCIDR` as `Pod CIDR`; keys that are no words, such as those of labels, stay as they are. */
function toLabel(key: string): string {
  if (!/^[a-zA-Z0-9]+$/.test(key)) return key;
  const words = key.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[A-Z]+/g) ?? [key];
  return words
    .map((word) => (ACRONYMS.has(word.toLowerCase()) ? word.toUpperCase() : upperFirst(word)))
    .join(' ');
}

function upperFirst(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
