import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TYPE_SCHEMAS } from '../../../../src/scheme/generated/schemas.ts';
import { applyThreeWay } from '../../../../src/scheme/patch/apply-three-way.ts';
import { withLastApplied } from '../../../../src/scheme/patch/last-applied.ts';
import type { PatchSchema } from '../../../../src/scheme/patch/patch-schema.ts';
import { createThreeWayMergePatch } from '../../../../src/scheme/patch/three-way-merge.ts';

const TYPES = new Map([...TYPE_SCHEMAS].map((type) => [type.name, type]));
const schemaOf = (typeName: string): PatchSchema => ({
  lookup: (name) => TYPES.get(name),
  typeName,
});
const DEPLOYMENT = schemaOf('io.k8s.api.apps.v1.Deployment');
const SERVICE = schemaOf('io.k8s.api.core.v1.Service');

interface Manifest {
  metadata: { name: string; labels?: Record<string, string>; finalizers?: string[] };
  spec: Record<string, unknown>;
}
const manifest = (spec: Record<string, unknown>, metadata: object = {}): Manifest => ({
  metadata: { name: 'web', ...metadata },
  spec,
});

/** Applies the manifests one after another, with a change by someone else after the first. */
function applied(
  first: Manifest,
  byOthers: (object: Manifest) => Manifest,
  second: Manifest,
  schema = DEPLOYMENT,
) {
  const result = applyThreeWay(byOthers(withLastApplied(first)), second, schema);
  const { annotations: _, ...metadata } = result.merged.metadata as Manifest['metadata'] & {
    annotations?: unknown;
  };
  return { ...result, object: { metadata, spec: result.merged.spec } };
}

const untouched = (object: Manifest): Manifest => object;
const withSpec = (more: Record<string, unknown>) => (object: Manifest) => ({
  ...object,
  spec: { ...object.spec, ...more },
});

const template = (...containers: object[]) => ({ template: { spec: { containers } } });

test('applying the same manifest again changes nothing', () => {
  const web = manifest({ replicas: 2, ...template({ name: 'nginx', image: 'nginx:1.7.9' }) });
  const { changed, patch, merged } = applied(web, untouched, web);
  expect({ changed, patch }).toEqual({ changed: false, patch: {} });
  expect(merged).toEqual(withLastApplied(web));
});

test('applying any manifest twice is applying it once', () => {
  const json = fc.dictionary(
    fc.constantFrom('replicas', 'paused', 'selector', 'minReadySeconds', 'constructor'),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(json, json, json, (original, current, desired) => {
      const object = { ...withLastApplied(manifest(original)), spec: current };
      const once = applyThreeWay(object, manifest(desired), DEPLOYMENT).merged;
      const again = applyThreeWay(once, manifest(desired), DEPLOYMENT);
      expect(again.changed).toBe(false);
    }),
  );
});

describe('what others set and the manifest does not mention is kept', () => {
  test('as replicas set by an autoscaler', () => {
    const web = manifest({ paused: false });
    const { object, changed } = applied(web, withSpec({ replicas: 7 }), web);
    expect(changed).toBe(false);
    expect(object.spec).toEqual({ paused: false, replicas: 7 });
  });

  test('as ports that the server chose', () => {
    const port = { port: 80, protocol: 'TCP' };
    const web = manifest({ ports: [port] });
    const chosen = withSpec({ ports: [{ ...port, nodePort: 30_080 }], clusterIP: '10.0.0.1' });
    const renamed = manifest({ ports: [{ ...port, name: 'http' }] });
    expect(applied(web, chosen, renamed, SERVICE).object.spec).toEqual({
      ports: [{ port: 80, protocol: 'TCP', nodePort: 30_080, name: 'http' }],
      clusterIP: '10.0.0.1',
    });
  });

  test('as a container that an injector added', () => {
    const web = manifest(template({ name: 'web', image: '1' }));
    const injected = withSpec(template({ name: 'web', image: '1' }, { name: 'proxy' }));
    const next = manifest(template({ name: 'web', image: '2' }));
    expect(applied(web, injected, next).object.spec).toEqual(
      template({ name: 'web', image: '2' }, { name: 'proxy' }),
    );
  });
});

describe('what left the manifest leaves the object', () => {
  test('as a field', () => {
    const { object, patch } = applied(
      manifest({ replicas: 2, paused: true }),
      untouched,
      manifest({ replicas: 2 }),
    );
    expect(object.spec).toEqual({ replicas: 2 });
    expect(patch.spec).toEqual({ paused: null });
  });

  test('as a label', () => {
    const before = manifest({}, { labels: { a: '1', b: '2' } });
    const after = manifest({}, { labels: { a: '1' } });
    expect(applied(before, untouched, after).object.metadata.labels).toEqual({ a: '1' });
  });

  test('as an element of a keyed list', () => {
    const before = manifest(template({ name: 'a' }, { name: 'b' }));
    const after = manifest(template({ name: 'a' }));
    expect(applied(before, untouched, after).object.spec).toEqual(template({ name: 'a' }));
  });

  test('as an element of a list of plain values', () => {
    const before = manifest({}, { finalizers: ['a/x', 'a/y'] });
    const after = manifest({}, { finalizers: ['a/y'] });
    const others = (object: Manifest): Manifest => ({
      ...object,
      metadata: { ...object.metadata, finalizers: ['a/x', 'a/y', 'other/z'] },
    });
    expect(applied(before, others, after).object.metadata.finalizers).toEqual(['a/y', 'other/z']);
  });

  test('but not when someone else has set it since', () => {
    const before = manifest({ paused: true });
    const gone = (object: Manifest): Manifest => ({ ...object, spec: { replicas: 3 } });
    expect(applied(before, gone, manifest({})).object.spec).toEqual({ replicas: 3 });
  });
});

describe('what the manifest says is set', () => {
  test('as a value that someone else changed', () => {
    const web = manifest({ replicas: 2 });
    expect(applied(web, withSpec({ replicas: 9 }), web).object.spec).toEqual({ replicas: 2 });
  });

  test('as the order of a keyed list', () => {
    const before = manifest(template({ name: 'a' }, { name: 'b' }));
    const after = manifest(template({ name: 'b' }, { name: 'a' }));
    const { object, patch } = applied(before, untouched, after);
    expect(object.spec).toEqual(template({ name: 'b' }, { name: 'a' }));
    expect(patch.spec).toEqual({
      template: { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } },
    });
  });

  test('as one alternative of several, whose defaults go', () => {
    const before = manifest({ strategy: { type: 'RollingUpdate' } });
    const defaulted = withSpec({
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
    });
    const after = manifest({ strategy: { type: 'Recreate' } });
    const { object, patch } = applied(before, defaulted, after);
    expect(object.spec).toEqual({ strategy: { type: 'Recreate' } });
    expect(patch.spec).toEqual({ strategy: { $retainKeys: ['type'], type: 'Recreate' } });
  });

  test('as null, which removes', () => {
    const before = manifest({ replicas: 2 });
    expect(applied(before, untouched, manifest({ replicas: null })).object.spec).toEqual({});
  });

  test('as a list without a key, whole', () => {
    const before = manifest(template({ name: 'a', args: ['x'] }));
    const after = manifest(template({ name: 'a', args: ['y', 'z'] }));
    expect(applied(before, untouched, after).object.spec).toEqual(
      template({ name: 'a', args: ['y', 'z'] }),
    );
  });
});

test('two ports of one number and different protocols stay apart', () => {
  const dns = manifest({
    ports: [
      { name: 'udp', port: 53, protocol: 'UDP' },
      { name: 'tcp', port: 53, protocol: 'TCP' },
    ],
  });
  expect(applied(dns, untouched, dns, SERVICE).changed).toBe(false);
  const next = manifest({
    ports: [
      { name: 'udp', port: 53, protocol: 'UDP' },
      { name: 'tcp', port: 53, protocol: 'TCP', targetPort: 5353 },
    ],
  });
  expect(applied(dns, untouched, next, SERVICE).object.spec).toEqual(next.spec);
});

test('an object that was never applied keeps what the manifest does not mention', () => {
  const patch = createThreeWayMergePatch(
    {
      original: undefined,
      modified: manifest({ replicas: 2 }),
      current: manifest({ replicas: 1, paused: true }),
    },
    DEPLOYMENT,
  );
  expect(patch).toEqual({ spec: { replicas: 2 } });
});

test('a key that every object inherits is a key like any other', () => {
  const before = manifest({ other: { toString: null } });
  expect(applied(before, untouched, before).changed).toBe(false);
  const labelled = manifest({}, { labels: { constructor: 'x' } });
  const { object } = applied(manifest({}, { labels: {} }), untouched, labelled);
  expect(object.metadata.labels).toEqual({ constructor: 'x' });
});

test('an object is left as it is, also when it changes', () => {
  const current = withLastApplied(manifest({ replicas: 1 }));
  const before = structuredClone(current);
  applyThreeWay(current, manifest({ replicas: 2 }), DEPLOYMENT);
  expect(current).toEqual(before);
});
