import 'reflect-metadata';
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { selfSign } from '../../../src/controllers/certificate-signer/authority.ts';
import { createCertificateRequest } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { type KubectlCluster, kubectlCluster, STARTS_WITHIN_MS } from './support/cluster.ts';

let cluster: KubectlCluster;

beforeAll(async () => {
  cluster = await kubectlCluster();
}, STARTS_WITHIN_MS);

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

describe('kubectl create', () => {
  test.each([
    ['namespace team', 'namespace/team created'],
    ['configmap literal --from-literal=a=b', 'configmap/literal created'],
    ['secret generic opaque --from-literal=p=w', 'secret/opaque created'],
    [
      'secret docker-registry pull --docker-username=u --docker-password=p --docker-email=e@x',
      'secret/pull created',
    ],
    ['serviceaccount robot', 'serviceaccount/robot created'],
    [
      'role reader --verb=get,list --resource=pods',
      'role.rbac.authorization.k8s.io/reader created',
    ],
    [
      'rolebinding readers --role=reader --user=jane --serviceaccount=default:robot',
      'rolebinding.rbac.authorization.k8s.io/readers created',
    ],
    [
      'clusterrole looker --verb=get --resource=nodes',
      'clusterrole.rbac.authorization.k8s.io/looker created',
    ],
    [
      'clusterrolebinding lookers --clusterrole=looker --group=people',
      'clusterrolebinding.rbac.authorization.k8s.io/lookers created',
    ],
    ['deployment web --image=nginx --replicas=2 --port=80', 'deployment.apps/web created'],
    ['job once --image=busybox -- true', 'job.batch/once created'],
    [
      "cronjob often --image=busybox --schedule='*/5 * * * *' -- true",
      'cronjob.batch/often created',
    ],
    ['job now --from=cronjob/often', 'job.batch/now created'],
    ['quota few --hard=configmaps=10,secrets=5', 'resourcequota/few created'],
    [
      "priorityclass urgent --value=100 --description='For what cannot wait.'",
      'priorityclass.scheduling.k8s.io/urgent created',
    ],
    [
      'poddisruptionbudget careful --selector=app=web --min-available=1',
      'poddisruptionbudget.policy/careful created',
    ],
    ['ingress front --rule=example.com/shop*=web:80', 'ingress.networking.k8s.io/front created'],
    ['service clusterip inner --tcp=80:8080', 'service/inner created'],
    ['service nodeport outer --tcp=80:8080', 'service/outer created'],
    ['service loadbalancer balanced --tcp=80:8080', 'service/balanced created'],
    ['service externalname elsewhere --external-name=example.com', 'service/elsewhere created'],
  ])('%s', async (line, text) => {
    expect(await cluster.kubectl(`create ${line}`)).toBe(`${text}\n`);
  });

  test('a TLS secret from a certificate', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    cluster.tools.write('tls.crt', await selfSign(key, Date.now()));
    cluster.tools.write('tls.key', key);
    expect(await cluster.kubectl('create secret tls served --cert=tls.crt --key=tls.key')).toBe(
      'secret/served created\n',
    );
    expect(await cluster.shape('get secret served --no-headers')).toBe(
      'served kubernetes.io/tls 2 <age>\n',
    );
  });

  test('a token of a service account', async () => {
    const token = await cluster.kubectl('create token robot');
    expect(token.trimEnd().split('.')).toHaveLength(3);
    const whoami = await cluster.kubectl(`auth whoami --token=${token.trimEnd()} -o json`);
    expect(JSON.parse(whoami)).toMatchObject({
      status: { userInfo: { username: expect.stringMatching(/^system:/) } },
    });
  });

  test('nothing twice', async () => {
    expect(await cluster.refused('create namespace team')).toBe(
      'Error from server (AlreadyExists): namespaces "team" already exists\n',
    );
  });

  test('nothing on a trial run', async () => {
    expect(
      await cluster.kubectl('create configmap tried --from-literal=a=b --dry-run=server'),
    ).toBe('configmap/tried created (server dry run)\n');
    expect(await cluster.kubectl('get cm tried --ignore-not-found')).toBe('');
  });
});

describe('what kubectl create has made', () => {
  test.each([
    ['ns team', 'NAME STATUS AGE\nteam Active <age>\n'],
    ['cm literal', 'NAME DATA AGE\nliteral 1 <age>\n'],
    ['secret opaque', 'NAME TYPE DATA AGE\nopaque Opaque 1 <age>\n'],
    ['secret pull', 'NAME TYPE DATA AGE\npull kubernetes.io/dockerconfigjson 1 <age>\n'],
    ['sa robot', 'NAME SECRETS AGE\nrobot 0 <age>\n'],
    ['role reader', 'NAME CREATED AT\nreader <time>\n'],
    [
      'rolebinding readers -o wide',
      'NAME ROLE AGE USERS GROUPS SERVICEACCOUNTS\nreaders Role/reader <age> jane default/robot\n',
    ],
    ['clusterrole looker', 'NAME CREATED AT\nlooker <time>\n'],
    ['clusterrolebinding lookers', 'NAME ROLE AGE\nlookers ClusterRole/looker <age>\n'],
    [
      'cronjob often',
      'NAME SCHEDULE TIMEZONE SUSPEND ACTIVE LAST SCHEDULE AGE\noften */5 * * * * <none> False 0 <none> <age>\n',
    ],
    ['quota few', 'NAME REQUEST LIMIT AGE\nfew configmaps: 2/10, secrets: 3/5 <age>\n'],
    [
      'pc urgent',
      'NAME VALUE GLOBAL-DEFAULT AGE PREEMPTIONPOLICY\nurgent 100 false <age> PreemptLowerPriority\n',
    ],
    ['ing front', 'NAME CLASS HOSTS ADDRESS PORTS AGE\nfront <none> example.com 80 <age>\n'],
    [
      'svc inner',
      'NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE\ninner ClusterIP <cluster ip> <none> 80/TCP <age>\n',
    ],
    [
      'svc balanced',
      expect.stringMatching(
        /^NAME TYPE CLUSTER-IP EXTERNAL-IP PORT\(S\) AGE\nbalanced LoadBalancer <cluster ip> <pending> 80:3\d{4}\/TCP <age>\n$/,
      ),
    ],
    [
      'svc elsewhere',
      'NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE\nelsewhere ExternalName <none> example.com <none> <age>\n',
    ],
  ])('kubectl get %s', async (line, text) => {
    expect(await cluster.shape(`get ${line}`)).toEqual(text);
  });
});

describe('kubectl auth', () => {
  test.each([
    ['can-i get pods', 'yes\n'],
    ["can-i '*' '*' --all-namespaces", 'yes\n'],
    ['can-i list pods --as=jane', 'yes\n'],
  ])('%s', async (line, text) => {
    expect((await cluster.run(`auth ${line}`)).stdout).toBe(text);
  });

  test('can-i exits with 1 on a no', async () => {
    expect(await cluster.run('auth can-i delete pods --as=jane')).toMatchObject({
      exitCode: 1,
      stdout: 'no\n',
    });
  });

  test('can-i --list tells every right', async () => {
    const [headings, ...rows] = (await cluster.shape('auth can-i --list --as=jane')).split('\n');
    expect(headings).toBe('Resources Non-Resource URLs Resource Names Verbs');
    expect(rows).toContain('pods [] [] [get list]');
  });

  test('whoami tells who one is', async () => {
    expect(await cluster.shape('auth whoami')).toBe(
      'ATTRIBUTE VALUE\nUsername system:admin\nGroups [system:masters system:authenticated]\n',
    );
    expect(await cluster.shape('auth whoami --as=jane --as-group=people')).toBe(
      'ATTRIBUTE VALUE\nUsername jane\nGroups [people system:authenticated]\n',
    );
  });

  test('reconcile adds the rights that are missing', async () => {
    const stdin = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: default}
rules: [{apiGroups: [""], resources: [services], verbs: [get]}]
`;
    expect(await cluster.run('auth reconcile -f -', { stdin })).toEqual({
      exitCode: 0,
      stdout: 'role.rbac.authorization.k8s.io/reader reconciled\n',
      stderr: `\treconciliation required update
\tmissing rules added:
\t\t{Verbs:[get] APIGroups:[] Resources:[services] ResourceNames:[] NonResourceURLs:[]}
`,
    });
    expect((await cluster.run('auth can-i get services --as=jane')).stdout).toBe('yes\n');
  });
});

describe('kubectl certificate', () => {
  const ask = async (name: string): Promise<void> => {
    const { request } = await createCertificateRequest({ commonName: name });
    await cluster.kubectl('create -f -', {
      stdin: `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: ${name}}
spec:
  request: ${Buffer.from(request).toString('base64')}
  signerName: kubernetes.io/kube-apiserver-client
  usages: [client auth]
`,
    });
  };
  const stateOf = async (name: string): Promise<string> =>
    (await cluster.shape(`get csr ${name} --no-headers`)).trimEnd();

  test('approve lets a certificate be issued', async () => {
    await ask('wanted');
    expect(await stateOf('wanted')).toBe(
      'wanted <age> kubernetes.io/kube-apiserver-client system:admin <none> Pending',
    );
    expect(await cluster.kubectl('certificate approve wanted')).toBe(
      'certificatesigningrequest.certificates.k8s.io/wanted approved\n',
    );
    await eventually(
      () => stateOf('wanted'),
      (state) => expect(state).toMatch(/ Approved,Issued$/),
    );
  });

  test('deny ends a request', async () => {
    await ask('unwanted');
    expect(await cluster.kubectl('certificate deny unwanted')).toBe(
      'certificatesigningrequest.certificates.k8s.io/unwanted denied\n',
    );
    expect(await stateOf('unwanted')).toMatch(/ Denied$/);
  });
});

describe('kubectl autoscale', () => {
  test('makes an autoscaler of a Deployment', async () => {
    expect(await cluster.kubectl('autoscale deployment web --min=1 --max=5 --cpu=80%')).toBe(
      'horizontalpodautoscaler.autoscaling/web autoscaled\n',
    );
    await eventually(
      () => cluster.shape('get hpa web'),
      (table) =>
        expect(table).toBe(
          'NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE\nweb Deployment/web cpu: <unknown>/80% 1 5 2 <age>\n',
        ),
    );
  });
});
