import { describe, expect, test } from '@jest/globals';
import type { ConfigMap, Secret } from '../../../../../src/scheme/generated/types/core-v1.ts';
import { configMapStrategy } from '../../../../../src/scheme/groups/core/config-map.ts';
import { secretStrategy } from '../../../../../src/scheme/groups/core/secret.ts';
import {
  CREATED,
  created,
  errorsOnCreate,
  errorsOnUpdate,
  rowOf,
  withMembers,
} from '../harness.ts';

const CONFIG: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'config', namespace: 'default', generation: 1 },
  data: { 'app.conf': 'a=1' },
};
const SECRET: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'secret', namespace: 'default' },
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('a ConfigMap has no generation', () => {
  expect(created(configMapStrategy, CONFIG).metadata).not.toHaveProperty('generation');
  expect(errorsOnCreate(configMapStrategy, CONFIG)).toEqual([]);
});

describe('a ConfigMap is refused', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'for a key that is a path',
      { data: { 'a/b': '' } },
      'data[a/b]: Invalid value: "a/b": a valid config key',
    ],
    [
      'for one key in both',
      { data: { a: '' }, binaryData: { a: '' } },
      'data[a]: Invalid value: "a": duplicate of key present in binaryData',
    ],
    [
      'for more than a mebibyte',
      { data: { a: 'x'.repeat(1_048_577) } },
      'Too long: may not be more than 1048576 bytes',
    ],
  ])('%s', (_, members, message) => {
    expect(errorsOnCreate(configMapStrategy, withMembers(CONFIG, members)).join()).toContain(
      message,
    );
  });

  test('up to a mebibyte of bytes it is not', () => {
    const full = withMembers(CONFIG, {
      data: {},
      binaryData: { a: Buffer.alloc(1_048_576).toString('base64') },
    });
    expect(errorsOnCreate(configMapStrategy, full)).toEqual([]);
  });
});

test('an immutable ConfigMap stays so, and so does its data', () => {
  const fixed = withMembers(CONFIG, { immutable: true });
  expect(errorsOnUpdate(configMapStrategy, fixed, CONFIG)).toEqual([]);
  const changed = withMembers(CONFIG, { data: {}, binaryData: { b: '' } });
  expect(errorsOnUpdate(configMapStrategy, changed, fixed)).toEqual([
    'immutable: Forbidden: field is immutable when `immutable` is set',
    'data: Forbidden: field is immutable when `immutable` is set',
    'binaryData: Forbidden: field is immutable when `immutable` is set',
  ]);
  const labelled = withMembers(fixed, { 'metadata.labels': { a: 'b' } });
  expect(errorsOnUpdate(configMapStrategy, labelled, fixed)).toEqual([]);
});

test('a Secret is Opaque unless it says otherwise, and its plain texts are encoded', () => {
  const secret = withMembers(SECRET, {
    data: { a: base64('1'), b: base64('2') },
    stringData: { b: 'two' },
  });
  expect(created(secretStrategy, secret)).toEqual({
    ...SECRET,
    type: 'Opaque',
    data: { a: base64('1'), b: base64('two') },
  });
});

describe('a Secret is refused', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['for a key that is a path', { data: { 'a/b': '' } }, 'data[a/b]: Invalid value: "a/b"'],
    ['for TLS without its parts', { type: 'kubernetes.io/tls' }, 'data[tls.crt]: Required value'],
    [
      'for SSH without a key',
      { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': '' } },
      'data[ssh-privatekey]: Required value',
    ],
    [
      'for a login without either part',
      { type: 'kubernetes.io/basic-auth' },
      'data[username]: Required value',
    ],
    [
      'for a registry without its file',
      { type: 'kubernetes.io/dockerconfigjson' },
      'data[.dockerconfigjson]: Required value',
    ],
    [
      'for a registry file that is no JSON, without showing it',
      { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64('hush') } },
      'data[.dockerconfigjson]: Invalid value: "<secret contents redacted>"',
    ],
    [
      'for a token of nobody',
      { type: 'kubernetes.io/service-account-token' },
      'metadata.annotations[kubernetes.io/service-account.name]: Required value',
    ],
    [
      'for more than a mebibyte',
      { data: { a: Buffer.alloc(1_048_577).toString('base64') } },
      'data: Too long: may not be more than 1048576 bytes',
    ],
  ])('%s', (_, members, message) => {
    const errors = errorsOnCreate(secretStrategy, withMembers(SECRET, members)).join('\n');
    expect(errors).toContain(message);
    expect(errors).not.toContain('hush');
  });

  test('not for a type that names what every object inherits', () => {
    expect(errorsOnCreate(secretStrategy, withMembers(SECRET, { type: 'constructor' }))).toEqual(
      [],
    );
  });

  test('not for a login with one part', () => {
    const login = { type: 'kubernetes.io/basic-auth', data: { username: base64('me') } };
    expect(errorsOnCreate(secretStrategy, withMembers(SECRET, login))).toEqual([]);
  });
});

test('a Secret keeps its type, and its data when it is immutable', () => {
  const next = withMembers(SECRET, { type: 'example.com/other' });
  expect(errorsOnUpdate(secretStrategy, next, SECRET)).toEqual([
    'type: Invalid value: "example.com/other": field is immutable',
  ]);
  const fixed = withMembers(SECRET, { immutable: true });
  const changed = withMembers(SECRET, { data: { a: '' } });
  expect(errorsOnUpdate(secretStrategy, changed, fixed)).toHaveLength(2);
});

test('ConfigMaps and Secrets are shown with the number of their keys', () => {
  const age = { 'metadata.creationTimestamp': CREATED };
  const config = withMembers(CONFIG, { ...age, 'binaryData.b': '' });
  expect(rowOf(configMapStrategy, config)).toEqual({ Name: 'config', Data: '2', Age: '10m' });
  const secret = withMembers(SECRET, { ...age, type: 'Opaque' });
  expect(rowOf(secretStrategy, secret)).toEqual({
    Name: 'secret',
    Type: 'Opaque',
    Data: '0',
    Age: '10m',
  });
  expect(secretStrategy.selectableFields?.type?.(secret)).toBe('Opaque');
});
