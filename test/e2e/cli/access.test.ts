import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createCertificateRequest, httpsSend } from '../../support/certificates.ts';
import { runOrrery } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { type ServerProcess, startServer, temporaryDataDirectory } from '../../support/server.ts';

let server: ServerProcess;
let folder: string;

beforeAll(async () => {
  folder = temporaryDataDirectory();
  const tokens = path.join(folder, 'tokens.csv');
  fs.writeFileSync(tokens, 's3cret-of-jane,jane,7,"system:masters"\n', { mode: 0o600 });
  server = await startServer({
    args: ['--tls', 'true', '--token-auth-file', tokens, '--initial-nodes', '0'],
  });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  fs.rmSync(folder, { recursive: true });
});

async function orrery(
  line: string,
  options: { stdin?: string; env?: Record<string, string> } = {},
) {
  const { exitCode, stdout, stderr } = await runOrrery(line.split(' '), { server, ...options });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

const secretMode = (file: string) =>
  fs.statSync(path.join(server.dataDirectory, file)).mode & 0o777;

describe('a server with TLS', () => {
  test('is believed by the command by its own authority, and by that alone', async () => {
    expect(server.url).toMatch(/^https:/);
    expect(await orrery('get namespaces')).toContain('kube-system');
    const authority = path.join(server.dataDirectory, 'token');
    const refused = await runOrrery(['get', 'namespaces', '--certificate-authority', authority], {
      server,
    });
    expect(refused.exitCode).toBe(1);
  });

  test('keeps its keys where only their owner can read them', () => {
    expect(['pki/sa.key', 'pki/ca.key', 'token'].map(secretMode)).toEqual([0o600, 0o600, 0o600]);
  });

  test('knows the users of the token file', async () => {
    const env = { ORRERY_TOKEN: 's3cret-of-jane' };
    expect(await orrery('get namespaces', { env })).toContain('default');
    const { exitCode } = await runOrrery(['get', 'namespaces'], {
      server,
      env: { ORRERY_TOKEN: 's3cret' },
    });
    expect(exitCode).toBe(1);
  });
});

test('a certificate that was asked for and approved says who its owner is, over HTTP and WebSocket', async () => {
  const { privateKey, request } = await createCertificateRequest({
    commonName: 'joe',
    organizations: ['dev'],
  });
  const manifest = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'joe' },
    spec: {
      request: Buffer.from(request).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    },
  };
  await orrery('apply -f -', { stdin: JSON.stringify(manifest) });
  expect(await orrery('get certificatesigningrequests')).toMatch(/joe .*system:admin .*Pending/);
  expect(await orrery('certificate approve joe')).toBe(
    'certificatesigningrequest.certificates.k8s.io/joe approved\n',
  );
  const issued = await eventually(
    async () => JSON.parse(await orrery('get certificatesigningrequests joe -o json')),
    ({ status }) => expect(status.certificate).toBeDefined(),
  );
  const certificate = path.join(folder, 'joe.crt');
  const key = path.join(folder, 'joe.key');
  fs.writeFileSync(certificate, Buffer.from(issued.status.certificate, 'base64'));
  fs.writeFileSync(key, privateKey, { mode: 0o600 });
  const asJoe = `--client-certificate ${certificate} --client-key ${key}`;
  for (const verb of ['get', 'watch']) {
    const { stderr } = await runOrrery([verb, 'namespaces', ...asJoe.split(' ')], { server });
    expect(stderr).toContain('User "joe" cannot');
  }
});

test('a request that was denied stays without a certificate', async () => {
  const { request } = await createCertificateRequest({ commonName: 'mallory' });
  const spec = {
    request: Buffer.from(request).toString('base64'),
    signerName: 'kubernetes.io/kube-apiserver-client',
    usages: ['client auth'],
  };
  const manifest = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'mallory' },
    spec,
  };
  await orrery('apply -f -', { stdin: JSON.stringify(manifest) });
  expect(await orrery('certificate deny mallory')).toMatch(/mallory denied\n$/);
  const late = await runOrrery(['certificate', 'approve', 'mallory'], { server });
  expect(late).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('mutually exclusive'),
  });
});

test('a token of a service account is printed, and stands for it until the account is gone', async () => {
  await orrery('apply -f -', {
    stdin: 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: robot}\n',
  });
  const token = (await orrery('create token robot --duration 10m')).trim();
  const env = { ORRERY_TOKEN: token };
  const asRobot = () => runOrrery(['get', 'namespaces'], { server, env });
  expect((await asRobot()).stderr).toContain(
    'User "system:serviceaccount:default:robot" cannot list resource "namespaces"',
  );
  await orrery('delete serviceaccount robot');
  expect((await asRobot()).stderr).toMatch(/refuses the token/);
});

test('a new node joins: a bootstrap token asks for its certificate, which is approved and signed by itself', async () => {
  const manifests = `
apiVersion: v1
kind: Secret
metadata: {name: bootstrap-token-abcdef, namespace: kube-system}
type: bootstrap.kubernetes.io/token
stringData:
  token-id: abcdef
  token-secret: 0123456789abcdef
  usage-bootstrap-authentication: "true"
  auth-extra-groups: system:bootstrappers:nodes
---
${bindingOf('may-ask', 'system:node-bootstrapper')}
---
${bindingOf('is-approved', 'system:certificates.k8s.io:certificatesigningrequests:nodeclient')}
`;
  await orrery('apply -f -', { stdin: manifests });
  const { privateKey, request } = await createCertificateRequest({
    commonName: 'system:node:node-9',
    organizations: ['system:nodes'],
  });
  const input = {
    metadata: { name: 'node-9' },
    spec: {
      request: Buffer.from(request).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      usages: ['digital_signature', 'client_auth'],
    },
  };
  const env = { ORRERY_TOKEN: 'abcdef.0123456789abcdef' };
  // As kubelets do: a create, which is all that they may.
  const query =
    'mutation ($input: CertificatesV1CertificateSigningRequestInput!) { createCertificatesV1CertificateSigningRequest(input: $input) { spec { username } } }';
  const { body } = await httpsSend(`${server.url}/graphql`, {
    ca: fs.readFileSync(path.join(server.dataDirectory, 'pki/ca.crt'), 'utf8'),
    headers: { authorization: `Bearer ${env.ORRERY_TOKEN}` },
    body: JSON.stringify({ query, variables: { input } }),
  });
  expect(JSON.parse(body)).not.toHaveProperty('errors');
  const issued = await eventually(
    async () => JSON.parse(await orrery('get certificatesigningrequests node-9 -o json', { env })),
    ({ status }) => expect(status?.certificate).toBeDefined(),
  );
  expect(issued.spec.username).toBe('system:bootstrap:abcdef');
  const certificate = path.join(folder, 'node-9.crt');
  const key = path.join(folder, 'node-9.key');
  fs.writeFileSync(certificate, Buffer.from(issued.status.certificate, 'base64'));
  fs.writeFileSync(key, privateKey, { mode: 0o600 });
  const asNode = `--client-certificate ${certificate} --client-key ${key}`;
  expect(await orrery(`get services ${asNode}`)).toContain('kubernetes');
  const { stderr } = await runOrrery(['get', 'secrets', ...asNode.split(' ')], { server });
  expect(stderr).toContain('User "system:node:node-9" cannot list resource "secrets"');
});

function bindingOf(name: string, role: string): string {
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ${name}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "${role}"}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:bootstrappers:nodes"}]`;
}

test('what verifies tokens elsewhere is for service accounts to read', async () => {
  await orrery('apply -f -', {
    stdin: 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: reader}\n',
  });
  const ca = fs.readFileSync(path.join(server.dataDirectory, 'pki/ca.crt'), 'utf8');
  const url = `${server.url}/.well-known/openid-configuration`;
  const read = (token: string) =>
    httpsSend(url, { method: 'GET', ca, headers: { authorization: `Bearer ${token}` } });
  const token = (await orrery('create token reader')).trim();
  expect(JSON.parse((await read(token)).body)).toMatchObject({
    issuer: 'https://kubernetes.default.svc.cluster.local',
  });
  expect((await read('nonsense')).status).toBe(401);
  expect((await read('abcdef.0123456789abcdef')).status).toBe(403);
});

test('whoever may acts as somebody else', async () => {
  const { stderr } = await runOrrery(['get', 'pods', '--as', 'joe', '--as-group', 'dev'], {
    server,
  });
  expect(stderr).toContain('User "joe" cannot list resource "pods"');
  expect(await orrery('get namespaces --as joe --as-group system:masters')).toContain('default');
  const { exitCode } = await runOrrery(['get', 'pods', '--as-group', 'dev'], { server });
  expect(exitCode).toBe(1);
});
