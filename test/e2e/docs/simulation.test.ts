/** The examples of the pages on simulation and faults print what the pages say, to a real kubectl; time goes by faster. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runOrrery } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { type KubeClientTools, kubeClientTools } from '../../support/kubectl.ts';
import { PageSection } from '../../support/listings.ts';
import { type ServerProcess, startServer } from '../../support/server.ts';

/** As the page starts it; a node that is given more time lets the clock go further ahead of a busy machine. */
const ARGS = [
  ...['--initial-nodes', '2', '--runtime-config', 'simulation.orrery.dev/v1alpha1=true'],
  ...['--node-monitor-grace-period', '90'],
];
const SPEED = 5;
/** What a node has run out of, it reports for five minutes. */
const SPEED_OF_PRESSURE = 2;
const STARTS_WITHIN_MS = 120_000;
const EXAMPLE_WITHIN_MS = 90_000;

/** What would say something else the second time. */
const IS_ACTION = /^(apply|create|annotate|scale|wait) /;

let server: ServerProcess;
let tools: KubeClientTools;

beforeAll(async () => {
  server = await startServer({ args: ARGS });
  tools = await kubeClientTools({ kubeconfig: server.kubeconfig });
  await eventually(
    () => kubectl('get nodes -o name'),
    (nodes) => expect(nodes.split('\n')).toHaveLength(3),
  );
  await orrery(`time speed ${SPEED}`);
}, STARTS_WITHIN_MS);

afterAll(async () => {
  tools?.[Symbol.dispose]();
  await server?.[Symbol.asyncDispose]();
});

const words = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

async function kubectl(line: string, stdin = ''): Promise<string> {
  // What is quoted within a word is the shell's.
  const args = words(line.replaceAll(/(\S+)='([^']*)'/g, "'$1=$2'"));
  const { exitCode, stderr, stdout } = await tools.kubectl(args, { stdin });
  expect([line, exitCode, stderr]).toEqual([line, 0, '']);
  return stdout;
}

async function orrery(line: string): Promise<void> {
  const { exitCode, stderr } = await runOrrery(line.split(' '), { server });
  expect([line, exitCode, stderr]).toEqual([line, 0, '']);
}

/** What differs from run to run: ends of names, ages, addresses, which node of equal ones, what is drawn by name, and the order that follows from names. */
function normalize(output: string): string {
  const lines = output
    .replaceAll(/^((?:half-crash|zone-a-down) .*?) +\d+ +\d+ /gm, '$1 N ')
    .replaceAll(/-[a-z0-9]{5}\b(?= )/g, '-XXXXX')
    .replaceAll(/\b(\d+m)?\d+s\b|\b\d+m\b/g, 'AGE')
    .replaceAll(/\b\d+\.\d+\.\d+\.\d+\b/g, 'IP')
    .replaceAll(/\bnode-\d\b/g, 'node-N')
    .replaceAll(/affects \d+ nodes? and \d+ Pods?/g, 'affects N nodes')
    .replaceAll(/ +/g, ' ')
    .trim();
  const [head = '', ...rows] = lines.split('\n').map((line) => line.trim());
  return [head, ...rows.sort()].join('\n');
}

/** Runs each command of a listing, as often as it takes until it prints what the page says; time passes by itself. */
async function follow(listing: string): Promise<void> {
  for (const step of listing.split(/^\$ (?:sleep \d+; )?kubectl /m).slice(1)) {
    const [command = '', ...expected] = step.split('\n');
    const check = (printed: string): void =>
      expect(normalize(printed)).toBe(normalize(expected.join('\n')));
    if (IS_ACTION.test(command)) check(await kubectl(command));
    else await eventually(() => kubectl(command), check, { withinMs: EXAMPLE_WITHIN_MS });
  }
}

/** The pages say what is applied, not by which command. */
const apply = (manifest: string | undefined) => kubectl('apply -f -', manifest);

test('a node says what Pods may have of it', async () => {
  await follow(new PageSection('simulation', 'What Pods may have').blocks('console')[0] ?? '');
});

test('Pods do what they say of themselves', async () => {
  const text = new PageSection('simulation', 'What a Pod may say of itself');
  await apply(text.blocks('yaml')[0]);
  await follow(text.blocks('console')[0] ?? '');
  await kubectl('delete pods --all --now');
}, 120_000);

test('a node that is shut down ends its Pods and tells of it', async () => {
  await follow(new PageSection('simulation', 'Shutting a node down').blocks('console')[0] ?? '');
  await kubectl('annotate node node-1 orrery.dev/power-');
  await kubectl('delete deployment web');
}, 120_000);

test('Stages and NodeProfiles do what the page says, and Faults go wrong as theirs says', async () => {
  const text = new PageSection('simulation', 'Behaviour as data');
  const [stages, profile] = text.blocks('yaml');
  const [workers = '', nodes = ''] = text.blocks('console');
  await apply(stages);
  // Which of the workers fail is drawn by their names.
  await follow(workers.slice(0, workers.indexOf('$ kubectl get pods')));
  await apply(profile);
  await follow(nodes);
  const faults = new PageSection('faults');
  const [outage = '', more = ''] = faults.blocks('yaml');
  tools.write('zone-a-down.yaml', outage);
  tools.write('more-faults.yaml', more);
  for (const listing of faults.blocks('console')) await follow(listing);
}, 180_000);

test('a node that runs out of memory gives up who takes most of it', async () => {
  const text = new PageSection('simulation', 'Running out');
  await orrery(`time speed ${SPEED_OF_PRESSURE}`);
  await kubectl('delete deployment worker');
  await kubectl('delete nodeprofile web');
  await apply(text.blocks('yaml')[0]);
  await follow(text.blocks('console')[0] ?? '');
}, 120_000);
