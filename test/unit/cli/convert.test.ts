import { describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { runOrrery } from '../../support/cli.ts';

const NOWHERE = { ORRERY_SERVER: 'http://127.0.0.1:9' };

const DEPLOYMENT = `apiVersion: extensions/v1beta1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
`;
const INGRESS = `apiVersion: extensions/v1beta1
kind: Ingress
metadata: {name: web}
spec: {backend: {serviceName: web, servicePort: 80}}
`;
const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
`;

const convert = (stdin: string, ...args: string[]) =>
  runOrrery(['convert', '-f', '-', ...args], { stdin, env: NOWHERE });

const kindsOf = (text: string): string[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as { apiVersion: string; kind: string })
    .map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);

describe('orrery convert', () => {
  test('prints a manifest of 2017 as one of today that means the same, without a server', async () => {
    const { exitCode, stdout, stderr } = await convert(DEPLOYMENT, '--to', 'apps/v1');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(parse(stdout)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
        revisionHistoryLimit: 2_147_483_647,
        progressDeadlineSeconds: 2_147_483_647,
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'nginx' }] },
        },
      },
    });
  });

  test('chooses a version that is not deprecated when none is named', async () => {
    const { stdout } = await convert([DEPLOYMENT, INGRESS, SERVICE].join('---\n'));
    expect(kindsOf(stdout)).toEqual([
      'apps/v1 Deployment',
      'networking.k8s.io/v1 Ingress',
      'v1 Service',
    ]);
  });

  test('leaves what does not exist in the version as it is, and says so', async () => {
    const { exitCode, stdout, stderr } = await convert(
      [DEPLOYMENT, SERVICE].join('---\n'),
      '--to',
      'apps/v1',
    );
    expect(exitCode).toBe(0);
    expect(kindsOf(stdout)).toEqual(['apps/v1 Deployment', 'v1 Service']);
    expect(stderr).toBe(
      'document 2 of "STDIN" (line 9): v1 Service does not exist in apps/v1, it is left as it is\n',
    );
  });

  test('goes back to an old version as well', async () => {
    const upgraded = await convert(INGRESS);
    const { stdout } = await convert(upgraded.stdout, '--to', 'networking.k8s.io/v1beta1');
    expect(parse(stdout)).toEqual({
      ...(parse(INGRESS) as object),
      apiVersion: 'networking.k8s.io/v1beta1',
    });
  });

  test('reads and prints JSON, and takes lists apart', async () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [parse(DEPLOYMENT), parse(INGRESS)] };
    const { stdout } = await convert(JSON.stringify(list), '-o', 'json');
    const { kind, items } = JSON.parse(stdout) as { kind: string; items: { apiVersion: string }[] };
    expect(kind).toBe('List');
    expect(items.map(({ apiVersion }) => apiVersion)).toEqual(['apps/v1', 'networking.k8s.io/v1']);
  });

  test('warns of fields that no version knows', async () => {
    const { exitCode, stdout, stderr } = await convert(`${SERVICE}banana: 1\n`);
    expect(exitCode).toBe(0);
    expect(stderr).toBe('Warning: document 1 of "STDIN" (line 1): unknown field "banana"\n');
    expect(parse(stdout)).not.toHaveProperty('banana');
  });

  test('prints nothing when a document is wrong, and names each', async () => {
    const broken = 'apiVersion: extensions/v1beta1\nkind: Banana\n';
    const wrong = 'apiVersion: apps/v1\nkind: Deployment\nspec: 7\n';
    const { exitCode, stdout, stderr } = await convert([DEPLOYMENT, broken, wrong].join('---\n'));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(
      'error in document 2 of "STDIN" (line 9): no matches for kind "Banana"',
    );
    expect(stderr).toContain(
      'error in document 3 of "STDIN" (line 12): Deployment in version "v1" cannot be handled',
    );
  });

  test.each<[string, string[], string]>([
    [
      DEPLOYMENT,
      ['--to', 'app/v1'],
      '--to: no kind exists in version "app/v1", did you mean "apps/v1"?',
    ],
    [DEPLOYMENT, ['--to', 'batch/v1'], 'none of the objects exists in batch/v1'],
    ['# nothing\n', [], 'no objects passed to convert'],
    [DEPLOYMENT, ['-o', 'xml'], 'unable to match a printer suitable for the output format "xml"'],
    [DEPLOYMENT, ['web'], "too many arguments for 'convert'"],
  ])('refuses %j with %j', async (stdin, args, message) => {
    const { exitCode, stdout, stderr } = await convert(stdin, ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('needs a file', async () => {
    const { exitCode, stderr } = await runOrrery(['convert'], { env: NOWHERE });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('must specify one of -f and --filename');
  });
});
