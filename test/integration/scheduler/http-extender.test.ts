import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { silentLogger } from '../../../src/lib/logger.ts';
import { ClusterCache } from '../../../src/scheduler/cluster-cache.ts';
import { parseSchedulerConfiguration } from '../../../src/scheduler/configuration/scheduler-configuration.ts';
import { HttpExtender } from '../../../src/scheduler/extenders/http-extender.ts';
import { reviewByExtenders } from '../../../src/scheduler/extenders/preempt-with-extenders.ts';
import { type PodInfo, toPodInfo } from '../../../src/scheduler/pod-info.ts';
import type { Candidate } from '../../../src/scheduler/preemption/candidate.ts';
import { buildNode, buildPod } from '../../support/builders.ts';
import { type ExtenderAnswers, extenderWith } from '../../support/extender-server.ts';
import { selfSigned } from '../../support/webhook-server.ts';

function extenderOf(fields: object): HttpExtender {
  const { extenders } = parseSchedulerConfiguration({
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    extenders: [fields],
  });
  const [config] = extenders;
  if (!config) throw new Error('there is no extender');
  return new HttpExtender(config);
}

const POD = toPodInfo(buildPod({ name: 'web', spec: { priority: 100 } }));
const NODES = ['a', 'b'].map((name) => buildNode({ name }));

/** What an extender with such an answer says of two nodes. */
async function filtered(answer: unknown, fields: object = {}) {
  await using server = await extenderWith({ filter: () => answer });
  const { urlPrefix } = server;
  const { accepted, rejections } = await extenderOf({
    urlPrefix,
    filterVerb: 'filter',
    ...fields,
  }).filter(POD, NODES);
  return { accepted: [...accepted], rejections };
}

describe('the answer to filter', () => {
  test.each([
    ['names', { NodeNames: ['b'] }],
    ['names in the case of older extenders', { nodeNames: ['b'], nodes: null, error: '' }],
    ['nodes', { Nodes: { items: [buildNode({ name: 'b' })] } }],
  ])('may be %s', async (_, answer) => {
    expect((await filtered(answer)).accepted).toEqual(['b']);
  });

  test('tells nodes that are hopeless from those that are not, the former first', async () => {
    const { rejections } = await filtered({
      NodeNames: [],
      FailedNodes: { a: 'busy', b: 'busy' },
      FailedAndUnresolvableNodes: { b: 'too old' },
    });
    expect(rejections.map(({ reasons, isUnresolvable }) => [...reasons, isUnresolvable])).toEqual([
      ['busy', false],
      ['too old', true],
    ]);
  });

  test.each([
    ['a node that was not asked about', { NodeNames: ['c'] }, /claims a filtered node "c"/],
    ['an error', { NodeNames: ['a'], error: 'out of order' }, /: out of order$/],
    ['no object', 'yes', /its answer to filter is no object/],
  ])('that is %s is an error', async (_, answer, message) => {
    await expect(filtered(answer)).rejects.toThrow(message);
  });
});

test('an extender that does not answer in time, or is not there, is an error that says so', async () => {
  await using silent = await extenderWith({ filter: () => undefined });
  const { urlPrefix } = silent;
  const slow = extenderOf({ urlPrefix, filterVerb: 'filter', httpTimeout: '50ms' });
  await expect(slow.filter(POD, NODES)).rejects.toThrow(/no answer within the timeout of 50 ms/);
  const absent = extenderOf({ urlPrefix: 'http://127.0.0.1:1/', filterVerb: 'filter' });
  await expect(absent.filter(POD, NODES)).rejects.toThrow(
    /^extender http:\/\/127\.0\.0\.1:1\/filter/,
  );
});

describe('over HTTPS', () => {
  const ANSWERS: ExtenderAnswers = { filter: () => ({ NodeNames: ['a'] }) };

  async function secured(
    fields: (pem: { certificate: string; privateKey: string }) => object,
    server: Partial<ServerOptions> = {},
  ): Promise<string[]> {
    const pem = await selfSigned();
    const { certificate: cert, privateKey: key } = pem;
    await using extender = await extenderWith(ANSWERS, { cert, key, ca: cert, ...server });
    const { urlPrefix } = extender;
    const asked = extenderOf({ urlPrefix, filterVerb: 'filter', ...fields(pem) });
    return [...(await asked.filter(POD, NODES)).accepted];
  }

  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  test('an extender is known by its authority, in data or in a file', async () => {
    const inData = secured(({ certificate }) => ({ tlsConfig: { caData: base64(certificate) } }));
    expect(await inData).toEqual(['a']);
    const folder = await mkdtemp(join(tmpdir(), 'extender-'));
    const caFile = join(folder, 'ca.pem');
    const { certificate: cert, privateKey: key } = await selfSigned();
    await writeFile(caFile, cert);
    await using extender = await extenderWith(ANSWERS, { cert, key });
    const { urlPrefix } = extender;
    const tlsConfig = { caFile, serverName: 'hook.default.svc' };
    const asked = extenderOf({ urlPrefix, filterVerb: 'filter', enableHTTPS: true, tlsConfig });
    await rm(folder, { recursive: true });
    expect([...(await asked.filter(POD, NODES)).accepted]).toEqual(['a']);
  });

  test('one that nobody vouches for, or that has another name, is refused', async () => {
    await expect(secured(() => ({}))).rejects.toThrow(/self-signed certificate/);
    const stranger = { serverName: 'stranger.default.svc' };
    const named = ({ certificate }: { certificate: string }) => ({
      tlsConfig: { caData: base64(certificate), ...stranger },
    });
    await expect(secured(named)).rejects.toThrow(/does not match certificate/);
  });

  test.each([
    ['insecure', { tlsConfig: { insecure: true } }],
    ['enableHTTPS without an authority', { enableHTTPS: true }],
  ])('%s takes any certificate', async (_, fields) => {
    expect(await secured(() => fields)).toEqual(['a']);
  });

  test('the scheduler shows a certificate of its own where one is asked for', async () => {
    const strict = { requestCert: true, rejectUnauthorized: true };
    const own = (pem: { certificate: string; privateKey: string }) => ({
      tlsConfig: {
        caData: base64(pem.certificate),
        certData: base64(pem.certificate),
        keyData: base64(pem.privateKey),
      },
    });
    expect(await secured(own, strict)).toEqual(['a']);
    const without = secured(() => ({ tlsConfig: { insecure: true } }), strict);
    await expect(without).rejects.toThrow(/^extender https/);
  });
});

describe('preemption', () => {
  const cache = new ClusterCache();
  /** A pod whose uid is its name. */
  const placed = (node: string, name: string, priority = 0): PodInfo => {
    const pod = buildPod({ name, spec: { priority } });
    const info = toPodInfo({ ...pod, metadata: { ...pod.metadata, uid: name } });
    cache.place(info, node);
    return info;
  };
  const [onA, , onB] = [placed('a', 'a1'), placed('a', 'a2'), placed('b', 'b1')];
  placed('b', 'great', 1000);
  const CANDIDATES: readonly Candidate[] = [
    { nodeName: 'a', victims: [onA], violations: 1 },
    { nodeName: 'b', victims: [onB], violations: 0 },
  ];

  async function reviewed(answers: ExtenderAnswers, fields: object = { nodeCacheCapable: true }) {
    await using server = await extenderWith(answers);
    const { urlPrefix } = server;
    const extenders = [extenderOf({ urlPrefix, preemptVerb: 'preempt', ...fields })];
    const review = reviewByExtenders({ extenders, cache, logger: silentLogger });
    const left = await review?.(POD, CANDIDATES);
    return left?.map(({ nodeName, victims, violations }) => ({
      nodeName,
      victims: victims.map(({ uid }) => uid),
      violations,
    }));
  }

  test('leaves candidates out, and chooses other victims', async () => {
    const left = await reviewed({
      preempt: () => ({
        NodeNameToMetaVictims: { a: { Pods: [{ UID: 'a2' }], NumPDBViolations: 2 } },
      }),
    });
    expect(left).toEqual([{ nodeName: 'a', victims: ['a2'], violations: 2 }]);
  });

  test('is told the uids of victims, or all of them where the extender knows no nodes', async () => {
    let told: unknown;
    const preempt: ExtenderAnswers[string] = (question) => {
      told = question;
      return { NodeNameToMetaVictims: {} };
    };
    expect(await reviewed({ preempt })).toEqual([]);
    expect(told).toMatchObject({
      Pod: { metadata: { name: 'web' } },
      NodeNameToMetaVictims: { a: { Pods: [{ UID: 'a1' }], NumPDBViolations: 1 } },
    });
    await reviewed({ preempt }, {});
    expect(told).toMatchObject({
      NodeNameToVictims: { b: { Pods: [{ metadata: { uid: 'b1' } }], NumPDBViolations: 0 } },
    });
  });

  const naming = (node: string, ...uids: string[]) => ({
    NodeNameToMetaVictims: { [node]: { Pods: uids.map((UID) => ({ UID })) } },
  });

  test.each([
    ['a node that is no candidate', naming('c', 'a1'), /claims a candidate "c" that was none/],
    ['a pod of another node', naming('a', 'b1'), /the pod is not found on that node/],
    ['a pod that is more important', naming('b', 'great'), /the pod is not less important/],
    ['nobody', naming('a'), /expected at least one victim pod on node "a"/],
    ['nonsense', { NodeNameToMetaVictims: { a: { Pods: [{}] } } }, /is no map of victims/],
  ])('that names %s is an error, and left out where that may be', async (_, answer, message) => {
    const answers = { preempt: () => answer };
    await expect(reviewed(answers)).rejects.toThrow(message);
    const lenient = await reviewed(answers, { nodeCacheCapable: true, ignorable: true });
    // Nobody to leave is no candidate; any other fault leaves the extender out.
    expect(lenient).toHaveLength(String(message).includes('at least one') ? 0 : 2);
  });
});
