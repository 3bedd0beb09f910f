import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeRelease } from '../../support/kube-tools.ts';
import { type KubeClientTools, kubeClientTools } from '../../support/kubectl.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

/** A whole server, on a machine that may be busy with other tests. */
const STARTS_WITHIN_MS = 90_000;
const CHART = path.join(import.meta.dirname, 'chart');

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
}, STARTS_WITHIN_MS);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** The newest helm beside the newest kubectl is helm 4; the one beside the oldest is helm 3. */
const RELEASES: readonly (readonly [name: string, release: KubeRelease])[] = [
  ['helm 4', '1.35'],
  ['helm 3', '1.30'],
];

describe.each(RELEASES)('%s', (name, release) => {
  const shop = name.replace(' ', '');
  let tools: KubeClientTools;

  beforeAll(async () => {
    tools = await kubeClientTools({ kubeconfig: server.kubeconfig, release });
  });

  afterAll(() => {
    tools[Symbol.dispose]();
  });

  /** Expects `helm ARGS` to succeed, and gives what it prints. */
  async function helm(...args: string[]): Promise<string> {
    const result = await tools.helm(args);
    expect(result).toMatchObject({ exitCode: 0 });
    return result.stdout;
  }

  async function kubectl(line: string): Promise<string> {
    const result = await tools.kubectl(line.split(' '));
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    return result.stdout;
  }

  const facts = async (): Promise<unknown> =>
    JSON.parse(await kubectl(`get cm ${shop}-facts -o jsonpath={.data}`));

  /** The revision in which each hook ran last. */
  async function hooks(): Promise<Record<string, string>> {
    const list = JSON.parse(await kubectl('get cm -o json')) as {
      items: { metadata: { name: string }; data: { revision?: string } }[];
    };
    return Object.fromEntries(
      list.items.flatMap(({ metadata, data }) =>
        metadata.name.startsWith(`${shop}-`) && data.revision
          ? [[metadata.name.slice(shop.length + 1), data.revision]]
          : [],
      ),
    );
  }

  test('installs a chart with its definitions and hooks, and waits until it runs', async () => {
    expect(await helm('install', shop, CHART, '--wait', '--timeout', '60s')).toMatch(
      /\nSTATUS: deployed\nREVISION: 1\n(?:DESCRIPTION: Install complete\n)?NOTES:\nhelm\d greets with hello\.\n$/,
    );
    expect(await kubectl(`get deployment ${shop} -o jsonpath={.status.readyReplicas}`)).toBe('2');
    expect(await kubectl(`get shelves ${shop} -o jsonpath={.spec.size}`)).toBe('2');
    expect(await hooks()).toEqual({ 'pre-install': '1', 'post-install': '1' });
  });

  test('tells charts what there is: capabilities, and objects that they look up', async () => {
    expect(await facts()).toEqual({
      greeting: 'hello',
      minor: '36',
      hasAutoscaling: 'true',
      hasIngressOfOld: 'false',
      nodes: '3',
      before: 'nothing',
    });
  });

  test('lists releases', async () => {
    const [headings, ...rows] = (await helm('list', '--filter', shop)).trimEnd().split('\n');
    expect(headings?.split(/\s*\t/)).toEqual([
      ...['NAME', 'NAMESPACE', 'REVISION', 'UPDATED', 'STATUS', 'CHART', 'APP VERSION'],
    ]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatch(
      new RegExp(`^${shop}\\s+default\\s+1\\s.*deployed\\s+shop-1\\.0\\.0\\s+1\\.25\\s*$`),
    );
  });

  test('upgrades, and gives the chart what was there before', async () => {
    const args = ['--set', 'greeting=bye,replicas=3', '--wait', '--timeout', '60s'];
    expect(await helm('upgrade', shop, CHART, ...args)).toContain('\nREVISION: 2\n');
    expect(await facts()).toMatchObject({ greeting: 'bye', before: 'hello' });
    expect(await kubectl(`get deployment ${shop} -o jsonpath={.status.readyReplicas}`)).toBe('3');
    expect(await hooks()).toMatchObject({ 'pre-upgrade': '2', 'post-upgrade': '2' });
  });

  test('refuses what the server refuses, and marks the release as failed', async () => {
    const failed = await tools.helm(['upgrade', shop, CHART, '--set', 'replicas=-1']);
    expect(failed).toMatchObject({ exitCode: 1 });
    expect(failed.stderr).toContain('spec.replicas');
    expect(await helm('history', shop)).toMatch(/\n3\s.*failed/);
  });

  test('rolls back', async () => {
    expect(await helm('rollback', shop, '1', '--wait', '--timeout', '60s')).toBe(
      'Rollback was a success! Happy Helming!\n',
    );
    expect(await facts()).toMatchObject({ greeting: 'hello' });
    expect(await hooks()).toMatchObject({ 'pre-rollback': '1' });
  });

  test('keeps the history', async () => {
    const rows = (await helm('history', shop)).trimEnd().split('\n').slice(1);
    expect(
      rows.map((row) =>
        row
          .trimEnd()
          .split(/\s*\t\s*/)
          .filter((_, index) => index !== 1),
      ),
    ).toEqual([
      ['1', 'superseded', 'shop-1.0.0', '1.25', 'Install complete'],
      ['2', 'superseded', 'shop-1.0.0', '1.25', 'Upgrade complete'],
      ['3', 'failed', 'shop-1.0.0', '1.25', expect.stringContaining('failed')],
      ['4', 'deployed', 'shop-1.0.0', '1.25', 'Rollback to 1'],
    ]);
  });

  test('runs the tests of the chart', async () => {
    expect(await helm('test', shop, '--timeout', '60s')).toMatch(
      /TEST SUITE:\s+helm\d-reaches\n.*\n.*\nPhase:\s+Succeeded\n/,
    );
  });

  test('uninstalls all but definitions and hooks', async () => {
    expect(await helm('uninstall', shop, '--wait')).toBe(`release "${shop}" uninstalled\n`);
    const left = await kubectl('get deployment,svc,shelves -o name');
    expect(left).toBe('service/kubernetes\n');
    expect(await kubectl('get crd shelves.shop.example.com -o name')).toBe(
      'customresourcedefinition.apiextensions.k8s.io/shelves.shop.example.com\n',
    );
    expect(await hooks()).toMatchObject({ 'pre-delete': expect.any(String) });
  });
});
