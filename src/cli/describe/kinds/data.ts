/** ConfigMaps and Secrets: of a Secret only how much there is, never what. */
import type { ConfigMap, Secret } from '../../../scheme/generated/types/core-v1.ts';
import { DescribeObjectDocument, type DescribeObjectQuery } from '../../generated/operations.ts';
import { defineDescriber } from '../describer.ts';
import { Description } from '../description.ts';
import { describeEvents } from '../events.ts';
import { eventsAbout } from '../events-about.ts';
import { annotationLines, labelLines, sortedEntries } from '../formats.ts';

export const configMapDescriber = defineDescriber({
  words: ['configmap', 'configmaps', 'cm'],
  resource: 'configmaps.v1.',
  document: DescribeObjectDocument,
  describe: (answer, nowMs) => describeConfigMap(answer, nowMs),
});

export const secretDescriber = defineDescriber({
  words: ['secret', 'secrets'],
  resource: 'secrets.v1.',
  document: DescribeObjectDocument,
  describe: (answer) => describeSecret(answer),
});

/** A ConfigMap with its texts. */
export function describeConfigMap(answer: DescribeObjectQuery, nowMs: number): string {
  const configMap = answer.object as ConfigMap;
  const description = new Description();
  describeIdentity(description, configMap);
  description.line(0, '').line(0, 'Data').line(0, '====');
  for (const [key, value] of sortedEntries(configMap.data)) {
    // A tab in the text is no column.
    description
      .line(0, `${key}:`)
      .line(0, '----')
      .line(0, value.replaceAll('\t', '        '))
      .line(0, '');
  }
  description.line(0, '').line(0, 'BinaryData').line(0, '====');
  for (const [key, value] of sortedEntries(configMap.binaryData)) {
    description.line(0, `${key}: ${bytesIn(value)} bytes`);
  }
  description.line(0, '');
  describeEvents(description, eventsAbout(answer), nowMs);
  return description.toString();
}

/** A Secret with the sizes of its values. */
export function describeSecret({ object }: DescribeObjectQuery): string {
  const secret = object as Secret;
  const description = new Description();
  describeIdentity(description, secret);
  description.line(0, '').field(0, 'Type', secret.type).line(0, '').line(0, 'Data').line(0, '====');
  for (const [key, value] of sortedEntries(secret.data)) {
    description.line(0, `${key}:`, `${bytesIn(value)} bytes`);
  }
  return description.toString();
}

function describeIdentity(description: Description, { metadata }: ConfigMap | Secret): void {
  description.field(0, 'Name', metadata.name).field(0, 'Namespace', metadata.namespace);
  description.list(0, 'Labels', labelLines(metadata.labels));
  description.list(0, 'Annotations', annotationLines(metadata.annotations));
}

function bytesIn(base64: string): number {
  return Buffer.from(base64, 'base64').length;
}
