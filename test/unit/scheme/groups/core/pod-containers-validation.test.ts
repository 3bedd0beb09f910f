import { describe, expect, test } from '@jest/globals';
import { container, errorsOf, refused, volume } from './pods.ts';

describe('containers are refused', () => {
  refused([
    ['when there are none', { 'spec.containers': [] }, 'spec.containers: Required value'],
    ['when the spec is missing', { spec: undefined }, 'spec.containers: Required value'],
    ['without a name', container({ name: '' }), 'spec.containers[0].name: Required value'],
    [
      'with a name that is no label',
      container({ name: 'Web' }),
      'spec.containers[0].name: Invalid value: "Web": a lowercase RFC 1123 label',
    ],
    [
      'with one name twice',
      { 'spec.containers.1': { name: 'web', image: 'x' } },
      'spec.containers[1].name: Duplicate value: "web"',
    ],
    ['without an image', container({ image: '' }), 'spec.containers[0].image: Required value'],
    [
      'with an image padded with spaces',
      container({ image: ' nginx' }),
      'spec.containers[0].image: Invalid value: " nginx": must not have leading or trailing whitespace',
    ],
    [
      'with an unknown pull policy',
      container({ imagePullPolicy: 'Often' }),
      'spec.containers[0].imagePullPolicy: Unsupported value: "Often": supported values: "Always", "IfNotPresent", "Never"',
    ],
    [
      'with an unknown message policy',
      container({ terminationMessagePolicy: 'Mail' }),
      'spec.containers[0].terminationMessagePolicy: Unsupported value: "Mail"',
    ],
    [
      'with a port without number',
      container({ ports: [{ containerPort: 0 }] }),
      'spec.containers[0].ports[0].containerPort: Required value',
    ],
    [
      'with a port past the last',
      container({ ports: [{ containerPort: 65_536 }] }),
      'spec.containers[0].ports[0].containerPort: Invalid value: 65536: must be between 1 and 65535, inclusive',
    ],
    [
      'with a host port past the last',
      container({ ports: [{ containerPort: 1, hostPort: -1 }] }),
      'spec.containers[0].ports[0].hostPort: Invalid value: -1',
    ],
    [
      'with a bad port name',
      container({ ports: [{ name: 'HTTP', containerPort: 1 }] }),
      'spec.containers[0].ports[0].name: Invalid value: "HTTP": must contain only alpha-numeric',
    ],
    [
      'with one port name twice',
      container({
        ports: [
          { name: 'a', containerPort: 1 },
          { name: 'a', containerPort: 2 },
        ],
      }),
      'spec.containers[0].ports[1].name: Duplicate value: "a"',
    ],
    [
      'with an unknown protocol',
      container({ ports: [{ containerPort: 1, protocol: 'ICMP' }] }),
      'spec.containers[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      'with one host port twice',
      {
        'spec.containers.0.ports': [{ containerPort: 1, hostPort: 80 }],
        'spec.containers.1': { name: 'b', image: 'b', ports: [{ containerPort: 2, hostPort: 80 }] },
      },
      'spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"',
    ],
    [
      'with another host port on the network of the host',
      { 'spec.hostNetwork': true, ...container({ ports: [{ containerPort: 80, hostPort: 81 }] }) },
      'spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
    ],
    [
      'with rules for restarts but no policy',
      container({
        restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }],
      }),
      'spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used',
    ],
    [
      'with a rule for restarts that does something else',
      container({
        restartPolicy: 'Never',
        restartPolicyRules: [{ action: 'Stop', exitCodes: { operator: 'In', values: [1] } }],
      }),
      'spec.containers[0].restartPolicyRules[0].action: Unsupported value: "Stop": supported values: "Restart", "RestartAllContainers"',
    ],
    [
      'with a rule for more exit codes than there are',
      container({
        restartPolicy: 'Never',
        restartPolicyRules: [
          {
            action: 'RestartAllContainers',
            exitCodes: {
              operator: 'NotIn',
              values: Array.from({ length: 256 }, (_, code) => code),
            },
          },
        ],
      }),
      'spec.containers[0].restartPolicyRules[0].exitCodes.values: Too many: 256: must have at most 255 items',
    ],
    [
      'with a restart policy that is none',
      container({ restartPolicy: 'Maybe' }),
      'spec.containers[0].restartPolicy: Unsupported value: "Maybe"',
    ],
  ]);
});

describe('init containers are refused', () => {
  const init = (members: object): Record<string, unknown> => ({
    'spec.initContainers': [{ name: 'init', image: 'busybox', ...members }],
  });
  refused([
    [
      'with the name of a container',
      init({ name: 'web' }),
      'spec.initContainers[0].name: Duplicate value: "web"',
    ],
    [
      'with a probe unless they stay',
      init({ livenessProbe: {} }),
      'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
    [
      'with hooks unless they stay',
      init({ lifecycle: {} }),
      'spec.initContainers[0].lifecycle: Forbidden',
    ],
    [
      'with a bad probe when they stay',
      init({ restartPolicy: 'Always', readinessProbe: {} }),
      'spec.initContainers[0].readinessProbe: Required value: must specify a handler type',
    ],
  ]);
});

describe('ephemeral containers are refused', () => {
  test('on create, and with what only long-lived ones have', () => {
    const debug = {
      name: 'web',
      image: 'busybox',
      targetContainerName: 'nobody',
      ports: [],
      volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a' }],
      resources: { limits: { cpu: '1' } },
    };
    const errors = errorsOf({ 'spec.ephemeralContainers': [debug], ...volume({ emptyDir: {} }) });
    for (const message of [
      'spec.ephemeralContainers: Forbidden: cannot be set on create',
      'spec.ephemeralContainers[0].name: Duplicate value: "web"',
      'spec.ephemeralContainers[0].targetContainerName: Not found: "nobody"',
      'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
      'spec.ephemeralContainers[0].resources: Forbidden',
      'spec.ephemeralContainers[0].volumeMounts[0].subPath: Forbidden',
    ]) {
      expect(errors).toContain(message);
    }
  });
});

describe('probes and hooks are refused', () => {
  const live = (probe: object): Record<string, unknown> => container({ livenessProbe: probe });
  const at = 'spec.containers[0].livenessProbe';
  const exec = { exec: { command: ['true'] } };
  refused([
    ['without a handler', live({}), `${at}: Required value: must specify a handler type`],
    [
      'with two handlers',
      live({ ...exec, tcpSocket: { port: 1 } }),
      `${at}.tcpSocket: Forbidden: may not specify more than 1 handler type`,
    ],
    ['without a command', live({ exec: {} }), `${at}.exec.command: Required value`],
    [
      'with a port that cannot be',
      live({ httpGet: { port: 0 } }),
      `${at}.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive`,
    ],
    [
      'with a port name that cannot be',
      live({ tcpSocket: { port: 'HTTP' } }),
      `${at}.tcpSocket.port: Invalid value: "HTTP"`,
    ],
    [
      'with an unknown scheme',
      live({ httpGet: { port: 80, scheme: 'FTP' } }),
      `${at}.httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"`,
    ],
    [
      'with a bad header',
      live({ httpGet: { port: 80, httpHeaders: [{ name: 'a:b', value: '' }] } }),
      `${at}.httpGet.httpHeaders: Invalid value: "a:b"`,
    ],
    [
      'with a negative delay',
      live({ ...exec, initialDelaySeconds: -1 }),
      `${at}.initialDelaySeconds: Invalid value: -1: must be greater than or equal to 0`,
    ],
    [
      'with more than one success to live',
      live({ ...exec, successThreshold: 2 }),
      `${at}.successThreshold: Invalid value: 2: must be 1`,
    ],
    [
      'with no grace',
      live({ ...exec, terminationGracePeriodSeconds: 0 }),
      `${at}.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0`,
    ],
    [
      'with a grace for readiness',
      container({ readinessProbe: { ...exec, terminationGracePeriodSeconds: 5 } }),
      'spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes',
    ],
    [
      'when a hook sleeps longer than there is time',
      container({ lifecycle: { preStop: { sleep: { seconds: 31 } } } }),
      'spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)',
    ],
  ]);
});
