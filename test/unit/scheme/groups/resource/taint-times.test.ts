import { describe, expect, test } from '@jest/globals';
import type {
  DeviceTaint,
  ResourceSlice,
} from '../../../../../src/scheme/generated/types/resource-v1.ts';
import type { DeviceTaintRule } from '../../../../../src/scheme/generated/types/resource-v1beta2.ts';
import { deviceTaintRuleStrategy } from '../../../../../src/scheme/groups/resource/device-taint-rule.ts';
import { resourceSliceStrategy } from '../../../../../src/scheme/groups/resource/resource-slice.ts';
import { exampleOf } from '../../../../support/kind-examples.ts';

const BEFORE = '2026-01-01T00:00:00Z';
const NOW = '2026-01-01T00:00:01Z';
const SAID = '2025-12-31T00:00:00Z';
const nowMs = Date.parse(NOW);

const taint = (more: Partial<DeviceTaint> = {}): DeviceTaint => ({
  key: 'example.com/hot',
  effect: 'NoSchedule',
  ...more,
});

describe('the taint of a DeviceTaintRule', () => {
  const rule = (of: DeviceTaint): DeviceTaintRule => {
    const example = exampleOf<DeviceTaintRule>('resource.k8s.io/v1beta2', 'DeviceTaintRule');
    return { ...example, spec: { taint: { ...of } } };
  };
  const first = taint({ timeAdded: BEFORE });

  test.each<[string, DeviceTaint, DeviceTaint | undefined, string]>([
    ['from its creation', taint(), undefined, NOW],
    ['from when it says', taint({ timeAdded: SAID }), undefined, SAID],
    ['from an update that leaves the time out', taint(), first, NOW],
    ['as before where its value changes', { ...first, value: 'very' }, first, BEFORE],
    ['from the change of its effect', { ...first, effect: 'NoExecute' }, first, NOW],
    [
      'from when a change of its effect says',
      taint({ effect: 'None', timeAdded: SAID }),
      first,
      SAID,
    ],
  ])('holds %s', (_, next, current, timeAdded) => {
    const changed = rule(next);
    deviceTaintRuleStrategy.stampTimes?.(changed, current && rule(current), nowMs);
    expect(changed.spec.taint).toEqual({ ...next, timeAdded });
  });
});

test('the taints of published devices hold from when their drivers say, or from now', () => {
  const example = exampleOf<ResourceSlice>('resource.k8s.io/v1', 'ResourceSlice');
  const devices = [
    { name: 'a', taints: [taint(), taint({ key: 'example.com/old', timeAdded: SAID })] },
    { name: 'b' },
  ];
  const slice = { ...example, spec: { ...example.spec, devices } };
  resourceSliceStrategy.stampTimes?.(slice, undefined, nowMs);
  const times = slice.spec.devices.map(({ taints }) => taints?.map(({ timeAdded }) => timeAdded));
  expect(times).toEqual([[NOW, SAID], undefined]);
});
