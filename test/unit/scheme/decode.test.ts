import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { decodeKind, decodeObject, validateStructure } from '../../../src/scheme/decode.ts';
import { formatFieldError } from '../../../src/scheme/field-error.ts';
import type { ApiObject } from '../../../src/scheme/object.ts';
import type { ResourceDefinition } from '../../../src/scheme/resource.ts';
import { createScheme } from '../../../src/scheme/scheme.ts';
import {
  CRDS,
  DEPLOYMENTS,
  decoded,
  kindOf,
  PODS,
  refusal,
  SECRETS,
  scheme,
} from '../../support/decoding.ts';

describe('finding the kind', () => {
  test('apiVersion and kind name the definition', () => {
    expect(kindOf('apps/v1', 'ReplicaSet').resource).toBe('replicasets');
    expect(kindOf('v1', 'Node').group).toBe('');
  });

  test.each([
    [
      { apiVersion: 'apps/v1', kind: 'Deploymnt' },
      'no matches for kind "Deploymnt" in version "apps/v1", did you mean "Deployment"?',
    ],
    [
      { apiVersion: 'v1', kind: 'Deployment' },
      'no matches for kind "Deployment" in version "v1", did you mean version "apps/v1"?',
    ],
    [
      { apiVersion: 'apps/v1beta2', kind: 'Ingress' },
      'no matches for kind "Ingress" in version "apps/v1beta2", did you mean version "networking.k8s.io/v1"?',
    ],
    [
      { apiVersion: 'app/v1', kind: 'Deploymnt' },
      'no matches for kind "Deploymnt" in version "app/v1", did you mean "apps/v1"?',
    ],
    [
      { apiVersion: 'apps/v1', kind: 'Banana' },
      'no matches for kind "Banana" in version "apps/v1"',
    ],
    [
      { apiVersion: 'scheduling.k8s.io/v1alpha2', kind: 'Workload' },
      'no matches for kind "Workload" in version "scheduling.k8s.io/v1alpha2": it is alpha and not enabled; ' +
        'start the server with --runtime-config=scheduling.k8s.io/v1alpha2=true',
    ],
    [{ apiVersion: 'v1' }, "Object 'Kind' is missing"],
    [{ apiVersion: 'v1', kind: 7 }, "Object 'Kind' is missing"],
    [{ kind: 'Pod' }, "Object 'apiVersion' is missing in the Pod"],
    [null, 'expected an object, got nothing'],
    [[], 'expected an object, got a list'],
    ['text', 'expected an object, got a string'],
  ])('%j is refused with a way on', (input, message) => {
    expect(refusal(() => decodeKind(scheme, input))).toBe(message);
  });
});

describe('the shape of an object', () => {
  test('apiVersion, kind and metadata are there even when they were left out', () => {
    const { object } = decodeObject(scheme, SECRETS, {}, { fieldValidation: 'Strict' });
    expect(Object.entries(object)).toEqual([
      ['apiVersion', 'v1'],
      ['kind', 'Secret'],
      ['metadata', {}],
    ]);
  });

  test('an object of another kind or version is refused', () => {
    const wrongKind = refusal(() => decoded(PODS, { apiVersion: 'v1', kind: 'Node' }));
    expect(wrongKind).toBe(
      'the kind in the data ("Node") does not match the expected kind ("Pod")',
    );
    const wrongVersion = refusal(() => decoded(PODS, { apiVersion: 'v2' }));
    expect(wrongVersion).toBe(
      'the apiVersion in the data ("v2") does not match the expected apiVersion ("v1")',
    );
    expect(refusal(() => decoded(PODS, { kind: 1 }))).toContain('(number)');
    expect(refusal(() => decoded(PODS, 'x'))).toBe('expected a Pod object, got a string');
  });

  test('the copy shares nothing with the input', () => {
    const input = {
      metadata: { name: 'a', labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', args: ['x'] }] },
    };
    const before = structuredClone(input);
    const copy = decoded(PODS, input) as typeof input;
    copy.metadata.labels.app = 'changed';
    (copy.spec.containers[0] as { args: string[] }).args.push('y');
    expect(input).toEqual(before);
  });

  test('what is null or undefined is no field, and what is optional and has no entries is none either', () => {
    expect(
      decoded(PODS, {
        metadata: { creationTimestamp: null, labels: {}, finalizers: [], name: undefined },
        spec: { containers: [], volumes: [], nodeSelector: {}, securityContext: {} },
        status: null,
        future: undefined,
      }),
    ).toEqual({ metadata: {}, spec: { containers: [], securityContext: {} } });
  });

  test('null items and values are zero values, as Go decodes them', () => {
    const copy = decoded(PODS, {
      metadata: { annotations: { a: null } },
      spec: { containers: [{ name: 'c', args: [null] }, null], overhead: { cpu: null } },
    });
    expect(copy).toEqual({
      metadata: { annotations: { a: '' } },
      spec: { containers: [{ name: 'c', args: [''] }, {}], overhead: { cpu: '0' } },
    });
  });

  test('a spec is always there, at every level that has one', () => {
    expect(decoded(DEPLOYMENTS, {})).toEqual({ metadata: {}, spec: {} });
    expect(decoded(DEPLOYMENTS, { spec: { template: {} } })).toEqual({
      metadata: {},
      spec: { template: { spec: {} } },
    });
  });

  test('required scalars of a status that were left out are zero', () => {
    const { status } = decoded(PODS, { status: { containerStatuses: [{ name: 'c' }] } });
    expect(status).toEqual({
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: false, restartCount: 0 }],
    });
    const daemonSets = kindOf('apps/v1', 'DaemonSet');
    expect(decoded(daemonSets, { status: {} }).status).toEqual({
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    });
  });

  test('a required time or closed value of a status is not made up', () => {
    const disruption = kindOf('policy/v1', 'PodDisruptionBudget');
    const { status } = decoded(disruption, { status: { conditions: [{ type: 'x' }] } });
    expect(status).toMatchObject({
      conditions: [{ type: 'x', status: '', reason: '', message: '' }],
    });
    expect(JSON.stringify(status)).not.toContain('lastTransitionTime');
  });

  test('kinds that only subresources take are decoded as any other', () => {
    const scale = scheme.findOtherKind('autoscaling', 'v1', 'Scale');
    if (!scale) throw new Error('no Scale');
    const attempt = (input: object) =>
      decodeObject(scheme, scale, input, { fieldValidation: 'Strict' }).object;
    expect(attempt({ spec: { replicas: 3 } })).toEqual({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: {},
      spec: { replicas: 3 },
    });
    expect(refusal(() => attempt({ spec: { replicas: 'x' } }))).toContain('spec.replicas');
    expect(scheme.findOtherKind('autoscaling', 'v2', 'Scale')).toBeUndefined();
  });

  test('objects of another realm are objects', () => {
    const foreign = runInNewContext('({ metadata: { name: "a" } })');
    expect(decoded(SECRETS, foreign)).toEqual({ metadata: { name: 'a' } });
  });
});

describe('structure after defaulting', () => {
  function wrong(definition: ResourceDefinition, input: unknown): string[] {
    const { object } = decodeObject(scheme, definition, input, { fieldValidation: 'Strict' });
    return validateStructure(scheme, definition, object).map(formatFieldError);
  }

  test('missing required fields are named by path', () => {
    expect(wrong(DEPLOYMENTS, {})).toEqual([
      'spec.selector: Required value',
      'spec.template: Required value',
    ]);
    expect(wrong(PODS, { spec: { containers: [{}], volumes: [{ hostPath: {} }] } })).toEqual([
      'spec.containers[0].name: Required value',
      'spec.volumes[0].name: Required value',
      'spec.volumes[0].hostPath.path: Required value',
    ]);
  });

  test('values outside a closed set are refused with the set', () => {
    const containers = [{ name: 'c', imagePullPolicy: 'Sometimes' }];
    expect(wrong(PODS, { spec: { containers, restartPolicy: 'Perhaps' } })).toEqual([
      'spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
      'spec.restartPolicy: Unsupported value: "Perhaps": supported values: "Always", "Never", "OnFailure"',
    ]);
  });

  test('closed sets bind the items of lists and the values of maps', () => {
    const claims = kindOf('v1', 'PersistentVolumeClaim');
    const status = { allocatedResourceStatuses: { storage: 'Odd' } };
    expect(
      wrong(claims, { spec: { accessModes: ['ReadWriteOnce', 'WriteOnly'] }, status }),
    ).toEqual([
      expect.stringMatching(/^spec\.accessModes\[1\]: Unsupported value: "WriteOnly"/),
      expect.stringMatching(
        /^status\.allocatedResourceStatuses\[storage\]: Unsupported value: "Odd"/,
      ),
    ]);
  });

  test('an empty text is a value that was not set', () => {
    const spec = {
      containers: [{ name: 'c' }],
      restartPolicy: '',
      volumes: [{ name: 'v', hostPath: { path: '/', type: '' } }],
    };
    expect(wrong(PODS, { spec })).toEqual([]);
  });

  test('an empty text is no value of a closed set that must be given', () => {
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: '' }] }],
        },
      },
    };
    expect(wrong(PODS, { spec: { containers: [{ name: 'c' }], affinity } })).toEqual([
      expect.stringMatching(/\.matchExpressions\[0\]\.operator: Unsupported value: ""/),
    ]);
  });

  test('the metadata of an object is checked too', () => {
    expect(wrong(SECRETS, { metadata: { ownerReferences: [{ name: 'a' }] } })).toEqual([
      'metadata.ownerReferences[0].apiVersion: Required value',
      'metadata.ownerReferences[0].kind: Required value',
      'metadata.ownerReferences[0].uid: Required value',
    ]);
  });

  test('types that refer to themselves are checked to their depth', () => {
    const schema = {
      openAPIV3Schema: {
        properties: { a: { externalDocs: {}, not: { 'x-kubernetes-validations': [{}] } } },
      },
    };
    const errors = wrong(CRDS, {
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { kind: 'A', plural: 'as' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
    expect(errors).toEqual([
      'spec.versions[0].schema.openAPIV3Schema.properties[a].not.x-kubernetes-validations[0].rule: Required value',
    ]);
  });
});

describe('a scheme that changes', () => {
  test('is decoded by its types of the moment', () => {
    const changing = createScheme({ strategies: new Map() });
    const widget: ResourceDefinition = {
      ...PODS,
      group: 'example.org',
      resource: 'widgets',
      kind: 'Widget',
      schemaName: 'org.example.v1.Widget',
    };
    const set = (field: string, opaque?: true) =>
      changing.setExtension('widgets', {
        definitions: [widget],
        types: [
          {
            name: 'org.example.v1.Widget',
            fields: {
              apiVersion: { type: { kind: 'string' } },
              [field]: { type: { kind: 'boolean' } },
            },
            ...(opaque ? { opaque } : {}),
          },
        ],
      });
    const decodeWidget = (input: object): ApiObject =>
      decodeObject(changing, widget, input, { fieldValidation: 'Strict' }).object;

    set('small');
    expect(decodeWidget({ small: true })).toMatchObject({ small: true });
    set('large');
    expect(refusal(() => decodeWidget({ small: true }))).toContain('unknown field "small"');
    set('large', true);
    expect(decodeWidget({ large: true, other: [1] })).toMatchObject({ large: true, other: [1] });
    expect(refusal(() => decodeWidget({ large: 1 }))).toContain('large: expected true or false');
    changing.setExtension('widgets', { definitions: [widget], types: [] });
    expect(() => decodeWidget({})).toThrow('the server could not find the requested resource');
  });
});
