import { describe } from '@jest/globals';
import { container, refused } from './pods.ts';

describe('environment variables are refused', () => {
  const variable = (one: object): Record<string, unknown> => container({ env: [one] });
  const from = (source: object): Record<string, unknown> =>
    variable({ name: 'A', valueFrom: source });
  const at = 'spec.containers[0].env[0]';
  refused([
    ['without a name', variable({ name: '' }), `${at}.name: Required value`],
    ['with = in the name', variable({ name: 'a=b' }), `${at}.name: Invalid value: "a=b"`],
    [
      'with a source that is none',
      from({}),
      `${at}.valueFrom: Invalid value: "": must specify one of`,
    ],
    [
      'with two sources',
      from({ fieldRef: { fieldPath: 'metadata.name' }, secretKeyRef: { name: 's', key: 'k' } }),
      `${at}.valueFrom: Invalid value: "": may not have more than one field specified at a time`,
    ],
    [
      'with a value and a source',
      variable({ name: 'A', value: '1', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }),
      `${at}.valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`,
    ],
    [
      'for a field that there is not',
      from({ fieldRef: { fieldPath: 'spec.image' } }),
      `${at}.valueFrom.fieldRef.fieldPath: Invalid value: "spec.image": error converting fieldPath: field label not supported: spec.image`,
    ],
    [
      'for a field that only volumes have',
      from({ fieldRef: { fieldPath: 'metadata.labels' } }),
      `${at}.valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name"`,
    ],
    [
      'for a part of a field that has none',
      from({ fieldRef: { fieldPath: "metadata.name['a']" } }),
      `${at}.valueFrom.fieldRef: Invalid value: "metadata.name": does not support subscript`,
    ],
    [
      'for a field without path',
      from({ fieldRef: { fieldPath: '' } }),
      `${at}.valueFrom.fieldRef.fieldPath: Required value`,
    ],
    [
      'for a resource that there is not',
      from({ resourceFieldRef: { resource: 'limits.gpu' } }),
      `${at}.valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu"`,
    ],
    [
      'for no resource',
      from({ resourceFieldRef: { resource: '' } }),
      `${at}.valueFrom.resourceFieldRef.resource: Required value`,
    ],
    [
      'for CPU by the kilobyte',
      from({ resourceFieldRef: { resource: 'limits.cpu', divisor: '1k' } }),
      "only divisor's values 1m and 1 are supported with the cpu resource",
    ],
    [
      'for memory by the half',
      from({ resourceFieldRef: { resource: 'limits.memory', divisor: '2' } }),
      "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the memory resource",
    ],
    [
      'for a key that cannot be',
      from({ secretKeyRef: { name: 's', key: 'a/b' } }),
      `${at}.valueFrom.secretKeyRef.key: Invalid value: "a/b"`,
    ],
    [
      'for no key',
      from({ configMapKeyRef: { name: 's', key: '' } }),
      `${at}.valueFrom.configMapKeyRef.key: Required value`,
    ],
    [
      'for a ConfigMap that cannot be',
      from({ configMapKeyRef: { name: 'S', key: 'k' } }),
      `${at}.valueFrom.configMapKeyRef.name: Invalid value: "S"`,
    ],
    [
      'from no place',
      container({ envFrom: [{}] }),
      'spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`',
    ],
    [
      'from two places',
      container({ envFrom: [{ configMapRef: { name: 'a' }, secretRef: { name: 'a' } }] }),
      'spec.containers[0].envFrom: Invalid value: "": may not have more than one',
    ],
    [
      'from a place without name',
      container({ envFrom: [{ configMapRef: {} }] }),
      'spec.containers[0].envFrom[0].configMapRef.name: Required value',
    ],
  ]);
});

describe('resources are refused', () => {
  const at = 'spec.containers[0].resources';
  const resources = (one: object): Record<string, unknown> => container({ resources: one });
  refused([
    [
      'when they are negative',
      resources({ requests: { cpu: '-1' } }),
      `${at}.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0`,
    ],
    [
      'when more is asked for than allowed',
      resources({ requests: { cpu: '2' }, limits: { cpu: '1' } }),
      `${at}.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`,
    ],
    [
      'when more is asked for than allowed, whatever else is wrong',
      resources({ requests: { cpu: '2' }, limits: { cpu: '1', 'example.com/gpu': '1500m' } }),
      `${at}.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`,
    ],
    [
      'when they are unknown',
      resources({ requests: { disk: '1' } }),
      `${at}.requests[disk]: Invalid value: "disk": must be a standard resource for containers`,
    ],
    [
      'when their name cannot be',
      resources({ requests: { 'a b': '1' } }),
      `${at}.requests[a b]: Invalid value: "a b": name part must consist`,
    ],
    [
      'when a device is cut in halves',
      resources({ limits: { 'example.com/gpu': '1500m' } }),
      `${at}.limits[example.com/gpu]: Invalid value: "1500m": must be an integer`,
    ],
    [
      'when a device is asked for and not limited',
      resources({ requests: { 'example.com/gpu': '1' } }),
      `${at}.limits: Required value: Limit must be set for non overcommitable resources`,
    ],
    [
      'when less devices are asked for than allowed',
      resources({ requests: { 'example.com/gpu': '1' }, limits: { 'example.com/gpu': '2' } }),
      `${at}.requests: Invalid value: "1": must be equal to example.com/gpu limit of 2`,
    ],
    [
      'when huge pages come alone',
      resources({ limits: { 'hugepages-2Mi': '2Mi' } }),
      `${at}: Forbidden: HugePages require cpu or memory`,
    ],
    [
      'when huge pages are cut',
      resources({ limits: { cpu: '1', 'hugepages-2Mi': '3Mi' } }),
      `${at}.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
    ],
    [
      'when a claim is unknown',
      resources({ claims: [{ name: 'gpu' }] }),
      `${at}.claims[0]: Not found: "gpu": must be one of the names in pod.spec.resourceClaims which is empty`,
    ],
    [
      'when the Pod has less than its containers',
      {
        'spec.resources': { requests: { cpu: '1' } },
        ...container({ resources: { requests: { cpu: '2' } } }),
      },
      'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2',
    ],
    [
      'when a container may have more than the Pod',
      {
        'spec.resources': { limits: { cpu: '1' } },
        ...container({ resources: { limits: { cpu: '2' } } }),
      },
      'must be less than or equal to pod limits of 1',
    ],
    [
      'when the Pod asks for what only containers can',
      { 'spec.resources': { requests: { 'example.com/gpu': '1' } } },
      'spec.resources.requests[example.com/gpu]: Invalid value',
    ],
    [
      'when a claim has no source',
      { 'spec.resourceClaims': [{ name: 'gpu' }] },
      'spec.resourceClaims[0]: Invalid value: {"name":"gpu"}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
    ],
    [
      'when a container cannot be resized so',
      container({ resizePolicy: [{ resourceName: 'gpu', restartPolicy: 'NotRequired' }] }),
      'spec.containers[0].resizePolicy: Unsupported value: "gpu"',
    ],
  ]);
});
