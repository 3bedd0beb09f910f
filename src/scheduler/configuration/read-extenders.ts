import type { ConfigurationReader } from '../../lib/configuration-reader.ts';
import { parseGoDuration } from '../../scheme/duration.ts';
import { isExtendedResource } from '../../scheme/groups/core/pod-spec/resource-names.ts';
import type { ExtenderConfig } from '../extenders/http-extender.ts';
import { readExtenderTls } from './read-extender-tls.ts';
import { integer } from './read-values.ts';

const KNOWN = [
  'urlPrefix',
  'filterVerb',
  'prioritizeVerb',
  'preemptVerb',
  'bindVerb',
  'weight',
  'enableHTTPS',
  'tlsConfig',
  'httpTimeout',
  'nodeCacheCapable',
  'managedResources',
  'ignorable',
];

const DEFAULT_TIMEOUT_MS = 5_000;

export function readExtenders(
  reader: ConfigurationReader,
  value: unknown,
): readonly ExtenderConfig[] {
  const extenders = reader
    .list(value, 'extenders')
    .map((item, index) => readExtender(reader, item, `extenders[${index}]`));
  if (extenders.filter(({ bindVerb }) => bindVerb).length > 1) {
    reader.refuse('extenders', undefined, 'only one extender can implement bind');
  }
  return extenders;
}

function readExtender(reader: ConfigurationReader, value: unknown, path: string): ExtenderConfig {
  const members = reader.object(value, path, KNOWN);
  const urlPrefix = reader.requiredText(members.urlPrefix, `${path}.urlPrefix`);
  if (urlPrefix && !/^https?:\/\//.test(urlPrefix)) {
    reader.refuse(`${path}.urlPrefix`, urlPrefix, 'must begin with http:// or https://');
  }
  const prioritizeVerb = reader.text(members.prioritizeVerb, `${path}.prioritizeVerb`);
  const weight = integer(reader, members.weight, `${path}.weight`, { min: 0 }) ?? 1;
  if (prioritizeVerb && weight === 0) {
    const detail = 'must have a positive weight applied to it';
    reader.refuse(`${path}.weight`, weight, detail);
  }
  const resources = readResources(reader, members.managedResources, `${path}.managedResources`);
  return {
    urlPrefix,
    prioritizeVerb,
    weight,
    preemptVerb: reader.text(members.preemptVerb, `${path}.preemptVerb`),
    tls: readExtenderTls(reader, members, path),
    filterVerb: reader.text(members.filterVerb, `${path}.filterVerb`),
    bindVerb: reader.text(members.bindVerb, `${path}.bindVerb`),
    timeoutMs: readTimeout(reader, members.httpTimeout, `${path}.httpTimeout`),
    nodeCacheCapable: reader.boolean(members.nodeCacheCapable, `${path}.nodeCacheCapable`) ?? false,
    managedResources: resources.map(({ name }) => name),
    ignoredResources: resources.filter(({ isIgnored }) => isIgnored).map(({ name }) => name),
    ignorable: reader.boolean(members.ignorable, `${path}.ignorable`) ?? false,
  };
}

function readTimeout(reader: ConfigurationReader, value: unknown, path: string): number {
  const text = reader.text(value, path);
  if (text === undefined) return DEFAULT_TIMEOUT_MS;
  const timeoutMs = parseGoDuration(text);
  // As in Kubernetes, none is the default.
  if (timeoutMs === 0) return DEFAULT_TIMEOUT_MS;
  if (timeoutMs !== undefined && timeoutMs > 0) return timeoutMs;
  reader.refuse(path, value, 'must be a duration, such as 5s');
  return DEFAULT_TIMEOUT_MS;
}

interface ManagedResource {
  readonly name: string;
  readonly isIgnored: boolean;
}

function readResources(
  reader: ConfigurationReader,
  value: unknown,
  path: string,
): readonly ManagedResource[] {
  const names = new Set<string>();
  return reader.list(value, path).map((item, index) => {
    const at = `${path}[${index}]`;
    const members = reader.object(item, at, ['name', 'ignoredByScheduler']);
    const name = reader.requiredText(members.name, `${at}.name`);
    if (name && !isExtendedResource(name)) {
      reader.refuse(`${at}.name`, name, `${name} is an invalid extended resource name`);
    }
    if (names.has(name)) {
      reader.refuse(`${at}.name`, name, `duplicate extender managed resource name ${name}`);
    }
    names.add(name);
    const ignored = reader.boolean(members.ignoredByScheduler, `${at}.ignoredByScheduler`);
    return { name, isIgnored: ignored ?? false };
  });
}
