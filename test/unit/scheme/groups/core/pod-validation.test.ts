import { describe, expect, test } from '@jest/globals';
import { container, errorsOf, refused } from './pods.ts';

test('a Pod with a bit of everything is valid', () => {
  const everything = {
    'metadata.annotations': {
      'controller.kubernetes.io/pod-deletion-cost': '-5',
      'container.apparmor.security.beta.kubernetes.io/web': 'runtime/default',
      'seccomp.security.alpha.kubernetes.io/pod': 'localhost/profile.json',
    },
    'spec.serviceAccountName': 'robot',
    'spec.nodeName': '10.240.79.157',
    'spec.nodeSelector': { disk: 'ssd' },
    'spec.hostname': 'web',
    'spec.subdomain': 'sub',
    'spec.priorityClassName': 'high',
    'spec.runtimeClassName': 'gvisor',
    'spec.preemptionPolicy': 'Never',
    'spec.overhead': { cpu: '10m' },
    'spec.os': { name: 'linux' },
    'spec.activeDeadlineSeconds': 60,
    'spec.hostAliases': [{ ip: '10.0.0.1', hostnames: ['a.b'] }],
    'spec.dnsPolicy': 'None',
    'spec.dnsConfig': {
      nameservers: ['10.0.0.10'],
      searches: ['.', '_tcp.example.com.'],
      options: [{ name: 'ndots', value: '5' }],
    },
    'spec.readinessGates': [{ conditionType: 'example.com/ready' }],
    'spec.resourceClaims': [{ name: 'gpu', resourceClaimName: 'my-gpu' }],
    'spec.tolerations': [
      { operator: 'Exists' },
      { key: 'a', value: 'b', effect: 'NoExecute', tolerationSeconds: 300 },
    ],
    'spec.topologySpreadConstraints': [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        minDomains: 2,
        labelSelector: { matchLabels: { app: 'web' } },
        matchLabelKeys: ['pod-template-hash'],
      },
    ],
    'spec.securityContext': {
      runAsUser: 1000,
      fsGroup: 2000,
      supplementalGroups: [1],
      sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '1' }],
      seccompProfile: { type: 'RuntimeDefault' },
    },
    'spec.volumes': [
      { name: 'files', configMap: { name: 'c', items: [{ key: 'k', path: 'a/b', mode: 0o400 }] } },
      { name: 'secret', secret: { secretName: 's' } },
      { name: 'claim', persistentVolumeClaim: { claimName: 'data' } },
      {
        name: 'own',
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
      { name: 'host', hostPath: { path: '/var/log' } },
      {
        name: 'token',
        projected: {
          sources: [
            { serviceAccountToken: { path: 'token', expirationSeconds: 600 } },
            {
              downwardAPI: {
                items: [{ path: 'ns', fieldRef: { fieldPath: 'metadata.namespace' } }],
              },
            },
          ],
        },
      },
    ],
    ...container({
      ports: [{ name: 'http', containerPort: 80, hostPort: 8080 }],
      env: [
        { name: 'A', value: '1' },
        { name: 'B', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
        {
          name: 'C',
          valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } },
        },
        { name: 'D', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
      ],
      envFrom: [{ prefix: 'P_', configMapRef: { name: 'c' } }],
      volumeMounts: [
        { name: 'files', mountPath: '/etc/app', subPath: 'a' },
        { name: 'host', mountPath: '/log', readOnly: true, recursiveReadOnly: 'Enabled' },
      ],
      volumeDevices: [{ name: 'claim', devicePath: '/dev/xvda' }],
      resources: {
        requests: { cpu: '1' },
        limits: { 'example.com/gpu': '1' },
        claims: [{ name: 'gpu' }],
      },
      livenessProbe: { exec: { command: ['true'] } },
      readinessProbe: { tcpSocket: { port: 'http' }, successThreshold: 2 },
      startupProbe: { grpc: { port: 9000 } },
      lifecycle: { preStop: { sleep: { seconds: 5 } } },
      resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }],
      securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
    }),
    'spec.initContainers': [
      { name: 'init', image: 'busybox' },
      {
        name: 'proxy',
        image: 'proxy',
        restartPolicy: 'Always',
        livenessProbe: { tcpSocket: { port: 1 } },
      },
    ],
  };
  expect(errorsOf(everything)).toBe('');
});

describe('the rest of a Pod is refused', () => {
  refused([
    [
      'for an unknown restart policy',
      { 'spec.restartPolicy': 'Sometimes' },
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    ],
    [
      'for an unknown DNS policy',
      { 'spec.dnsPolicy': 'Mine' },
      'spec.dnsPolicy: Unsupported value: "Mine"',
    ],
    [
      'for no DNS at all',
      { 'spec.dnsPolicy': 'None' },
      'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None',
    ],
    [
      'for too many name servers',
      { 'spec.dnsConfig': { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'] } },
      'must not have more than 3 nameservers',
    ],
    [
      'for a name server that is none',
      { 'spec.dnsConfig': { nameservers: ['x'] } },
      'spec.dnsConfig.nameservers[0]: Invalid value: "x": must be a valid IP address',
    ],
    [
      'for a search path that cannot be',
      { 'spec.dnsConfig': { searches: ['A B'] } },
      'spec.dnsConfig.searches[0]: Invalid value: "A B"',
    ],
    [
      'for a deadline of nothing',
      { 'spec.activeDeadlineSeconds': 0 },
      'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
    ],
    [
      'for a service account that cannot be',
      { 'spec.serviceAccountName': 'A' },
      'spec.serviceAccountName: Invalid value: "A"',
    ],
    ['for a node that cannot be', { 'spec.nodeName': 'A' }, 'spec.nodeName: Invalid value: "A"'],
    [
      'for a host name with dots',
      { 'spec.hostname': 'a.b' },
      'spec.hostname: Invalid value: "a.b": must not contain dots',
    ],
    [
      'for a host alias without address',
      { 'spec.hostAliases': [{ ip: 'x' }] },
      'spec.hostAliases[0].ip: Invalid value: "x"',
    ],
    [
      'for a gate that cannot be',
      { 'spec.readinessGates': [{ conditionType: 'a b' }] },
      'spec.readinessGates[0].conditionType: Invalid value: "a b"',
    ],
    [
      'for a host name of its own on the network of the host',
      { 'spec.hostNetwork': true, 'spec.hostnameOverride': 'a' },
      'spec.hostnameOverride: Invalid value: "a": must not be set when',
    ],
    [
      'for a cost that is no number',
      { 'metadata.annotations': { 'controller.kubernetes.io/pod-deletion-cost': '+1' } },
      'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1": must be a 32bit integer',
    ],
    [
      'for a mirror without a node',
      { 'metadata.annotations': { 'kubernetes.io/config.mirror': 'x' } },
      'must set spec.nodeName if mirror pod annotation is set',
    ],
    [
      'for a profile of a container that there is not',
      {
        'metadata.annotations': {
          'container.apparmor.security.beta.kubernetes.io/x': 'unconfined',
        },
      },
      'Invalid value: "x": container not found',
    ],
    [
      'for an old profile that is none',
      { 'metadata.annotations': { 'seccomp.security.alpha.kubernetes.io/pod': 'x' } },
      'must be a valid seccomp profile',
    ],
  ]);
});
