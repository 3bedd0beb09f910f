import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import {
  deploymentYaml,
  type KubectlCluster,
  kubectlCluster,
  STARTS_WITHIN_MS,
} from './support/cluster.ts';

/** So that the ConfigMaps of the namespace are the test's own. */
const WITHOUT_ROOT_CA = ['--controllers', '*,-root-ca-certificate-publisher'];

let cluster: KubectlCluster;

beforeAll(async () => {
  cluster = await kubectlCluster({ args: WITHOUT_ROOT_CA });
  await cluster.apply(deploymentYaml('web'));
  await cluster.kubectl('rollout status deployment/web');
  await cluster.apply(`apiVersion: v1
kind: ConfigMap
metadata: {name: b, labels: {tier: back}}
data: {k: v, l: w}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a, labels: {tier: front}}
`);
}, STARTS_WITHIN_MS);

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

const names = (text: string): string[] => text.trimEnd().split('\n');

describe('kubectl get prints a table', () => {
  test('of Pods', async () => {
    expect(await cluster.shape('get pods')).toBe(
      `NAME READY STATUS RESTARTS AGE\n${'web-<pod> 1/1 Running 0 <age>\n'.repeat(2)}`,
    );
  });

  test('of Pods that is wide', async () => {
    const [headings, ...rows] = names(await cluster.shape('get pods -o wide'));
    expect(headings).toBe('NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES');
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row).toMatch(/^web-<pod> 1\/1 Running 0 <age> <pod ip> node-\d <none> <none>$/);
    }
  });

  test('of several kinds, each with its own headings', async () => {
    expect(await cluster.shape('get deployment,rs,svc,cm -o wide')).toBe(
      `NAME READY UP-TO-DATE AVAILABLE AGE CONTAINERS IMAGES SELECTOR
deployment.apps/web 2/2 2 2 <age> nginx nginx:1.25 app=web

NAME DESIRED CURRENT READY AGE CONTAINERS IMAGES SELECTOR
replicaset.apps/web-<hash> 2 2 2 <age> nginx nginx:1.25 app=web,pod-template-hash=<hash>

NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE SELECTOR
service/kubernetes ClusterIP <api ip> <none> 443/TCP <age> <none>

NAME DATA AGE
configmap/a 0 <age>
configmap/b 2 <age>
`,
    );
  });

  test('of all namespaces', async () => {
    expect(await cluster.shape('get pods -A')).toBe(
      'NAMESPACE NAME READY STATUS RESTARTS AGE\n' +
        'default web-<pod> 1/1 Running 0 <age>\n'.repeat(2),
    );
  });

  test('of nodes', async () => {
    expect(await cluster.shape('get nodes')).toBe(
      'NAME STATUS ROLES AGE VERSION\n' +
        [1, 2, 3].map((n) => `node-${n} Ready <none> <age> v1.36.0\n`).join(''),
    );
  });

  test('of all that people work with', async () => {
    expect(await cluster.shape('get all')).toBe(`NAME READY STATUS RESTARTS AGE
pod/web-<pod> 1/1 Running 0 <age>
pod/web-<pod> 1/1 Running 0 <age>

NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE
service/kubernetes ClusterIP <api ip> <none> 443/TCP <age>

NAME READY UP-TO-DATE AVAILABLE AGE
deployment.apps/web 2/2 2 2 <age>

NAME DESIRED CURRENT READY AGE
replicaset.apps/web-<hash> 2 2 2 <age>
`);
  });

  test('with labels as columns', async () => {
    expect(await cluster.shape('get cm -L tier')).toBe(
      'NAME DATA AGE TIER\na 0 <age> front\nb 2 <age> back\n',
    );
    expect(await cluster.shape('get cm a --show-labels --no-headers')).toBe(
      'a 0 <age> tier=front\n',
    );
  });

  test('in the order of a field', async () => {
    expect(await cluster.shape('get cm --sort-by=.metadata.labels.tier --no-headers')).toBe(
      'b 2 <age>\na 0 <age>\n',
    );
    expect(await cluster.shape('get cm --sort-by={.metadata.name} --no-headers')).toBe(
      'a 0 <age>\nb 2 <age>\n',
    );
  });

  test('that is read in pieces', async () => {
    expect(await cluster.shape('get cm --chunk-size=1 --no-headers')).toBe(
      'a 0 <age>\nb 2 <age>\n',
    );
  });
});

describe('kubectl get chooses', () => {
  test.each([
    ['get cm -l tier=back -o name', 'configmap/b\n'],
    ['get cm -l tier!=back -o name', 'configmap/a\n'],
    ["get cm -l 'tier in (back,front)' -o name", 'configmap/a\nconfigmap/b\n'],
    ['get cm -l tier=none -o name', ''],
    ['get cm --field-selector metadata.name=a -o name', 'configmap/a\n'],
    ['get cm --field-selector metadata.name!=a -o name', 'configmap/b\n'],
    ['get cm a b -o name', 'configmap/a\nconfigmap/b\n'],
    ['get cm/a cm/b -o name', 'configmap/a\nconfigmap/b\n'],
    ['get pods --field-selector status.phase=Failed -o name', ''],
    ['get cm missing --ignore-not-found', ''],
  ])('kubectl %s', async (line, text) => {
    expect(await cluster.kubectl(line)).toBe(text);
  });

  test('Pods by a field of their status', async () => {
    const line = 'get pods --field-selector status.phase=Running,spec.nodeName!=none -o name';
    expect(names(await cluster.kubectl(line))).toHaveLength(2);
  });

  test('nothing, and says so', async () => {
    expect(await cluster.run('get pods -l app=none')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'No resources found in default namespace.\n',
    });
  });

  test.each([
    ['get cm missing', 'Error from server (NotFound): configmaps "missing" not found\n'],
    ['get cm -n none x', 'Error from server (NotFound): namespaces "none" not found\n'],
    ['get widgets', 'error: the server doesn\'t have a resource type "widgets"\n'],
  ])('what is not there: kubectl %s', async (line, text) => {
    expect(await cluster.refused(line)).toBe(text);
  });
});

test('kubectl get tells which fields there are when it is asked for another', async () => {
  expect(await cluster.refused('get pods --field-selector spec.colour=red')).toMatch(
    /^Error from server \(BadRequest\): Unable to find "\/v1, Resource=pods" that match label selector "", field selector "spec.colour=red": field label not supported: spec.colour/,
  );
});

describe('kubectl get prints', () => {
  test('YAML with what the server fills in, without managed fields', async () => {
    const yaml = await cluster.shape('get cm b -o yaml');
    expect(yaml.replace(/resourceVersion: "\d+"/, 'resourceVersion: "<rv>"')).toBe(`apiVersion: v1
data:
  k: v
  l: w
kind: ConfigMap
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"apiVersion":"v1","data":{"k":"v","l":"w"},"kind":"ConfigMap","metadata":{"annotations":{},"labels":{"tier":"back"},"name":"b","namespace":"default"}}
  creationTimestamp: "<time>"
  labels:
    tier: back
  name: b
  namespace: default
  resourceVersion: "<rv>"
  uid: <uid>
`);
  });

  test('managed fields when they are asked for', async () => {
    expect(await cluster.kubectl('get cm b -o yaml --show-managed-fields')).toMatch(
      /\n {2}managedFields:\n {2}- apiVersion: v1\n {4}fieldsType: FieldsV1\n {4}fieldsV1:\n {6}f:data:\n/,
    );
  });

  test('JSON lists', async () => {
    const list = JSON.parse(await cluster.kubectl('get cm -o json')) as {
      apiVersion: string;
      kind: string;
      items: { metadata: { name: string } }[];
    };
    expect(list).toMatchObject({ apiVersion: 'v1', kind: 'List' });
    expect(list.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  });

  test.each([
    ["get cm -o jsonpath='{.items[*].metadata.name}'", 'a b'],
    ['get cm -o jsonpath=\'{range .items[*]}{.metadata.name}={.data.k}{"\\n"}{end}\'', 'a=\nb=v\n'],
    ["get cm -o go-template='{{range .items}}{{.metadata.name}};{{end}}'", 'a;b;'],
    ["get deployment web -o jsonpath='{.status.readyReplicas}'", '2'],
    ['get cm -o name', 'configmap/a\nconfigmap/b\n'],
    [
      'get cm -o custom-columns=NAME:.metadata.name,K:.data.k',
      'NAME   K\na      <none>\nb      v\n',
    ],
  ])('kubectl %s', async (line, text) => {
    expect(await cluster.kubectl(line)).toBe(text);
  });

  test('what a path answers, as it is', async () => {
    const raw = await cluster.kubectl('get --raw /api/v1/namespaces/default/configmaps?limit=1');
    expect(JSON.parse(raw)).toMatchObject({
      kind: 'ConfigMapList',
      metadata: { remainingItemCount: 1, continue: expect.any(String) },
      items: [{ metadata: { name: 'a' } }],
    });
  });
});

describe('kubectl get -w', () => {
  const printed = (text: string): string[] =>
    names(text).map((line) => line.replace(/ +/g, ' ').replace(/ \d+s$/, ''));

  test('prints what is there, and a row a change', async () => {
    await using watching = cluster.tools.startKubectl(['get', 'cm', '-l', 'watch=yes', '-w']);
    await cluster.kubectl('create -f -', {
      stdin: '{apiVersion: v1, kind: ConfigMap, metadata: {name: w1, labels: {watch: "yes"}}}',
    });
    await eventually(
      () => printed(watching.stdout),
      (lines) => expect(lines).toEqual(['NAME DATA AGE', 'w1 0']),
    );
    await cluster.kubectl(`patch cm w1 -p '{"data":{"a":"b"}}'`);
    await eventually(
      () => printed(watching.stdout),
      (lines) => expect(lines).toEqual(['NAME DATA AGE', 'w1 0', 'w1 1']),
    );
    await watching.interrupt();
  });

  test('tells of deletions, and of what happened alone with --watch-only', async () => {
    await using watching = cluster.tools.startKubectl([
      ...['get', 'cm', '-l', 'watch=yes', '--watch-only', '--output-watch-events'],
    ]);
    await eventually(async () => {
      await cluster.kubectl('annotate cm w1 --overwrite seen=yes again-');
      await cluster.kubectl('annotate cm w1 --overwrite again=yes');
      expect(printed(watching.stdout).slice(0, 2)).toEqual([
        'EVENT NAME DATA AGE',
        'MODIFIED w1 1',
      ]);
    });
    await cluster.kubectl('delete cm w1');
    await eventually(
      () => printed(watching.stdout).at(-1),
      (line) => expect(line).toBe('DELETED w1 1'),
    );
    await watching.interrupt();
  });

  test('prints whole objects as JSON', async () => {
    await using watching = cluster.tools.startKubectl(
      'get cm a -w -o jsonpath={.metadata.name}:{.metadata.annotations.note};'.split(' '),
    );
    await eventually(
      () => watching.stdout,
      (text) => expect(text).toBe('a:;'),
    );
    await cluster.kubectl('annotate cm a note=1');
    await eventually(
      () => watching.stdout,
      (text) => expect(text).toBe('a:;a:1;'),
    );
    await watching.interrupt();
  });
});

describe('kubectl get of custom resources', () => {
  test('prints the columns of their definition', async () => {
    await cluster.apply(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shelves.shop.example.com}
spec:
  group: shop.example.com
  scope: Namespaced
  names: {kind: Shelf, plural: shelves, shortNames: [shf], categories: [all]}
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns:
        - {name: Size, type: integer, jsonPath: .spec.size}
        - {name: Full, type: boolean, jsonPath: .spec.full}
        - {name: Place, type: string, priority: 1, jsonPath: .spec.place}
        - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`);
    await cluster.kubectl('wait --for=condition=Established crd/shelves.shop.example.com');
    const shelf = (name: string, spec: string): Promise<string> =>
      cluster.apply(
        `{apiVersion: shop.example.com/v1, kind: Shelf, metadata: {name: ${name}}, spec: ${spec}}`,
      );
    expect(await shelf('one', '{size: 3, full: false, place: hall}')).toBe(
      'shelf.shop.example.com/one created\n',
    );
    await shelf('two', '{full: true}');
    expect(await cluster.kubectl('get shelves')).toMatch(
      /^NAME {3}SIZE {3}FULL {4}AGE\none {4}3 {6}false {3}\d+s\ntwo {11}true {4}\d+s\n$/,
    );
    expect(await cluster.kubectl('get shf one -o wide')).toMatch(
      /^NAME {3}SIZE {3}FULL {4}PLACE {3}AGE\none {4}3 {6}false {3}hall {4}\d+s\n$/,
    );
    expect(await cluster.kubectl('get all -o name')).toContain('shelf.shop.example.com/one\n');
  });
});
