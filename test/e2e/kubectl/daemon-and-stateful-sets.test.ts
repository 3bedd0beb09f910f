import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { type KubectlCluster, kubectlCluster, STARTS_WITHIN_MS } from './support/cluster.ts';

let cluster: KubectlCluster;

const template = (app: string): string =>
  `{metadata: {labels: {app: ${app}}}, spec: {containers: [{name: main, image: "nginx:1.25"}]}}`;

const DAEMON_SET = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec: {selector: {matchLabels: {app: agent}}, template: ${template('agent')}}
`;

const STATEFUL_SET = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template: ${template('db')}
`;

beforeAll(async () => {
  cluster = await kubectlCluster();
  await cluster.apply(DAEMON_SET);
  await cluster.apply(STATEFUL_SET);
}, STARTS_WITHIN_MS);

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

const field = (what: string, path: string): Promise<string> =>
  cluster.kubectl(`get ${what} -o jsonpath={${path}}`);
const image = (what: string): Promise<string> =>
  field(what, '.spec.template.spec.containers[0].image');
const restartedAt = '.spec.template.metadata.annotations.kubectl\\.kubernetes\\.io/restartedAt';

const KINDS = [
  ['daemonset', 'agent'],
  ['statefulset', 'db'],
] as const;

describe.each(KINDS)('kubectl rollout of a %s', (kind, name) => {
  const what = `${kind}/${name}`;
  const full = `${kind}.apps/${name}`;

  test('status waits until it is done', async () => {
    const lines = (await cluster.kubectl(`rollout status ${what}`)).trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(
      kind === 'daemonset'
        ? /^daemon set "agent" successfully rolled out$/
        : /^(statefulset rolling update|partitioned roll out) complete[:]? 2 (pods at revision db-|new pods)/,
    );
  });

  test('history lists revisions, and shows one', async () => {
    await cluster.kubectl(`set image ${what} main=nginx:1.27`);
    await cluster.kubectl(`rollout status ${what}`);
    const history = await cluster.shape(`rollout history ${what}`);
    expect(history).toBe(`${full}\nREVISION CHANGE-CAUSE\n1 <none>\n2 <none>\n\n`);
    expect(await cluster.shape(`rollout history ${what} --revision=1`)).toContain(
      `${full} with revision #1\nPod Template:\n  Labels:\tapp=${name}\n`,
    );
    expect(await cluster.kubectl(`rollout history ${what} --revision=1`)).toContain('nginx:1.25');
    expect(await cluster.kubectl(`rollout history ${what} --revision=2`)).toContain('nginx:1.27');
  });

  test('undo goes back to the revision before, and to one by number', async () => {
    expect(await cluster.kubectl(`rollout undo ${what}`)).toBe(`${full} rolled back\n`);
    expect(await image(what)).toBe('nginx:1.25');
    await cluster.kubectl(`rollout status ${what}`);
    expect(await cluster.shape(`rollout history ${what}`)).toBe(
      `${full}\nREVISION CHANGE-CAUSE\n2 <none>\n3 <none>\n\n`,
    );
    expect(await cluster.kubectl(`rollout undo ${what} --to-revision=2`)).toBe(
      `${full} rolled back\n`,
    );
    await cluster.kubectl(`rollout status ${what}`);
    expect(await image(what)).toBe('nginx:1.27');
    expect(await cluster.refused(`rollout undo ${what} --to-revision=99`)).toBe(
      'error: unable to find specified revision 99 in history\n',
    );
  });

  test('restart makes every Pod anew', async () => {
    const uids = () => field(`pods -l app=${name}`, '.items[*].metadata.uid');
    const before = (await uids()).split(' ');
    expect(await cluster.kubectl(`rollout restart ${what}`)).toBe(`${full} restarted\n`);
    await cluster.kubectl(`rollout status ${what}`);
    expect(await field(what, restartedAt)).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect((await uids()).split(' ').filter((uid) => before.includes(uid))).toEqual([]);
  });
});

describe('kubectl shows', () => {
  test('DaemonSets and StatefulSets as tables', async () => {
    for (const [kind, name] of KINDS) await cluster.kubectl(`rollout status ${kind}/${name}`);
    expect(await cluster.shape('get ds,sts')).toBe(
      `NAME DESIRED CURRENT READY UP-TO-DATE AVAILABLE NODE SELECTOR AGE
daemonset.apps/agent 3 3 3 3 3 <none> <age>

NAME READY AGE
statefulset.apps/db 2/2 <age>
`,
    );
    expect(await cluster.shape('get pods -l app=db')).toBe(
      'NAME READY STATUS RESTARTS AGE\ndb-0 1/1 Running 0 <age>\ndb-1 1/1 Running 0 <age>\n',
    );
    const revisions = await cluster.shape('get controllerrevisions -l app=db');
    expect(revisions).toMatch(
      /^NAME CONTROLLER REVISION AGE\n(db-<hash> statefulset.apps\/db \d <age>\n)+$/,
    );
  });

  test('a DaemonSet whole, with the state of its Pods and its events', async () => {
    const text = await cluster.shape('describe ds agent');
    expect(text).toContain('Selector: app=agent\nNode-Selector: <none>\n');
    expect(text).toContain('Desired Number of Nodes Scheduled: 3\n');
    expect(text).toContain('Number of Nodes Misscheduled: 0\nPods Status: 3 Running / 0 Waiting');
    expect(text).toMatch(/Normal SuccessfulCreate .*daemonset-controller Created pod: agent-/);
  });

  test('a StatefulSet whole, with the state of its Pods and its events', async () => {
    const text = await cluster.shape('describe sts db');
    expect(text).toContain('Replicas: 2 desired | 2 total\nUpdate Strategy: RollingUpdate\n');
    expect(text).toContain('Pods Status: 2 Running / 0 Waiting / 0 Succeeded / 0 Failed\n');
    expect(text).toMatch(
      /Normal SuccessfulCreate .*statefulset-controller create Pod db-0 in StatefulSet db successful/,
    );
  });
});

test('kubectl delete --cascade=orphan leaves the Pods, which the same StatefulSet takes back', async () => {
  const manifest = STATEFUL_SET.replaceAll('db', 'kept');
  const uids = () => field('pods -l app=kept', '.items[*].metadata.uid');
  await cluster.apply(manifest);
  await cluster.kubectl('rollout status sts/kept');
  const before = await uids();
  await cluster.kubectl('delete sts kept --cascade=orphan');
  await eventually(
    () => field('pods kept-0', '.metadata.ownerReferences'),
    (owners) => expect(owners).toBe(''),
  );
  await cluster.apply(manifest);
  await cluster.kubectl('rollout status sts/kept');
  await eventually(
    () => field('pods kept-0', '.metadata.ownerReferences[0].kind'),
    (kind) => expect(kind).toBe('StatefulSet'),
  );
  expect(await uids()).toBe(before);
});

test('kubectl scale and delete follow the order of a StatefulSet', async () => {
  await cluster.kubectl('scale sts db --replicas=3');
  await cluster.kubectl('rollout status sts/db');
  expect(await field('pods -l app=db', '.items[*].metadata.name')).toBe('db-0 db-1 db-2');
  await cluster.kubectl('scale sts db --replicas=1');
  await eventually(
    () => field('pods -l app=db', '.items[*].metadata.name'),
    (names) => expect(names).toBe('db-0'),
    { withinMs: 30_000 },
  );
});
