import { describe, expect, test } from '@jest/globals';
import {
  DEFAULT_RUNTIME_CONFIG,
  enablingSwitch,
  isEnabled,
  parseRuntimeConfig,
  RuntimeConfigError,
} from '../../../src/scheme/runtime-config.ts';

const POD = { group: '', version: 'v1', resource: 'pods', stability: 'stable' } as const;
const ADDRESS = {
  group: 'networking.k8s.io',
  version: 'v1beta1',
  resource: 'ipaddresses',
  stability: 'beta',
} as const;
const RANGE = { ...ADDRESS, resource: 'servicecidrs' } as const;
const WORKLOAD = {
  group: 'scheduling.k8s.io',
  version: 'v1alpha2',
  resource: 'workloads',
  stability: 'alpha',
} as const;
const ALL = [POD, ADDRESS, RANGE, WORKLOAD];

/** The resources that are served with `text` as the configuration. */
function served(text: string): string[] {
  const config = parseRuntimeConfig(text, ALL);
  return ALL.filter((each) => isEnabled(config, each)).map(({ resource }) => resource);
}

function expectRefused(text: string, message: string): void {
  expect(() => parseRuntimeConfig(text, ALL)).toThrow(new RuntimeConfigError(message));
}

describe('--runtime-config', () => {
  test('serves stable and beta versions and no alpha ones when it is empty', () => {
    expect(served('')).toEqual(['pods', 'ipaddresses', 'servicecidrs']);
    expect(isEnabled(DEFAULT_RUNTIME_CONFIG, WORKLOAD)).toBe(false);
  });

  test.each([
    ['api/all=true', ['pods', 'ipaddresses', 'servicecidrs', 'workloads']],
    ['api/all=false', []],
    ['api/alpha=true', ['pods', 'ipaddresses', 'servicecidrs', 'workloads']],
    ['api/beta=false', ['pods']],
    ['api/ga=false', ['ipaddresses', 'servicecidrs']],
    ['scheduling.k8s.io/v1alpha2=true', ['pods', 'ipaddresses', 'servicecidrs', 'workloads']],
    ['scheduling.k8s.io/v1alpha2', ['pods', 'ipaddresses', 'servicecidrs', 'workloads']],
    ['networking.k8s.io/v1beta1=false', ['pods']],
    ['networking.k8s.io/v1beta1/ipaddresses=false', ['pods', 'servicecidrs']],
    ['v1=false', ['ipaddresses', 'servicecidrs']],
    ['api/v1=0', ['ipaddresses', 'servicecidrs']],
    [' api/beta=F , v1/pods=T ', ['pods']],
  ])('%s serves what it says', (text, expected) => {
    expect(served(text)).toEqual(expected);
  });

  test('the more specific key wins, in whatever order the keys come', () => {
    const text =
      'networking.k8s.io/v1beta1/ipaddresses=true,networking.k8s.io/v1beta1=false,api/all=true';
    expect(served(text)).toEqual(['pods', 'ipaddresses', 'workloads']);
    expect(served(text.split(',').reverse().join(','))).toEqual(served(text));
  });

  test('an unknown key is refused with the keys that are close to it', () => {
    expectRefused(
      'scheduling.k8s.io/v1alpha1=true',
      '--runtime-config: unknown key "scheduling.k8s.io/v1alpha1", did you mean "scheduling.k8s.io/v1alpha2"?',
    );
    expectRefused('banana', '--runtime-config: unknown key "banana"');
  });

  test('a value that is neither true nor false is refused', () => {
    expectRefused(
      'api/all=maybe',
      '--runtime-config: invalid value "maybe" for "api/all": it is true or false',
    );
  });

  test('the switch that enables a resource is accepted and does so', () => {
    expect(enablingSwitch(WORKLOAD)).toBe('scheduling.k8s.io/v1alpha2=true');
    expect(served(`api/all=false,${enablingSwitch(WORKLOAD)}`)).toEqual(['workloads']);
    expect(served(`api/all=false,${enablingSwitch(POD)}`)).toEqual(['pods']);
  });
});
