import { describe, expect, test } from '@jest/globals';
import { compileJsonPath } from '../../../../src/scheme/custom-resources/json-path.ts';
import { JsonPathError } from '../../../../src/scheme/custom-resources/parse-json-path.ts';

const OBJECT = {
  metadata: { name: 'a', labels: { 'app.kubernetes.io/name': 'web' } },
  spec: {
    replicas: 3,
    hosts: ['x', 'y', 'z'],
    ports: [
      { name: 'http', port: 80 },
      { name: 'https', port: 443 },
    ],
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', since: 3 },
      { type: 'Synced', status: 'False' },
    ],
    ready: true,
  },
};

type Case = readonly [path: string, ...found: unknown[]];
const CASES: readonly Case[] = [
  ['.metadata.name', 'a'],
  ['.metadata.none'],
  ['.metadata.name.deeper'],
  ['.spec.replicas', 3],
  ['.metadata.labels.app\\.kubernetes\\.io/name', 'web'],
  [".metadata.labels['app.kubernetes.io/name']", 'web'],
  ['.metadata.labels["app.kubernetes.io/name"]', 'web'],
  ['.spec.hosts', ['x', 'y', 'z']],
  ['.spec.hosts[0]', 'x'],
  ['.spec.hosts[-1]', 'z'],
  ['.spec.hosts[7]'],
  ['.spec.hosts[*]', 'x', 'y', 'z'],
  ['.spec.hosts[0:2]', 'x', 'y'],
  ['.spec.hosts[1:]', 'y', 'z'],
  ['.spec.ports[*].port', 80, 443],
  ['.spec.ports[?(@.name=="https")].port', 443],
  [".spec.ports[?(@.name=='https')].port", 443],
  ['.spec.ports[?(@.port>80)].name', 'https'],
  ['.spec.ports[?(@.port >= 80)].name', 'http', 'https'],
  ['.spec.ports[?(@.port<443)].name', 'http'],
  ['.spec.ports[?(@.port<=80)].name', 'http'],
  ['.spec.ports[?(@.name!="http")].name', 'https'],
  ['.status.conditions[?(@.type=="Ready")].status', 'True'],
  ['.status.conditions[?(@.type=="Gone")].status'],
  ['.status.conditions[?(@.since)].type', 'Ready'],
  ['.status.conditions[?(@.since=="3")].type'],
  ['.status.ready', true],
  ['..port', 80, 443],
  ['.spec.ports..name', 'http', 'https'],
  ['.toString'],
  ['.', OBJECT],
];

describe('a path', () => {
  test.each(CASES)('%s finds what it leads to', (path, ...found) => {
    expect(compileJsonPath(path)(OBJECT)).toEqual(found);
  });

  test.each([
    'spec',
    '.spec[',
    '.spec[x]',
    '.spec[?(@.a==)]',
    '.spec[?(a)]',
    '.a b',
    `.${'a'.repeat(1001)}`,
  ])('%s is refused', (path) => {
    expect(() => compileJsonPath(path)).toThrow(JsonPathError);
  });

  test('takes linear time to be read, whatever it is', () => {
    expect(() => compileJsonPath(`.a${"['".repeat(400)}`)).toThrow(JsonPathError);
    expect(() => compileJsonPath(`.${'\\'.repeat(999)}`)).toThrow(JsonPathError);
  });
});
