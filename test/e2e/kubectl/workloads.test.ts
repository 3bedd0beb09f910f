import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  deploymentYaml,
  type KubectlCluster,
  kubectlCluster,
  STARTS_WITHIN_MS,
} from './support/cluster.ts';

let cluster: KubectlCluster;

beforeAll(async () => {
  cluster = await kubectlCluster();
  await cluster.apply(deploymentYaml('web'));
}, STARTS_WITHIN_MS);

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

const field = (path: string): Promise<string> =>
  cluster.kubectl(`get deployment web -o jsonpath={${path}}`);

describe('kubectl rollout', () => {
  test('status waits, and tells how far it is', async () => {
    const lines = (await cluster.kubectl('rollout status deployment/web')).trimEnd().split('\n');
    expect(lines.pop()).toBe('deployment "web" successfully rolled out');
    for (const line of lines)
      expect(line).toMatch(/^Waiting for deployment "web" rollout to finish: /);
  });

  test('history lists revisions, and shows one', async () => {
    await cluster.kubectl('set image deployment/web nginx=nginx:1.27');
    await cluster.kubectl("annotate deployment/web kubernetes.io/change-cause='a newer nginx'");
    await cluster.kubectl('rollout status deployment/web');
    expect(await cluster.shape('rollout history deployment/web')).toBe(
      'deployment.apps/web\nREVISION CHANGE-CAUSE\n1 <none>\n2 a newer nginx\n\n',
    );
    expect(await cluster.shape('rollout history deployment/web --revision=1')).toBe(
      `deployment.apps/web with revision #1
Pod Template:
  Labels:\tapp=web
\tpod-template-hash=<hash>
  Containers:
   nginx:
    Image:\tnginx:1.25
    Port:\t80/TCP
    Host Port:\t0/TCP
    Environment:\t<none>
    Mounts:\t<none>
  Volumes:\t<none>
  Node-Selectors:\t<none>
  Tolerations:\t<none>

`,
    );
  });

  test('undo goes back to the revision before', async () => {
    expect(await cluster.kubectl('rollout undo deployment/web')).toBe(
      'deployment.apps/web rolled back\n',
    );
    await cluster.kubectl('rollout status deployment/web');
    expect(await field('.spec.template.spec.containers[0].image')).toBe('nginx:1.25');
    expect(await cluster.kubectl('rollout undo deployment/web --to-revision=2')).toBe(
      'deployment.apps/web rolled back\n',
    );
    expect(await field('.spec.template.spec.containers[0].image')).toBe('nginx:1.27');
  });

  test('undo refuses a revision that is not there', async () => {
    expect(await cluster.refused('rollout undo deployment/web --to-revision=99')).toBe(
      'error: unable to find specified revision 99 in history\n',
    );
  });

  test('pause holds changes back until resume', async () => {
    expect(await cluster.kubectl('rollout pause deployment/web')).toBe(
      'deployment.apps/web paused\n',
    );
    expect(await cluster.refused('rollout pause deployment/web')).toBe(
      'error: deployments.apps "web" is already paused\n',
    );
    expect(await cluster.refused('rollout restart deployment/web')).toBe(
      'error: deployments.apps "web" can\'t restart paused deployment (run rollout resume first)\n',
    );
    expect(await cluster.kubectl('rollout resume deployment/web')).toBe(
      'deployment.apps/web resumed\n',
    );
  });

  test('restart makes every Pod anew', async () => {
    expect(await cluster.kubectl('rollout restart deployment/web')).toBe(
      'deployment.apps/web restarted\n',
    );
    await cluster.kubectl('rollout status deployment/web');
    expect(
      await field('.spec.template.metadata.annotations.kubectl\\.kubernetes\\.io/restartedAt'),
    ).toMatch(/^\d{4}-\d\d-\d\dT/);
  });
});

describe('kubectl scale', () => {
  test('changes how many there are', async () => {
    expect(await cluster.kubectl('scale deployment web --replicas=3')).toBe(
      'deployment.apps/web scaled\n',
    );
    expect(await field('.spec.replicas')).toBe('3');
  });

  test('refuses when there are not as many as was thought', async () => {
    expect(await cluster.refused('scale deployment web --current-replicas=9 --replicas=1')).toBe(
      'error: Expected replicas to be 9, was 3\n',
    );
  });

  test('is what patches and gets of the subresource do as well', async () => {
    const patch = `patch deployment web --subresource=scale --type=merge -p '{"spec":{"replicas":2}}'`;
    expect(await cluster.kubectl(patch)).toBe('scale.autoscaling/web patched\n');
    expect(await field('.spec.replicas')).toBe('2');
    const scale = await cluster.kubectl(
      'get deployment web --subresource=scale -o jsonpath={.kind}/{.spec.replicas}',
    );
    expect(scale).toBe('Scale/2');
  });
});

describe('kubectl set', () => {
  test.each([
    ['env deployment/web COLOUR=red', 'deployment.apps/web env updated\n'],
    [
      'resources deployment/web --limits=cpu=200m,memory=64Mi --requests=cpu=100m',
      'deployment.apps/web resource requirements updated\n',
    ],
    ['image deployment/web nginx=nginx:1.28', 'deployment.apps/web image updated\n'],
    ['serviceaccount deployment/web default', 'deployment.apps/web serviceaccount updated\n'],
  ])('%s', async (line, text) => {
    expect(await cluster.kubectl(`set ${line}`)).toBe(text);
  });

  test('leaves what it was told in the template', async () => {
    const container = JSON.parse(await field('.spec.template.spec.containers[0]')) as object;
    expect(container).toMatchObject({
      image: 'nginx:1.28',
      env: [{ name: 'COLOUR', value: 'red' }],
      resources: { limits: { cpu: '200m', memory: '64Mi' }, requests: { cpu: '100m' } },
    });
    expect(await cluster.kubectl('set env deployment/web --list')).toBe(
      '# Deployment web, container nginx\nCOLOUR=red\n',
    );
  });

  test('selector changes that of a Service', async () => {
    await cluster.kubectl('expose deployment web --port=80 --name=set');
    expect(await cluster.kubectl('set selector service set app=other')).toBe(
      'service/set selector updated\n',
    );
    expect(await cluster.shape('get svc set -o wide --no-headers')).toBe(
      'set ClusterIP <cluster ip> <none> 80/TCP <age> app=other\n',
    );
  });

  test('subject adds one to a binding', async () => {
    await cluster.apply(`apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}]
`);
    expect(await cluster.kubectl('set subject rolebinding b --user=bob')).toBe(
      'rolebinding.rbac.authorization.k8s.io/b subjects updated\n',
    );
    expect(await cluster.shape('get rolebinding b -o wide --no-headers')).toBe(
      'b ClusterRole/view <age> jane, bob\n',
    );
  });
});

describe('kubectl patch', () => {
  test.each([
    ['strategic', '{"metadata":{"labels":{"p":"1"}}}'],
    ['merge', '{"metadata":{"labels":{"p":"2"}}}'],
    ['json', '[{"op":"replace","path":"/metadata/labels/p","value":"3"}]'],
  ])('--type=%s', async (type, patch) => {
    expect(await cluster.kubectl(`patch deployment web --type=${type} -p '${patch}'`)).toBe(
      'deployment.apps/web patched\n',
    );
    expect(await cluster.kubectl(`patch deployment web --type=${type} -p '${patch}'`)).toBe(
      'deployment.apps/web patched (no change)\n',
    );
  });

  test('of the status changes the status alone', async () => {
    const patch = '{"spec":{"replicas":7},"status":{"conditions":[]}}';
    await cluster.kubectl(`patch deployment web --subresource=status --type=merge -p '${patch}'`);
    expect(await field('.spec.replicas')).toBe('2');
  });

  test('that does not fit is refused', async () => {
    const patch = '[{"op":"test","path":"/metadata/labels/p","value":"9"}]';
    expect(await cluster.refused(`patch deployment web --type=json -p '${patch}'`)).toMatch(
      /^(?:The request is invalid|Error from server \(Invalid\))/,
    );
  });
});

describe('kubectl label and annotate', () => {
  test.each([
    ['label deployment web a=b', 'deployment.apps/web labeled\n'],
    ['label deployment web a=b', 'deployment.apps/web not labeled\n'],
    ['label deployment web a=c --overwrite', 'deployment.apps/web labeled\n'],
    ['label deployment web a-', 'deployment.apps/web unlabeled\n'],
    ['annotate deployment web n=1', 'deployment.apps/web annotated\n'],
    ['annotate deployment web n-', 'deployment.apps/web annotated\n'],
    ['label pods -l app=web x=y --list', expect.stringContaining('app=web')],
  ])('kubectl %s', async (line, text) => {
    expect(await cluster.kubectl(line)).toEqual(text);
  });

  test('overwrite nothing without being told to', async () => {
    await cluster.kubectl('label deployment web a=b');
    expect(await cluster.refused('label deployment web a=c')).toBe(
      "error: 'a' already has a value (b), and --overwrite is false\n",
    );
  });
});

describe('kubectl run and expose', () => {
  test('make a Pod and a Service for it', async () => {
    expect(await cluster.kubectl('run one --image=nginx --port=80 --labels=app=one')).toBe(
      'pod/one created\n',
    );
    expect(await cluster.kubectl('wait --for=condition=Ready pod/one')).toBe(
      'pod/one condition met\n',
    );
    expect(await cluster.kubectl("wait --for=jsonpath='{.status.phase}'=Running pod/one")).toBe(
      'pod/one condition met\n',
    );
    expect(await cluster.kubectl('expose pod one --port=8080 --target-port=80')).toBe(
      'service/one exposed\n',
    );
    expect(await cluster.shape('get svc one --no-headers')).toBe(
      'one ClusterIP <cluster ip> <none> 8080/TCP <age>\n',
    );
  });

  test('wait gives up when its time is over', async () => {
    expect(await cluster.refused('wait --for=condition=Gone pod/one --timeout=100ms')).toBe(
      'error: timed out waiting for the condition on pods/one\n',
    );
  });
});

describe('kubectl delete', () => {
  test('waits until what it deletes is gone', async () => {
    expect(await cluster.kubectl('delete pod one --now')).toBe(
      'pod "one" deleted from default namespace\n',
    );
    expect(await cluster.kubectl('get pod one --ignore-not-found')).toBe('');
  });

  test('leaves what is owned, as an orphan', async () => {
    await cluster.kubectl('delete deployment web --cascade=orphan');
    const [name = ''] = (await cluster.kubectl('get rs -l app=web -o name')).split('\n');
    expect(await cluster.kubectl(`get ${name} -o jsonpath={.metadata.ownerReferences}`)).toBe('');
  });

  test.each(['background', 'foreground'])('takes what is owned along, in the %s', async (way) => {
    await cluster.apply(deploymentYaml(way));
    await cluster.kubectl(`rollout status deployment/${way}`);
    expect(await cluster.kubectl(`delete deployment ${way} --cascade=${way}`)).toBe(
      `deployment.apps "${way}" deleted from default namespace\n`,
    );
    expect(await cluster.kubectl(`wait --for=delete rs,pod -l app=${way} --timeout=20s`)).toMatch(
      /^(?:.* condition met\n)*$/,
    );
    expect(await cluster.kubectl(`get rs,pod -l app=${way} -o name`)).toBe('');
  });

  test('deletes all of a kind, and can leave the waiting to others', async () => {
    await cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: c1}}');
    await cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: c2}}');
    expect(await cluster.kubectl('delete cm --all --wait=false')).toBe(
      'configmap "c1" deleted from default namespace\nconfigmap "c2" deleted from default namespace\nconfigmap "kube-root-ca.crt" deleted from default namespace\n',
    );
  });

  test('deletes at once what is forced to', async () => {
    await cluster.kubectl('run slow --image=nginx');
    const result = await cluster.run('delete pod slow --grace-period=0 --force');
    expect(result).toEqual({
      exitCode: 0,
      stdout: 'pod "slow" force deleted from default namespace\n',
      stderr:
        'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n',
    });
  });

  test('refuses what is not there', async () => {
    expect(await cluster.refused('delete cm nothing')).toBe(
      'Error from server (NotFound): configmaps "nothing" not found\n',
    );
  });
});
