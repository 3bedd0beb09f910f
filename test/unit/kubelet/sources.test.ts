import { describe, expect, test } from '@jest/globals';
import { registriesOf } from '../../../src/kubelet/sources/pod-sources.ts';
import { requiredSources } from '../../../src/kubelet/sources/required-sources.ts';
import { environmentProblem, volumeProblem } from '../../../src/kubelet/sources/source-problems.ts';
import type {
  ConfigMap,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
} from '../../../src/scheme/generated/types/core-v1.ts';
import { buildPod } from '../../support/builders.ts';

const podWith = (spec: Partial<PodSpec>): Pod => {
  const pod = buildPod();
  return { ...pod, spec: { containers: [{ name: 'c', image: 'c' }], ...spec } };
};

const titles = (spec: Partial<PodSpec>): string[] =>
  requiredSources(podWith(spec)).map(({ container, keys, kind, name, volume }) =>
    `${volume ?? container}: ${kind} ${name} ${keys.join(',')}`.trimEnd(),
  );

const withEnv = (container: object): Partial<PodSpec> => ({
  containers: [{ name: 'c', image: 'c', ...container }],
});

describe('what a Pod needs', () => {
  test.each<[string, Partial<PodSpec>, readonly string[]]>([
    ['nothing', {}, []],
    ['a ConfigMap', { volumes: [{ name: 'v', configMap: { name: 'm' } }] }, ['v: configmap m']],
    [
      'keys of a ConfigMap',
      { volumes: [{ name: 'v', configMap: { name: 'm', items: [{ key: 'k', path: 'p' }] } }] },
      ['v: configmap m k'],
    ],
    ['none', { volumes: [{ name: 'v', configMap: { name: 'm', optional: true } }] }, []],
    ['a Secret', { volumes: [{ name: 'v', secret: { secretName: 's' } }] }, ['v: secret s']],
    [
      'a claim',
      { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'd' } }] },
      ['v: persistentvolumeclaim d'],
    ],
    [
      'what a projected volume is made of, but not the authority of the cluster',
      {
        volumes: [
          {
            name: 'v',
            projected: {
              sources: [
                { configMap: { name: 'kube-root-ca.crt' } },
                { secret: { name: 's' } },
                { serviceAccountToken: { path: 'token' } },
              ],
            },
          },
        ],
      },
      ['v: secret s'],
    ],
    [
      'what its environment names',
      withEnv({
        envFrom: [{ configMapRef: { name: 'm' } }, { secretRef: { name: 's', optional: true } }],
        env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
      }),
      ['c: configmap m', 'c: secret s k'],
    ],
  ])('is %s', (_, spec, expected) => {
    expect(titles(spec)).toEqual(expected);
  });
});

const configMap = { metadata: { name: 'm' }, data: { here: '1' } } as unknown as ConfigMap;
const claim = (phase: string) =>
  ({ metadata: { name: 'd' }, status: { phase } }) as unknown as PersistentVolumeClaim;
const pod = podWith({});

describe('what is missing', () => {
  const map = { kind: 'configmap', name: 'm', volume: 'v' } as const;
  const disk = { kind: 'persistentvolumeclaim', name: 'd', volume: 'v', keys: [] } as const;

  test('of a volume is said as the kubelet says it', () => {
    const failed = 'MountVolume.SetUp failed for volume "v" : ';
    expect(volumeProblem(pod, { ...map, keys: [] }, undefined)).toBe(
      `${failed}configmap "m" not found`,
    );
    expect(volumeProblem(pod, { ...map, keys: ['gone'] }, configMap)).toBe(
      `${failed}configmap references non-existent config key: gone`,
    );
    expect(volumeProblem(pod, { ...map, keys: ['here'] }, configMap)).toBeUndefined();
  });

  test('of a claim is that it is not there, or not bound', () => {
    expect(volumeProblem(pod, disk, undefined)).toContain('persistentvolumeclaims "d" not found');
    expect(volumeProblem(pod, disk, claim('Pending'))).toContain('PVC is not bound');
    expect(volumeProblem(pod, disk, claim('Bound'))).toBeUndefined();
  });

  test('of an environment is an object or its key', () => {
    const { namespace } = pod.metadata;
    expect(environmentProblem(pod, { ...map, keys: [] }, undefined)).toBe(
      'configmap "m" not found',
    );
    expect(environmentProblem(pod, { ...map, keys: ['gone'] }, configMap)).toBe(
      `couldn't find key gone in ConfigMap ${namespace}/m`,
    );
    expect(environmentProblem(pod, { ...map, keys: ['here'] }, configMap)).toBeUndefined();
  });
});

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

describe('credentials', () => {
  test.each<[string, Record<string, string>, readonly string[]]>([
    [
      'of Docker',
      { '.dockerconfigjson': encoded({ auths: { 'r.example.com': {} } }) },
      ['r.example.com'],
    ],
    [
      'of old Docker',
      { '.dockercfg': encoded({ 'https://index.docker.io/v1/': {} }) },
      ['docker.io'],
    ],
    ['that are none', { '.dockerconfigjson': 'bm8=' }, []],
    ['that are a list', { '.dockercfg': encoded(null) }, []],
    ['of nobody', {}, []],
  ])('%s name their registries', (_, data, hosts) => {
    expect(registriesOf({ data })).toEqual(hosts);
  });
});
