import { describe, expect, test } from '@jest/globals';
import { decodeObject } from '../../../src/scheme/decode.ts';
import {
  DEPLOYMENTS,
  kindOf,
  PODS,
  refusal,
  refused,
  SECRETS,
  scheme,
} from '../../support/decoding.ts';

describe('wrong types', () => {
  test('every one is reported by its path, with what was wanted and what was given', () => {
    const message = refused(DEPLOYMENTS, {
      metadata: { labels: ['a'] },
      spec: {
        replicas: 'two',
        paused: 'yes',
        template: { spec: { containers: [{ name: 5 }, 'x'] } },
      },
    });
    expect(message.split(', spec.')).toEqual([
      'metadata.labels: expected a map, got a list',
      'replicas: expected an integer, got the string "two"',
      'paused: expected true or false, got the string "yes"',
      'template.spec.containers[0].name: expected a string, got the number 5',
      'template.spec.containers[1]: expected an object, got the string "x"',
    ]);
  });

  test.each([
    [{ spec: { replicas: 1.5 } }, 'spec.replicas: expected an integer, got the number 1.5'],
    [
      { spec: { replicas: 2 ** 31 } },
      'spec.replicas: expected an integer of 32 bits, got the number 2147483648',
    ],
    [
      { metadata: { generation: 2 ** 60 } },
      'metadata.generation: expected an integer that is exact (within ±2^53), got the number 1152921504606847000',
    ],
    [
      { metadata: { generation: '1' } },
      'metadata.generation: expected an integer, got the string "1"',
    ],
    [
      { metadata: { annotations: { port: 8080 } } },
      'metadata.annotations[port]: expected a string, got the number 8080',
    ],
    [
      { metadata: { creationTimestamp: 'yesterday' } },
      'metadata.creationTimestamp: expected a time like 2026-01-31T08:00:00Z, got the string "yesterday"',
    ],
    [
      { metadata: { creationTimestamp: '2026-13-01T00:00:00Z' } },
      'metadata.creationTimestamp: expected a time like 2026-01-31T08:00:00Z, got the string "2026-13-01T00:00:00Z"',
    ],
    [
      { metadata: { ownerReferences: {} } },
      'metadata.ownerReferences: expected a list, got an object',
    ],
    [{ spec: 'x'.repeat(100) }, 'spec: expected an object, got a string'],
    [{ spec: new Date(0) }, 'spec: expected an object, got an object'],
    [{ spec: { paused: () => true } }, 'spec.paused: expected true or false, got function'],
    [{ spec: { selector: true } }, 'spec.selector: expected an object, got the boolean true'],
    [
      { spec: { strategy: { rollingUpdate: { maxSurge: 1.5 } } } },
      'spec.strategy.rollingUpdate.maxSurge: expected an integer or a string, got the number 1.5',
    ],
    [
      { spec: { strategy: { rollingUpdate: { maxSurge: 2 ** 40 } } } },
      'spec.strategy.rollingUpdate.maxSurge: expected an integer of 32 bits, got the number 1099511627776',
    ],
  ])('%# names path, wanted and given', (input, message) => {
    expect(refused(DEPLOYMENTS, input)).toBe(message);
  });

  test('a null where no zero value exists is refused', () => {
    const budgets = kindOf('policy/v1', 'PodDisruptionBudget');
    expect(refused(budgets, { status: { disruptedPods: { web: null } } })).toBe(
      'status.disruptedPods[web]: expected a time like 2026-01-31T08:00:00Z, got null',
    );
  });

  test('quantities are checked', () => {
    const pod = (cpu: unknown) => ({ spec: { containers: [{ resources: { limits: { cpu } } }] } });
    expect(refused(PODS, pod('much'))).toMatch(
      /^spec\.containers\[0\]\.resources\.limits\[cpu\]: "much" is no quantity: /,
    );
    expect(refused(PODS, pod(true))).toBe(
      'spec.containers[0].resources.limits[cpu]: expected a quantity like 500m or 1.5Gi, got the boolean true',
    );
  });

  test('messages about a Secret show no value', () => {
    expect(refused(SECRETS, { data: { a: 'not base64!' } })).toBe(
      'data[a]: expected base64, got other text',
    );
    expect(refused(SECRETS, { data: { a: 12345 } })).toBe(
      'data[a]: expected a base64 string, got a number',
    );
    expect(refused(SECRETS, { data: 'hunter2' })).toBe('data: expected a map, got a string');
  });

  test('a flood of errors is cut', () => {
    const labels = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`k${index}`, index]),
    );
    expect(refused(PODS, { metadata: { labels } }).split(', metadata').length).toBe(50);
  });
});

describe('unknown fields', () => {
  const withTypos = {
    metadata: { labls: 'x' },
    spec: { template: { spec: { contianers: [], zzzzzzzz: 1 } } },
    stats: {},
  };

  test('Strict refuses them all by path, each with what was probably meant', () => {
    expect(refused(DEPLOYMENTS, withTypos)).toBe(
      'strict decoding error: unknown field "metadata.labls", did you mean "labels"?, ' +
        'unknown field "spec.template.spec.contianers", did you mean "containers"?, ' +
        'unknown field "spec.template.spec.zzzzzzzz", unknown field "stats", did you mean "status"?',
    );
  });

  test('Warn drops them with a warning each', () => {
    const { object, warnings } = decodeObject(scheme, DEPLOYMENTS, withTypos, {
      fieldValidation: 'Warn',
    });
    expect(object).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {},
      spec: { template: { spec: {} } },
    });
    expect(warnings).toHaveLength(4);
    expect(warnings[0]).toBe('unknown field "metadata.labls", did you mean "labels"?');
  });

  test('Ignore drops them in silence', () => {
    const { warnings } = decodeObject(scheme, DEPLOYMENTS, withTypos, {
      fieldValidation: 'Ignore',
    });
    expect(warnings).toEqual([]);
  });

  test('a wrong type is refused whatever becomes of unknown fields', () => {
    const attempt = () =>
      decodeObject(scheme, PODS, { spec: 1, x: 2 }, { fieldValidation: 'Ignore' });
    expect(refusal(attempt)).toBe(
      'Pod in version "v1" cannot be handled as a Pod: spec: expected an object, got the number 1',
    );
  });

  test('wrong types and unknown fields are reported together, unknown ones at most fifty', () => {
    const unknown = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x${index}`, 1]));
    const message = refused(PODS, { spec: { ...unknown, hostIPC: 1 } });
    expect(message).toContain(
      'spec.hostIPC: expected true or false, got the number 1, strict decoding',
    );
    expect(message.split('unknown field').length - 1).toBe(50);
  });

  test('names that JavaScript objects inherit are unknown fields like any other', () => {
    const input = JSON.parse('{"constructor": {}, "toString": 1, "__proto__": {"polluted": true}}');
    const message = refused(PODS, input);
    expect(message).toContain('unknown field "constructor"');
    expect(message).toContain('unknown field "toString"');
    expect(message).toContain('unknown field "__proto__"');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
