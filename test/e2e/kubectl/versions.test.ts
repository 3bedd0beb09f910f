import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeRelease } from '../../support/kube-tools.ts';
import { type KubeClientTools, kubeClientTools } from '../../support/kubectl.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';
import { deploymentYaml, STARTS_WITHIN_MS, shapeOf } from './support/cluster.ts';

/** The time to fetch a kubectl, and what is asked of it. */
const RELEASE_MS = 180_000;

/** Those that other files use for everything are here again, so that all are told alike. */
const RELEASES: readonly KubeRelease[] = ['1.30', '1.31', '1.32', '1.33', '1.34', '1.35', '1.36'];

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ readyWithinMs: STARTS_WITHIN_MS });
}, STARTS_WITHIN_MS);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe.each(RELEASES)('kubectl %s', (release) => {
  const name = `web-of-${release.replace('.', '-')}`;
  let tools: KubeClientTools;

  beforeAll(async () => {
    tools = await kubeClientTools({ kubeconfig: server.kubeconfig, release });
  }, RELEASE_MS);

  afterAll(() => {
    tools[Symbol.dispose]();
  });

  /** Expects `kubectl LINE` to succeed, and gives what it prints. */
  async function kubectl(line: string, stdin = ''): Promise<string> {
    const result = await tools.kubectl(line.split(' '), { stdin });
    expect(result).toMatchObject({ exitCode: 0 });
    return result.stdout;
  }

  test(
    'works on an application from its beginning to its end',
    async () => {
      expect(await kubectl('version')).toContain(`Client Version: v${release}.`);
      const manifest = deploymentYaml(name, { replicas: 1 });
      expect(await kubectl('apply -f -', manifest)).toBe(`deployment.apps/${name} created\n`);
      expect(await kubectl(`rollout status deployment/${name}`)).toContain(
        'successfully rolled out',
      );
      const row = shapeOf(await kubectl(`get deployment ${name} --no-headers`));
      expect(row).toBe(`${name} 1/1 1 1 <age>\n`);
      const [pod = ''] = (await kubectl(`get pods -l app=${name} -o name`)).split('\n');
      expect(await kubectl(`describe ${pod}`)).toMatch(/^Status: +Running$/m);
      expect(await kubectl(`exec ${pod} -- hostname`)).toBe(`${pod.replace('pod/', '')}\n`);
      expect(await kubectl(`logs ${pod}`)).toContain('started from image nginx:1.25');
      expect(await kubectl('apply --server-side -f - --force-conflicts', manifest)).toBe(
        `deployment.apps/${name} serverside-applied\n`,
      );
      expect(await kubectl('explain deployment.spec.replicas')).toContain('replicas <integer>');
      expect(await kubectl(`delete deployment ${name}`)).toContain(`"${name}" deleted`);
      expect(await kubectl(`get deployment ${name} --ignore-not-found`)).toBe('');
    },
    RELEASE_MS,
  );
});
