import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  deploymentYaml,
  type KubectlCluster,
  kubectlCluster,
  STARTS_WITHIN_MS,
  shapeOf,
} from './support/cluster.ts';

let cluster: KubectlCluster;

const OBJECTS = `apiVersion: v1
kind: ConfigMap
metadata: {name: map}
data: {k: v}
---
apiVersion: v1
kind: Secret
metadata: {name: hidden}
stringData: {password: word}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: robot}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 80}]}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: few}
spec: {hard: {configmaps: "10"}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: bounds}
spec: {limits: [{type: Container, max: {cpu: "2"}}]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: claim}
spec: {accessModes: [ReadWriteOnce], storageClassName: slow, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteMany], hostPath: {path: /data}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: slow}
provisioner: example.com/disk
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: urgent}
value: 100
description: For what cannot wait.
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: careful}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front}
spec: {rules: [{host: example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: own}
spec: {controller: example.com/own}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicas: 1, maxReplicas: 5}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: often}
spec: {schedule: "*/5 * * * *", suspend: true, jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: robot, namespace: default}]
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: held}
spec: {holderIdentity: me}
---
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec: {suspend: true, template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: everywhere}
spec: {selector: {matchLabels: {d: s}}, template: {metadata: {labels: {d: s}}, spec: {containers: [{name: c, image: busybox}]}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ordered}
spec: {serviceName: web, replicas: 3, selector: {matchLabels: {s: s}}, template: {metadata: {labels: {s: s}}, spec: {containers: [{name: c, image: busybox}]}}}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: old}
spec: {replicas: 0, selector: {r: c}, template: {metadata: {labels: {r: c}}, spec: {containers: [{name: c, image: busybox}]}}}
---
apiVersion: v1
kind: PodTemplate
metadata: {name: shape}
template: {spec: {containers: [{name: c, image: busybox}]}}
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: gvisor}
handler: runsc
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shelves.shop.example.com}
spec:
  group: shop.example.com
  scope: Namespaced
  names: {kind: Shelf, plural: shelves}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

beforeAll(async () => {
  cluster = await kubectlCluster();
  await cluster.kubectl('create -f -', { stdin: OBJECTS });
  await cluster.apply(deploymentYaml('web', { replicas: 1 }));
  await cluster.kubectl('rollout status deployment/web');
}, STARTS_WITHIN_MS);

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

/** What stands in front of all that kubectl describes. */
const head = (name: string, namespace = 'default'): string =>
  `Name: ${name}\n${namespace && `Namespace: ${namespace}\n`}Labels: <none>\nAnnotations: <none>\n`;

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
];

describe('kubectl describe tells all of', () => {
  test.each(TEXTS)('%s', async (what, text) => {
    const shown = await cluster.run(`describe ${what}`);
    expect(shown.exitCode).toBe(0);
    expect(shapeOf(shown.stdout)).toBe(text);
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
    ['ds everywhere', [/^Selector: d=s$/m, /^Pods Status: 0 Running/m]],
    ['sts ordered', [/^Replicas: 3 desired \| 0 total$/m, /^Update Strategy: RollingUpdate$/m]],
    ['rc old', [/^Replicas: 0 current \/ 0 desired$/m]],
    ['podtemplate shape', [/^Kind: PodTemplate$/m, /^ +Image: busybox$/m]],
    ['runtimeclass gvisor', [/^Handler: runsc$/m]],
    [
      'crd shelves.shop.example.com',
      [/^API Version: apiextensions\.k8s\.io\/v1$/m, /^ +Type: Established$/m],
    ],
    ['ep web', [/^ +Addresses: <pod ip>$/m, /^ +http 80 TCP$/m]],
    ['flowschema exempt', [/^Kind: FlowSchema$/m]],
  ] as const)('%s, in part', async (what, lines) => {
    const shown = await cluster.run(`describe ${what}`);
    expect(shown.exitCode).toBe(0);
    const text = shapeOf(shown.stdout);
    for (const line of lines) expect(text).toMatch(line);
  });

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
