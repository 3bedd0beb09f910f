import type { Namespace } from '../../../scheme/generated/types/core-v1.ts';
import {
  DescribeNamespaceDocument,
  type DescribeNamespaceQuery,
} from '../../generated/operations.ts';
import { compareTexts } from '../../output/compare.ts';
import { defineDescriber } from '../describer.ts';
import { Description } from '../description.ts';
import { annotationLines, labelLines, sortedEntries } from '../formats.ts';

export const namespaceDescriber = defineDescriber({
  words: ['namespace', 'namespaces', 'ns'],
  resource: 'namespaces.v1.',
  document: DescribeNamespaceDocument,
  describe: (answer) => describeNamespace(answer),
});

type Related = DescribeNamespaceQuery['core']['v1'];
type Quota = NonNullable<Related['resourceQuotas']>['items'][number];
type Limits = NonNullable<Related['limitRanges']>['items'][number];

/** A Namespace, with its quotas and limits. */
export function describeNamespace({ object, core }: DescribeNamespaceQuery): string {
  const { metadata, status } = object as Namespace;
  const description = new Description();
  description.field(0, 'Name', metadata.name);
  description.list(0, 'Labels', labelLines(metadata.labels));
  description.list(0, 'Annotations', annotationLines(metadata.annotations));
  description.field(0, 'Status', status?.phase);
  if (status?.conditions?.length) {
    description
      .line(0, 'Conditions:')
      .line(1, 'Type', 'Status', 'LastTransitionTime', 'Reason', 'Message');
    description.line(1, '----', '------', '------------------', '------', '-------');
    for (const {
      type,
      status: value,
      lastTransitionTime = '',
      reason = '',
      message = '',
    } of status.conditions) {
      description.line(1, type, value, lastTransitionTime, reason, message);
    }
  }
  describeQuotas(description, core.v1.resourceQuotas?.items ?? []);
  describeLimits(description, core.v1.limitRanges?.items ?? []);
  return description.toString();
}

function describeQuotas(description: Description, quotas: readonly Quota[]): void {
  description.line(0, '');
  if (quotas.length === 0) {
    description.line(0, 'No resource quota.');
    return;
  }
  description.line(0, 'Resource Quotas');
  for (const { metadata, status } of quotas) {
    description.line(1, 'Name:', metadata.name ?? '').line(1, 'Resource', 'Used', 'Hard');
    description.line(1, '--------', '---', '---');
    for (const [resource, hard] of sortedEntries(status?.hard)) {
      description.line(1, resource, status?.used?.[resource] ?? '0', hard);
    }
  }
}

function describeLimits(description: Description, ranges: readonly Limits[]): void {
  description.line(0, '');
  const limits = ranges.flatMap(({ spec }) => spec?.limits ?? []);
  if (limits.length === 0) {
    description.line(0, 'No LimitRange resource.');
    return;
  }
  description.line(0, 'Resource Limits');
  description.line(
    0,
    ' Type',
    'Resource',
    'Min',
    'Max',
    'Default Request',
    'Default Limit',
    'Max Limit/Request Ratio',
  );
  description.line(
    0,
    ' ----',
    '--------',
    '---',
    '---',
    '---------------',
    '-------------',
    '-----------------------',
  );
  for (const { type, min, max, default: limit, defaultRequest, maxLimitRequestRatio } of limits) {
    const columns = [min, max, defaultRequest, limit, maxLimitRequestRatio];
    const resources = new Set(columns.flatMap((column) => Object.keys(column ?? {})));
    for (const resource of [...resources].sort(compareTexts)) {
      description.line(
        0,
        ` ${type}`,
        resource,
        ...columns.map((column) => column?.[resource] ?? '-'),
      );
    }
  }
}
