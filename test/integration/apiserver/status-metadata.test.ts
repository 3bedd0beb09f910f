/** What `/status` of each kind does with metadata: it changes it and its writer owns it, or neither. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApiObject, toApiVersion } from '../../../src/scheme/object.ts';
import type { ResourceDefinition } from '../../../src/scheme/resource.ts';
import { findExample } from '../../support/kind-examples.ts';
import { type TestApi, testApi } from '../../support/plane.ts';

let api: TestApi;

beforeAll(async () => {
  api = await testApi();
});

afterAll(async () => api[Symbol.asyncDispose]());

/** Kinds of which the status is all that `/status` changes. */
const STATUS_ALONE = [
  'apiregistration.k8s.io/APIService',
  'certificates.k8s.io/PodCertificateRequest',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'resource.k8s.io/DeviceTaintRule',
  'resource.k8s.io/ResourceClaim',
  'storage.k8s.io/VolumeAttachment',
];

const METADATA = { annotations: { noted: 'x' }, labels: { labelled: 'y' } };

interface Outcome {
  readonly taken: readonly string[];
  readonly owned: readonly string[];
}

function outcomeOf({ metadata }: ApiObject): Outcome {
  const entry = metadata.managedFields?.find(({ subresource }) => subresource === 'status');
  const owned = String(entry?.fieldsV1 ?? '');
  const taken = [metadata.annotations?.['noted'], metadata.labels?.['labelled']];
  return {
    taken: ['annotations', 'labels'].filter((_, index) => taken[index] !== undefined),
    owned: [
      owned.includes('noted') && 'annotations',
      owned.includes('labelled') && 'labels',
    ].filter((key) => key !== false),
  };
}

async function createExample(definition: ResourceDefinition): Promise<ApiObject | undefined> {
  const { group, version, kind, namespaced, subresources } = definition;
  const example = findExample(toApiVersion(group, version), kind);
  const isServed = definition.verbs.includes('create');
  if (!example || !isServed || !subresources.some(({ name }) => name === 'status')) return;
  if (namespaced) example.metadata.namespace = 'default';
  return api.client.create<ApiObject>(definition, example);
}

test('what `/status` of a kind does not take of the metadata, nobody comes to own by it', async () => {
  const alone: string[] = [];
  let kinds = 0;
  for (const definition of api.scheme.served()) {
    const created = await createExample(definition);
    if (!created) continue;
    kinds++;
    const kind = `${definition.group}/${definition.kind}`;
    const { namespace, name = '' } = created.metadata;
    const target = { namespace, name };
    const options = { subresource: 'status', fieldManager: 'reporter' };
    const patch = { type: 'merge', patch: { metadata: METADATA } } as const;
    const patched = outcomeOf(await api.client.patch(definition, target, patch, options));
    expect({ kind, owned: patched.owned }).toEqual({ kind, owned: patched.taken });
    const { apiVersion, kind: word } = created;
    const configuration = { apiVersion, kind: word, metadata: { annotations: { noted: 'z' } } };
    const apply = { type: 'apply', configuration, force: true } as const;
    const applied = await api.client.patch(definition, target, apply, options);
    const isTaken = patched.taken.includes('annotations');
    expect({ kind, noted: applied.metadata.annotations?.['noted'] }).toEqual({
      kind,
      noted: isTaken ? 'z' : undefined,
    });
    const byApply = applied.metadata.managedFields?.some(
      ({ operation, subresource }) => operation === 'Apply' && subresource === 'status',
    );
    expect({ kind, byApply }).toEqual({ kind, byApply: isTaken });
    if (patched.taken.length === 0) alone.push(kind);
    else if (kind !== 'apps/Deployment') expect(patched.taken).toEqual(['annotations', 'labels']);
  }
  expect(alone.sort()).toEqual(STATUS_ALONE);
  expect(kinds).toBeGreaterThan(15);
});
