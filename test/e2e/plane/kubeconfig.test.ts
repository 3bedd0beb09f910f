import { readFileSync, rmSync, statSync } from 'node:fs';
import { get } from 'node:https';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { type ServerProcess, startServer, temporaryDataDirectory } from '../../support/server.ts';

/** What of a kubeconfig this test looks at. */
interface Kubeconfig {
  readonly clusters: readonly [
    {
      readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
    },
  ];
  readonly users: readonly [{ readonly user: { readonly token: string } }];
}

const dataDirectory = temporaryDataDirectory();
let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ dataDirectory, args: ['--initial-nodes', '1'] });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(dataDirectory, { recursive: true, force: true });
});

function readKubeconfig() {
  const { clusters, users } = parse(readFileSync(server.kubeconfig, 'utf8')) as Kubeconfig;
  const { cluster } = clusters[0];
  return {
    url: cluster.server,
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString(),
    token: users[0].user.token,
  };
}

/** Asks as kubectl does: whoever the authority of the kubeconfig does not vouch for is not believed. */
function read(url: string, { ca, token }: { ca: string; token: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    // GraphQL takes no GET that a form of another page could have sent.
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sent = get(url, { ca, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.once('end', () => resolve(text));
    });
    sent.once('error', reject);
  });
}

test('the kubeconfig is its owner’s alone, and leads to the server by every name of this machine', async () => {
  expect(statSync(server.kubeconfig).mode & 0o777).toBe(0o600);
  const kubeconfig = readKubeconfig();
  const { port } = new URL(kubeconfig.url);
  for (const host of ['127.0.0.1', 'localhost']) {
    const nodes = await read(`https://${host}:${port}/api/v1/nodes`, kubeconfig);
    expect(JSON.parse(nodes)).toMatchObject({
      kind: 'NodeList',
      items: [{ metadata: { name: 'node-1' } }],
    });
  }
});

test('both doors stand open on both ports', async () => {
  const { ca, token, url } = readKubeconfig();
  const query = encodeURIComponent(
    '{ core { v1 { node(name: "node-1") { metadata { name } } } } }',
  );
  const overTls = await read(`${url}/graphql?query=${query}`, { ca, token });
  expect(JSON.parse(overTls)).toEqual({
    data: { core: { v1: { node: { metadata: { name: 'node-1' } } } } },
  });
  const plain = await fetch(`${server.url}/api/v1/nodes/node-1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await plain.json()).toMatchObject({ kind: 'Node', metadata: { name: 'node-1' } });
});

test('the greeting says how to use it', () => {
  expect(server.output()).toContain(`export KUBECONFIG=${server.kubeconfig}`);
});

test('a second start shows the same certificate, and believes the same token', async () => {
  const before = readKubeconfig();
  await server.stop();
  server = await startServer({ dataDirectory });
  const after = readKubeconfig();
  expect({ ...after, url: '' }).toEqual({ ...before, url: '' });
  const nodes = await read(`${after.url}/api/v1/nodes`, before);
  expect(JSON.parse(nodes)).toMatchObject({ kind: 'NodeList' });
});
