import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ConnectionFlags, resolveConnection } from '../../../src/cli/connection.ts';

let root: string;

beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-connection-'));
  for (const [directory, token] of [
    ['.orrery', 'of the checkout'],
    ['other', 'of another'],
  ] as const) {
    fs.mkdirSync(path.join(root, directory));
    fs.writeFileSync(path.join(root, directory, 'token'), `${token}\n`);
  }
});

afterAll(() => fs.rmSync(root, { recursive: true }));

const resolve = (flags: ConnectionFlags = {}, env: Record<string, string> = {}) =>
  resolveConnection({ flags, env, cwd: root, packageRoot: root });

describe('the address', () => {
  test('is port 4000 of this machine by default', () => {
    expect(resolve().endpoint).toBe('http://127.0.0.1:4000/graphql');
  });

  test('follows ORRERY_PORT, then ORRERY_SERVER, then --server', () => {
    const port = { ORRERY_PORT: '4001' };
    const server = { ...port, ORRERY_SERVER: 'http://one:1' };
    expect(resolve({}, port).endpoint).toBe('http://127.0.0.1:4001/graphql');
    expect(resolve({}, server).endpoint).toBe('http://one:1/graphql');
    expect(resolve({ server: 'http://two:2' }, server).endpoint).toBe('http://two:2/graphql');
  });

  test('may leave out the scheme, and may have a path of its own', () => {
    expect(resolve({ server: 'plane:4000' }).endpoint).toBe('http://plane:4000/graphql');
    expect(resolve({ server: 'https://plane/api/graphql' }).endpoint).toBe(
      'https://plane/api/graphql',
    );
  });

  test.each(['ftp://plane', 'http://', 'a b'])('that cannot be one is refused: %s', (server) => {
    expect(() => resolve({ server })).toThrow('is no address');
  });
});

describe('the token', () => {
  test('is that of .orrery in the checkout by default, wherever the command is run', () => {
    expect(resolve()).toMatchObject({
      token: 'of the checkout',
      tokenPlace: path.join(root, '.orrery/token'),
    });
  });

  test('follows ORRERY_DATA_DIR, then --data-dir, both relative to where the command is run', () => {
    expect(resolve({}, { ORRERY_DATA_DIR: 'other' }).token).toBe('of another');
    expect(resolve({ dataDir: 'other' }, { ORRERY_DATA_DIR: '.orrery' }).token).toBe('of another');
  });

  test('of ORRERY_TOKEN goes before that of the data directory, and --token-file before both', () => {
    const env = { ORRERY_TOKEN: 'given' };
    expect(resolve({}, env)).toMatchObject({ token: 'given', tokenPlace: 'ORRERY_TOKEN' });
    expect(resolve({ tokenFile: 'other/token' }, env).token).toBe('of another');
  });

  test('may be missing, until a server asks for one', () => {
    expect(resolve({ dataDir: 'nowhere' }).token).toBeUndefined();
  });

  test('of a file that does not exist is refused', () => {
    expect(() => resolve({ tokenFile: 'nowhere' })).toThrow('nowhere does not exist');
  });
});
