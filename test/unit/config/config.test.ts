import { expect, test } from '@jest/globals';
import { type Config, readConfig } from '../../../src/config.ts';

function read(args: string[], env: Record<string, string> = {}): Config {
  const config = readConfig({ args, env, cwd: '/somewhere', packageRoot: '/checkout' });
  if (config === 'help') throw new Error('help was asked for');
  return config;
}

test('without arguments everything runs on loopback from the checkout', () => {
  const { host, port, dataDirectory, roles, databaseUrl } = read([]);
  expect({ host, port, dataDirectory, databaseUrl }).toEqual({
    host: '127.0.0.1',
    port: 4000,
    dataDirectory: '/checkout/.orrery',
    databaseUrl: undefined,
  });
  expect(roles).toEqual(['api', 'scheduler', 'controllers', 'kubelets']);
});

test('an argument wins over the environment', () => {
  const env = { ORRERY_PORT: '5000', ORRERY_DATA_DIR: 'from-env' };
  expect(read([], env)).toMatchObject({ port: 5000, dataDirectory: '/somewhere/from-env' });
  expect(read(['--port', '6000', '--data-dir=/tmp/x'], env)).toMatchObject({
    port: 6000,
    dataDirectory: '/tmp/x',
  });
});

test('roles may be repeated or listed', () => {
  expect(read(['--role=api', '--role', 'scheduler,api']).roles).toEqual(['api', 'scheduler']);
});

test.each([
  [['--port', 'http'], '--port is "http": give a whole number from 0 to 65535'],
  [['--port', '70000'], '--port is "70000": give a whole number from 0 to 65535'],
  [['--role', 'kubelet'], '--role is "kubelet": give one of api, scheduler, controllers, kubelets'],
  [['--prot', '1'], 'unknown option --prot, did you mean "port"?; --help lists them all'],
  [['--log-level', 'loud'], '--log-level is "loud": give one of debug, info, warn, error, silent'],
  [
    ['--enable-admission-plugins', 'Priority,LimitRange'],
    '--enable-admission-plugins: there is no admission plugin "LimitRange"',
  ],
  [
    ['--disable-admission-plugins', 'Priorty'],
    '--disable-admission-plugins: there is no admission plugin "Priorty", did you mean "Priority"?; there are',
  ],
  [
    ['--enable-admission-plugins=Priority', '--disable-admission-plugins=Priority'],
    'Priority in enable-admission-plugins and disable-admission-plugins overlapped',
  ],
])('%j is refused with what would be right', (args, message) => {
  expect(() => read(args)).toThrow(message);
});

test.each([
  [[], false],
  [['--disable-force-detach-on-timeout', 'true'], true],
])('%j keeps what a silent node has mounted for it: %j', (args, expected) => {
  expect(read(args).disableForceDetachOnTimeout).toBe(expected);
});

test('a stray word is refused', () => {
  expect(() => read(['start'])).toThrow("Unexpected argument 'start'");
});

test.each<[string[], Record<string, string>, Config['securePort']]>([
  [[], {}, { port: 6443, isChosen: false }],
  [[], { ORRERY_SECURE_PORT: '7443' }, { port: 7443, isChosen: true }],
  [['--secure-port', '0'], { ORRERY_SECURE_PORT: '7443' }, { port: 0, isChosen: true }],
  [['--secure-port', 'none'], {}, undefined],
])('%p with %p listens with TLS on %p', (args, env, expected) => {
  expect(read(args, env).securePort).toEqual(expected);
});

test('names of the server may be repeated or listed', () => {
  const args = ['--allowed-hosts', 'a.example,b.example', '--allowed-hosts=c.example'];
  expect(read(args).allowedHosts).toEqual(['a.example', 'b.example', 'c.example']);
  expect(read([]).allowedHosts).toEqual([]);
});

test('admission plugins may be switched in several lists', () => {
  const args = ['--disable-admission-plugins=Priority,ServiceAccount'];
  expect(read(args).disableAdmissionPlugins).toEqual(['Priority', 'ServiceAccount']);
  expect(read([]).enableAdmissionPlugins).toEqual([]);
});

test('--help asks for the usage', () => {
  expect(readConfig({ args: ['-h'], env: {}, cwd: '/', packageRoot: '/' })).toBe('help');
});
