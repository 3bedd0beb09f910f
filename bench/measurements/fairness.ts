import type { Sample } from '../figure.ts';
import type { HttpWritersQuestion } from '../load/http-writers.ts';
import { LoadProcess } from '../load/messages.ts';
import type { LoadWindow, Throughput } from '../load/window.ts';
import { percentile } from '../statistics.ts';
import { openWorkbench, type Workbench } from '../workbench.ts';
import type { Measurement } from './measurement.ts';

const NAMESPACE = 'default';
const NOISY_CLIENTS = 128;
const PAYLOAD_BYTES = 750;

/** Two service accounts that may do everything, and differ in nothing but how much they ask for. */
const ACCOUNTS = ['noisy', 'quiet'] as const;

type Account = (typeof ACCOUNTS)[number];

const manifestOf = (name: Account): string => `
apiVersion: v1
kind: ServiceAccount
metadata: { name: ${name}, namespace: ${NAMESPACE} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: bench-${name} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: ${name}, namespace: ${NAMESPACE} }]
`;

/** How long a client's requests take that asks for one thing after the other: alone, and beside one at full speed. */
export const measureFairness: Measurement = async (ctx) => {
  await using bench = await openWorkbench({ dist: ctx.options.dist, profiled: false });
  const tokens = await createAccounts(bench);
  const window = ctx.options.quick
    ? { warmupMs: 500, measuredMs: 2_000 }
    : { warmupMs: 3_000, measuredMs: 10_000 };
  const { url } = bench.server;
  const load = (account: Account, clients: number, prefix: string, span: LoadWindow) =>
    createConfigMaps({
      ...span,
      url,
      token: tokens[account],
      door: 'graphql',
      clients,
      prefix,
      namespace: NAMESPACE,
      payloadBytes: PAYLOAD_BYTES,
    });
  ctx.say('fairness: a quiet client alone');
  const alone = await load('quiet', 1, 'alone', window);
  ctx.say(`fairness: a quiet client beside a noisy one of ${NOISY_CLIENTS} connections`);
  const longer = { warmupMs: window.warmupMs, measuredMs: window.measuredMs + 1_000 };
  const [noisy, beside] = await Promise.all([
    load('noisy', NOISY_CLIENTS, 'noisy', longer),
    load('quiet', 1, 'beside', window),
  ]);
  return toSamples({ alone, beside, noisy });
};

async function createAccounts({ client }: Workbench): Promise<Record<Account, string>> {
  const tokens = { noisy: '', quiet: '' };
  for (const name of ACCOUNTS) {
    await client.request(
      'mutation ($manifest: String!) { apply(manifest: $manifest) { message } }',
      {
        manifest: manifestOf(name),
      },
    );
    const { token } = await client.request<{ token: { status: { token: string } } }>(
      'mutation ($name: String!, $namespace: String!) { token: createCoreV1ServiceAccountToken(name: $name, namespace: $namespace, input: { spec: { audiences: [] } }) { status { token } } }',
      { name, namespace: NAMESPACE },
    );
    tokens[name] = token.status.token;
  }
  return tokens;
}

async function createConfigMaps(question: HttpWritersQuestion): Promise<Throughput> {
  await using load = LoadProcess.start('http-writers');
  return await load.ask(question);
}

function toSamples({
  alone,
  beside,
  noisy,
}: Record<'alone' | 'beside' | 'noisy', Throughput>): readonly Sample[] {
  const quietP99 = percentile(alone.latenciesMs, 0.99);
  const besideP99 = percentile(beside.latenciesMs, 0.99);
  return [
    {
      name: 'fairness_quiet_p99_ms',
      label: 'time of a create by a client that asks for one after the other, 99th percentile',
      unit: 'ms',
      value: quietP99,
    },
    {
      name: 'fairness_beside_p99_ms',
      label: `the same beside another at full speed over ${NOISY_CLIENTS} connections`,
      unit: 'ms',
      value: besideP99,
    },
    {
      name: 'fairness_p99_ratio',
      label: 'the second over the first',
      unit: '×',
      value: besideP99 / quietP99,
      target: { atMost: 2 },
    },
    {
      name: 'fairness_noisy_per_s',
      label: 'creates of the client at full speed meanwhile',
      unit: '/s',
      value: noisy.perSecond,
    },
  ];
}
