import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  deploymentYaml,
  type KubectlCluster,
  kubectlCluster,
  STARTS_WITHIN_MS,
} from './support/cluster.ts';

let cluster: KubectlCluster;

beforeAll(async () => {
  cluster = await kubectlCluster();
}, STARTS_WITHIN_MS);

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

describe('kubectl taint', () => {
  test.each([
    ['node-3 colour=red:NoSchedule', 'node/node-3 tainted\n'],
    ['node-3 colour=blue:NoSchedule --overwrite', 'node/node-3 modified\n'],
    ['node-3 colour-', 'node/node-3 untainted\n'],
  ])('kubectl taint node %s', async (line, text) => {
    expect(await cluster.kubectl(`taint node ${line}`)).toBe(text);
  });
});

describe('kubectl cordon, drain and uncordon', () => {
  test('keep new Pods away', async () => {
    expect(await cluster.kubectl('cordon node-1')).toBe('node/node-1 cordoned\n');
    expect(await cluster.kubectl('cordon node-1')).toBe('node/node-1 already cordoned\n');
    expect(await cluster.shape('get node node-1 --no-headers')).toBe(
      'node-1 Ready,SchedulingDisabled <none> <age> v1.36.0\n',
    );
    expect(await cluster.kubectl('uncordon node-1')).toBe('node/node-1 uncordoned\n');
  });

  test('drain evicts what runs there, and it runs elsewhere', async () => {
    await cluster.apply(deploymentYaml('web', { replicas: 6 }));
    await cluster.kubectl('rollout status deployment/web');
    const drained = await cluster.kubectl('drain node-2 --ignore-daemonsets');
    expect(drained).toMatch(/^node\/node-2 cordoned\n(?:evicting pod default\/web-\S+\n)+/);
    expect(drained).toMatch(/\nnode\/node-2 drained\n$/);
    await cluster.kubectl('rollout status deployment/web');
    expect(await cluster.kubectl('get pods --field-selector spec.nodeName=node-2 -o name')).toBe(
      '',
    );
  });

  test('drain refuses to lose a Pod that nobody would make anew', async () => {
    await cluster.kubectl('uncordon node-2');
    const pin = `--overrides='{"spec":{"nodeName":"node-2"}}'`;
    await cluster.kubectl(`run lonely --image=nginx ${pin}`);
    await cluster.kubectl('wait --for=condition=Ready pod/lonely');
    expect(await cluster.refused('drain node-2')).toMatch(
      /cannot delete Pods that declare no controller \(use --force to override\): default\/lonely/,
    );
    const forced = await cluster.run('drain node-2 --force');
    expect(forced).toMatchObject({
      exitCode: 0,
      stderr: 'Warning: deleting Pods that declare no controller: default/lonely\n',
    });
    expect(forced.stdout).toContain('pod/lonely evicted\n');
  });
});
