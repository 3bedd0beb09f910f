import { describe, expect, test } from '@jest/globals';
import { isRestarted } from '../../../src/kubelet/status/restarts.ts';
import type { Container, Pod } from '../../../src/scheme/generated/types/core-v1.ts';

const podOf = (restartPolicy: Case['pod']): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { restartPolicy, containers: [] },
});

const rule = (operator: 'In' | 'NotIn', ...values: number[]) => ({
  action: 'Restart',
  exitCodes: { operator, values },
});

interface Case {
  readonly title: string;
  readonly pod: 'Always' | 'Never' | 'OnFailure';
  readonly kind?: 'init' | 'main' | 'sidecar';
  readonly own?: Partial<Container>;
  readonly exitCode: number;
  readonly restarted: boolean;
}

const never = { restartPolicy: 'Never', restartPolicyRules: [rule('In', 42, 43)] };
const CASES: readonly Case[] = [
  { title: 'Always, success', pod: 'Always', exitCode: 0, restarted: true },
  { title: 'OnFailure, success', pod: 'OnFailure', exitCode: 0, restarted: false },
  { title: 'OnFailure, failure', pod: 'OnFailure', exitCode: 1, restarted: true },
  { title: 'Never, failure', pod: 'Never', exitCode: 1, restarted: false },
  { title: 'a rule that is met', pod: 'Never', own: never, exitCode: 43, restarted: true },
  { title: 'a rule that is not met', pod: 'Always', own: never, exitCode: 1, restarted: false },
  {
    title: 'a rule of all codes but one',
    pod: 'Never',
    own: { restartPolicy: 'Never', restartPolicyRules: [rule('NotIn', 1)] },
    exitCode: 2,
    restarted: true,
  },
  {
    title: 'all codes but its own',
    pod: 'Never',
    own: { restartPolicy: 'Never', restartPolicyRules: [rule('NotIn', 1)] },
    exitCode: 1,
    restarted: false,
  },
  {
    title: 'a policy of its own, failure',
    pod: 'Never',
    own: { restartPolicy: 'OnFailure' },
    exitCode: 1,
    restarted: true,
  },
  {
    title: 'a policy of its own, success',
    pod: 'Always',
    own: { restartPolicy: 'Never' },
    exitCode: 0,
    restarted: false,
  },
  {
    title: 'an init container of a policy of its own, failure',
    pod: 'Always',
    kind: 'init',
    own: { restartPolicy: 'Never' },
    exitCode: 1,
    restarted: false,
  },
  {
    title: 'an init container by rule, success',
    pod: 'Always',
    kind: 'init',
    own: { restartPolicy: 'Never', restartPolicyRules: [rule('In', 0)] },
    exitCode: 0,
    restarted: false,
  },
  { title: 'a sidecar', pod: 'Never', kind: 'sidecar', exitCode: 0, restarted: true },
];

describe('a container that ended', () => {
  test.each(CASES)(
    'is started again by its rules, its policy and its Pod: $title',
    ({ exitCode, kind = 'main', own, pod, restarted }) => {
      const container = { name: 'app', ...own };
      expect(isRestarted(podOf(pod), { kind, container }, exitCode)).toBe(restarted);
    },
  );
});
