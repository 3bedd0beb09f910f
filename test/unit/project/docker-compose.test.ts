import fs from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly command?: string[];
  readonly environment?: Record<string, string>;
  readonly depends_on?: Record<string, { condition: string }>;
  readonly healthcheck?: { test: string[]; interval: string; retries: number };
  readonly ports?: string[];
  readonly volumes?: string[];
}

interface ComposeFile {
  readonly services: Record<string, Service>;
  readonly volumes: Record<string, null>;
}

const compose: ComposeFile = parse(fs.readFileSync('docker-compose.yml', 'utf8'), { merge: true });
const dockerfile = fs.readFileSync('Dockerfile', 'utf8');
const services = Object.entries(compose.services);

/** The keys of the Compose specification that this file uses; a misspelt one would be ignored in silence. */
const SERVICE_KEYS = [
  'build',
  'command',
  'depends_on',
  'environment',
  'healthcheck',
  'image',
  'ports',
  'profiles',
  'restart',
  'tmpfs',
  'volumes',
];

test('every role has a service, beside PostgreSQL and Redis', () => {
  const roles = services.flatMap(([, { command = [] }]) =>
    command.filter((argument) => argument.startsWith('--role=')),
  );
  expect(roles.sort()).toEqual([
    '--role=api',
    '--role=controllers',
    '--role=kubelets',
    '--role=scheduler',
  ]);
  expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(['postgres', 'redis']));
});

describe.each(services)('service %s', (_name, service) => {
  test('has only known keys, and something to run', () => {
    expect(Object.keys(service).filter((key) => !SERVICE_KEYS.includes(key))).toEqual([]);
    expect(service.image).toBeTruthy();
  });

  test('waits only for services that exist and report their health', () => {
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(condition).toBe('service_healthy');
      expect(compose.services[name]?.healthcheck?.test[0]).toBe('CMD');
    }
  });

  test('mounts only volumes that are declared', () => {
    const named = (service.volumes ?? []).map((volume) => volume.split(':')[0]);
    expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(named));
  });

  test('is published on loopback only', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});

test('the addresses that the roles are given name services of the file', () => {
  const { DATABASE_URL = '', REDIS_URL = '' } = compose.services['api']?.environment ?? {};
  const databaseHost = new URL(DATABASE_URL.replace(/\$\{[^}]*\}/, 'secret')).hostname;
  expect(compose.services[databaseHost]).toBeDefined();
  expect(compose.services[new URL(REDIS_URL).hostname]).toBeDefined();
});

test('the image copies only what the build stage has made or the repository holds', () => {
  const copied = [...dockerfile.matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map(([, p]) => p);
  const made = ['node_modules', 'dist'];
  for (const file of copied) {
    expect(made.includes(file ?? '') || fs.existsSync(file ?? '')).toBe(true);
  }
});
