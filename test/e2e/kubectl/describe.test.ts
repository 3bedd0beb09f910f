import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createCertificateRequest } from '../../support/certificates.ts';
import {
  deploymentYaml,
  type KubectlCluster,
  kubectlCluster,
  STARTS_WITHIN_MS,
  shapeOf,
} from './support/cluster.ts';
import { DESCRIBED_OBJECTS } from './support/described-objects.ts';

/** The limits of the namespace give each container two CPUs, and half a dozen controllers have Pods. */
const ROOM_FOR_ALL = ['--initial-nodes', '8'];

let cluster: KubectlCluster;

beforeAll(async () => {
  cluster = await kubectlCluster({ args: ROOM_FOR_ALL });
  await cluster.kubectl('create -f -', { stdin: DESCRIBED_OBJECTS });
  await cluster.apply(deploymentYaml('web', { replicas: 1 }));
  await cluster.kubectl('rollout status deployment/web');
}, STARTS_WITHIN_MS);

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

/** What stands in front of all that kubectl describes. */
const head = (name: string, namespace = 'default'): string =>
  `Name: ${name}\n${namespace && `Namespace: ${namespace}\n`}Labels: <none>\nAnnotations: <none>\n`;

/** How kubectl describes what it has no words of its own for. */
const generic = (name: string, apiVersion: string, kind: string, rest: string): string =>
  `${head(name, '').replace('\n', '\nNamespace:\n')}API Version: ${apiVersion}
Kind: ${kind}
Metadata:
  Creation Timestamp: <time>
  Resource Version: <rv>
  UID: <uid>
${rest}`;

const TEXTS: readonly (readonly [what: string, text: string])[] = [
  [
    'cm map',
    `${head('map')}
Data
====
k:
----
v


BinaryData
====

Events: <none>
`,
  ],
  ['secret hidden', `${head('hidden')}\nType: Opaque\n\nData\n====\npassword: 4 bytes\n`],
  ['sa robot', `${head('robot')}Image pull secrets: <none>\nEvents: <none>\n`],
  [
    'svc web',
    `${head('web')}Selector: app=web
Type: ClusterIP
IP Family Policy: SingleStack
IP Families: IPv4
IP: <cluster ip>
IPs: <cluster ip>
Port: http 80/TCP
TargetPort: 80/TCP
Endpoints: <pod ip>:80
Session Affinity: None
Internal Traffic Policy: Cluster
Events: <none>
`,
  ],
  [
    'quota few',
    'Name: few\nNamespace: default\nResource Used Hard\n-------- ---- ----\nconfigmaps 2 10\n',
  ],
  [
    'limits bounds',
    `Name: bounds
Namespace: default
Type Resource Min Max Default Request Default Limit Max Limit/Request Ratio
---- -------- --- --- --------------- ------------- -----------------------
Container cpu - 2 2 2 -
`,
  ],
  [
    'sc slow',
    `Name: slow
IsDefaultClass: No
Annotations: <none>
Provisioner: example.com/disk
Parameters: <none>
AllowVolumeExpansion: <unset>
MountOptions: <none>
ReclaimPolicy: Delete
VolumeBindingMode: Immediate
Events: <none>
`,
  ],
  [
    'pc urgent',
    `Name: urgent
Value: 100
GlobalDefault: false
PreemptionPolicy: PreemptLowerPriority
Description: For what cannot wait.
Annotations: <none>
Events: <none>
`,
  ],
  [
    'ing front',
    `Name: front
Labels: <none>
Namespace: default
Address:
Ingress Class: <none>
Default backend: <default>
Rules:
  Host Path Backends
  ---- ---- --------
  example.com
               / web:80 (<pod ip>:80)
Annotations: <none>
Events: <none>
`,
  ],
  [
    'role reader',
    `Name: reader
Labels: <none>
Annotations: <none>
PolicyRule:
  Resources Non-Resource URLs Resource Names Verbs
  --------- ----------------- -------------- -----
  pods [] [] [get list]
`,
  ],
  [
    'rolebinding readers',
    `Name: readers
Labels: <none>
Annotations: <none>
Role:
  Kind: Role
  Name: reader
Subjects:
  Kind Name Namespace
  ---- ---- ---------
  ServiceAccount robot default
`,
  ],
  [
    'csinode plugged',
    `Name: plugged
Labels: <none>
Annotations: <none>
CreationTimestamp: <time>
Spec:
  Drivers:
    csi.example.com:
      Node ID: n-1
      Allocatables:
        Count: 8
      Topology Keys: [zone]
Events: <none>
`,
  ],
  [
    'vac fast',
    `Name: fast
Annotations: <none>
DriverName: csi.example.com
Parameters: iops=1000
Events: <none>
`,
  ],
  [
    'servicecidr kubernetes',
    `Name: kubernetes
Labels: <none>
Annotations: <none>
CIDRs: <cluster ip>/12
Status:
Conditions:
  Type Status LastTransitionTime Reason Message
  ---- ------ ------------------ ------ -------
  Ready True <time> Kubernetes Service CIDR is ready
Events: <none>
`,
  ],
  [
    'ipaddress 192.0.2.1',
    `Name: 192.0.2.1
Labels: <none>
Annotations: <none>
Parent Reference:
  Group:
  Resource: services
  Namespace: default
  Name: web
Events: <none>
`,
  ],
  [
    'volumeattachment attached',
    generic(
      'attached',
      'storage.k8s.io/v1',
      'VolumeAttachment',
      `Spec:
  Attacher: csi.example.com
  Node Name: plugged
  Source:
    Persistent Volume Name: disk
Events: <none>
`,
    ),
  ],
];

describe('kubectl describe tells all of', () => {
  test.each(TEXTS)('%s', async (what, text) => {
    const shown = await cluster.run(`describe ${what}`);
    expect(shown.exitCode).toBe(0);
    expect(shapeOf(shown.stdout).replace(/(?<=Resource Version: )\d+/, '<rv>')).toBe(text);
  });

  test.each([
    [
      'pod -l app=web',
      [
        /^Name: web-<pod>$/m,
        /^Status: Running$/m,
        /^ +Image: nginx:1\.25$/m,
        /^ +Ready: True$/m,
        /^QoS Class: Burstable$/m,
        /^ +Normal Scheduled <age> default-scheduler Successfully assigned default\/web-<pod> to node-\d$/m,
      ],
    ],
    [
      'deployment web',
      [
        /^Replicas: 1 desired \| 1 updated \| 1 total \| 1 available \| 0 unavailable$/m,
        /^ +Available True MinimumReplicasAvailable$/m,
        /^NewReplicaSet: web-<hash> \(1\/1 replicas created\)$/m,
        /^ +Normal ScalingReplicaSet <age> deployment-controller Scaled up replica set web-<hash> from 0 to 1$/m,
      ],
    ],
    [
      'rs -l app=web',
      [
        /^Controlled By: Deployment\/web$/m,
        /^Replicas: 1 current \/ 1 desired$/m,
        /^Pods Status: 1 Running \/ 0 Waiting \/ 0 Succeeded \/ 0 Failed$/m,
      ],
    ],
    [
      'node node-1',
      [
        /^Unschedulable: false$/m,
        /^ +HolderIdentity: node-1$/m,
        /^ +Ready True <time> <time> KubeletReady kubelet is posting ready status$/m,
        /^ +Kubelet Version: v1\.36\.0$/m,
        /^Allocated resources:$/m,
      ],
    ],
    ['ns default', [/^Status: Active$/m, /^ +configmaps +2 +10$/m, /^ +Container +cpu/m]],
    ['pdb careful', [/^Min available: 1$/m, /^ +Allowed disruptions: 0$/m, /^ +Total: 1$/m]],
    ['pvc claim', [/^StorageClass: slow$/m, /^Status: Pending$/m, /^Used By: <none>$/m]],
    [
      'pv disk',
      [
        /^Reclaim Policy: Retain$/m,
        /^Capacity: 1Gi$/m,
        /^ +Type: HostPath \(bare host directory volume\)$/m,
        /^ +Path: \/data$/m,
      ],
    ],
    [
      'netpol closed',
      [/^ +PodSelector: app=web$/m, /^ +Allowing ingress traffic:$/m, /^ +Policy Types: Ingress$/m],
    ],
    ['ingressclass own', [/^Controller: example\.com\/own$/m]],
    ['hpa web', [/^Reference: Deployment\/web$/m, /^Min replicas: 1$/m, /^Max replicas: 5$/m]],
    [
      'cronjob often',
      [/^Schedule: \*\/5 \* \* \* \*$/m, /^Suspend: True$/m, /^Last Schedule Time: <unset>$/m],
    ],
    ['lease held', [/^Kind: Lease$/m, /^ +Holder Identity: me$/m]],
    [
      'endpointslice -l kubernetes.io/service-name=web',
      [/^AddressType: IPv4$/m, /^ +- Addresses: <pod ip>$/m, /^ +Ready: true$/m],
    ],
    ['clusterrole view', [/^ +pods +\[\] +\[\] +\[get list watch\]$/m]],
    ['clusterrolebinding cluster-admin', [/^ +Group +system:masters/m]],
    ['job once', [/^Suspend: true$/m, /^Pods Statuses: 0 Active/m]],
    ['ds everywhere', [/^Selector: d=s$/m, /^Pods Status: \d+ Running/m]],
    ['sts ordered', [/^Replicas: 3 desired \| \d total$/m, /^Update Strategy: RollingUpdate$/m]],
    ['rc old', [/^Replicas: 0 current \/ 0 desired$/m]],
    ['podtemplate shape', [/^Kind: PodTemplate$/m, /^ +Image: busybox$/m]],
    ['runtimeclass gvisor', [/^Handler: runsc$/m]],
    [
      'crd shelves.shop.example.com',
      [/^API Version: apiextensions\.k8s\.io\/v1$/m, /^ +Type: Established$/m],
    ],
    ['ep web', [/^ +Addresses: <pod ip>$/m, /^ +http 80 TCP$/m]],
    ['flowschema exempt', [/^Kind: FlowSchema$/m]],
    [
      'mutatingwebhookconfiguration changer',
      [
        /^Kind: MutatingWebhookConfiguration$/m,
        /^ +URL: https:\/\/example\.com\/change$/m,
        /^ +Reinvocation Policy: Never$/m,
      ],
    ],
    [
      'validatingwebhookconfiguration judge',
      [/^Kind: ValidatingWebhookConfiguration$/m, /^ +Failure Policy: Ignore$/m],
    ],
    ['csidriver csi.example.com', [/^ +Fs Group Policy: ReadWriteOnceWithFSType$/m]],
    ['apiservice v1.apps', [/^ +Group: apps$/m, /^ +Reason: Local$/m, /^ +Status: True$/m]],
    ['event -n default', [/^Reason: ScalingReplicaSet$/m]],
  ] as const)('%s, in part', async (what, lines) => {
    const shown = await cluster.run(`describe ${what}`);
    expect(shown.exitCode).toBe(0);
    const text = shapeOf(shown.stdout);
    for (const line of lines) expect(text).toMatch(line);
  });

  test('a request for a certificate', async () => {
    const { request } = await createCertificateRequest({ commonName: 'jane' });
    await cluster.kubectl('create -f -', {
      stdin: `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: jane}
spec:
  request: ${Buffer.from(request).toString('base64')}
  signerName: kubernetes.io/kube-apiserver-client
  usages: [client auth]
`,
    });
    expect(await cluster.shape('describe csr jane')).toBe(`Name: jane
Labels: <none>
Annotations: <none>
CreationTimestamp: <time>
Requesting User: system:admin
Signer: kubernetes.io/kube-apiserver-client
Status: Pending
Subject:
         Common Name: jane
         Serial Number:
Events: <none>
`);
  });

  test(
    'every kind that is served',
    async () => {
      const names = await cluster.kubectl('api-resources --verbs=list -o name');
      for (const resource of names.trimEnd().split('\n')) {
        const { exitCode } = await cluster.run(`describe ${resource} -A`);
        expect({ resource, exitCode }).toEqual({ resource, exitCode: 0 });
      }
    },
    STARTS_WITHIN_MS,
  );

  test('what is not there', async () => {
    expect(await cluster.refused('describe pod nobody')).toBe(
      'Error from server (NotFound): pods "nobody" not found\n',
    );
  });
});

describe('kubectl events', () => {
  test('tells what happened to one object', async () => {
    const [headings, ...rows] = (await cluster.shape('events --for deployment/web')).split('\n');
    expect(headings).toBe('LAST SEEN TYPE REASON OBJECT MESSAGE');
    expect(rows).toEqual([
      expect.stringMatching(
        /^\d+s Normal ScalingReplicaSet Deployment\/web Scaled up replica set web-<hash> from 0 to 1$/,
      ),
      '',
    ]);
  });

  test('leaves out what is not of a type', async () => {
    expect((await cluster.run('events --types=Warning --for deployment/web')).stderr).toContain(
      'No events found in default namespace.',
    );
  });

  test('are what get prints as well', async () => {
    const text = await cluster.shape(
      'get events --field-selector involvedObject.kind=Deployment --no-headers',
    );
    expect(text).toMatch(
      /^\d+s Normal ScalingReplicaSet deployment\/web Scaled up replica set web-<hash> from 0 to 1\n$/,
    );
  });
});
