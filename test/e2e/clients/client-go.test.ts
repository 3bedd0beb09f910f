import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildGoChecks, runGoCheck } from '../../support/client-go.ts';
import { type KubectlCluster, kubectlCluster } from '../kubectl/support/cluster.ts';

/** A server, and the first time the compilation of client-go, on a machine that does other things too. */
const SET_UP_MS = 900_000;
const CHECK_MS = 90_000;

const LAWS: readonly (readonly [law: string, check: string, found: unknown])[] = [
  [
    'discovers every group at once, and knows resources by their short names',
    'discovery',
    {
      version: 'v1.36.0',
      hasGroups: true,
      hasPods: true,
      deploy: 'apps/v1, Resource=deployments',
      openAPI: true,
    },
  ],
  [
    'applies typed configurations, is refused what another manager has, and takes it by force',
    'apply',
    {
      isConflict: true,
      refusal: 'Apply failed with 1 conflict: conflict with "first": .data.k',
      data: { k: '2' },
      owned: { k: '2' },
    },
  ],
  ['loses no update of several writers that retry on conflicts', 'concurrency', { counted: 20 }],
  [
    'defines a kind, and creates, watches and deletes objects of it without types',
    'dynamic',
    { event: 'DELETED', size: 3 },
  ],
  [
    'sends protobuf and prefers it, and gets on with JSON',
    'protobuf',
    { image: 'nginx:1.27', strategy: 'RollingUpdate' },
  ],
  [
    'follows objects with an informer that begins with a watch, and lists nothing',
    'informer',
    {
      events: ['added go-early', 'added go-late', 'updated go-late', 'deleted go-late'],
      watchList: true,
      list: false,
    },
  ],
  [
    'elects the second candidate of a lease when the first lets go',
    'leader',
    {
      order: ['first leads', expect.any(String), expect.any(String)],
      holder: 'second',
      transitions: 1,
    },
  ],
  [
    'runs a command in a container over a WebSocket, with input and an exit code',
    'exec',
    { stdout: 'typed', stderr: 'wrong\n', code: 3 },
  ],
  [
    'reads what a container printed',
    'logs',
    { text: 'Container web started from image nginx:1.27\n' },
  ],
  ['forwards a port of a Pod', 'port-forward', { status: 200 }],
];

if (process.env.ORRERY_TEST_GO) {
  describe('client-go', () => {
    let cluster: KubectlCluster;

    beforeAll(async () => {
      await buildGoChecks();
      cluster = await kubectlCluster();
      await cluster.kubectl('run web --image=nginx:1.27 --port=80');
      await cluster.kubectl('wait --for=condition=Ready pod/web --timeout=60s');
    }, SET_UP_MS);

    afterAll(async () => {
      await cluster[Symbol.asyncDispose]();
    });

    test.each(LAWS)(
      '%s',
      async (_law, check, found) => {
        expect(await runGoCheck(check, cluster.server.kubeconfig)).toEqual(found);
      },
      CHECK_MS,
    );
  });
} else {
  // biome-ignore lint/suspicious/noSkippedTests: named, so that it is seen.
  test.skip('client-go: no Go on the PATH', () => undefined);
}
