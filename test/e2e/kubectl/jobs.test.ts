import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { GraphqlClient } from '../../support/graphql-client.ts';
import { type KubectlCluster, kubectlCluster, STARTS_WITHIN_MS } from './support/cluster.ts';

let cluster: KubectlCluster;

beforeAll(async () => {
  cluster = await kubectlCluster();
}, STARTS_WITHIN_MS);

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

/** A Job whose Pods run until somebody stops them. */
const longJob = (name: string): string => `
apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
spec:
  parallelism: 2
  completions: 2
  template:
    metadata:
      annotations:
        orrery.dev/exit-after: 1h
    spec:
      restartPolicy: Never
      containers:
        - name: main
          image: busybox
`;

const podsOf = (job: string, path: string): Promise<string> =>
  cluster.kubectl(`get pods -l job-name=${job} -o jsonpath={${path}}`);

async function startLong(name: string): Promise<void> {
  await cluster.apply(longJob(name));
  await eventually(
    () => podsOf(name, '.items[*].status.phase'),
    (phases) => expect(phases).toBe('Running Running'),
  );
}

describe('kubectl and Jobs', () => {
  test('create job makes one that runs to its end, which wait waits for', async () => {
    expect(await cluster.kubectl('create job hello --image=busybox -- echo hello')).toBe(
      'job.batch/hello created\n',
    );
    expect(await cluster.kubectl('wait --for=condition=complete job/hello --timeout=60s')).toBe(
      'job.batch/hello condition met\n',
    );
    const [header, row] = (await cluster.kubectl('get jobs hello')).split('\n');
    expect(header).toMatch(/^NAME +STATUS +COMPLETIONS +DURATION +AGE$/);
    expect(row).toMatch(/^hello +Complete +1\/1 +\d+s +\d+s$/);
  });

  test('describe tells its Pods and what happened', async () => {
    const text = await cluster.kubectl('describe job hello');
    expect(text).toMatch(/^Pods Statuses: +0 Active \(0 Ready\) \/ 1 Succeeded \/ 0 Failed$/m);
    expect(text).toMatch(/SuccessfulCreate +\S+ +job-controller +Created pod: hello-\w{5}/);
    expect(text).toMatch(/Normal +Completed +\S+ +job-controller +Job completed/);
  });

  test('logs finds its Pod', async () => {
    expect(await cluster.kubectl('logs job/hello')).toContain('exit code 0');
  });

  test('wait waits for a failure as well', async () => {
    const failing = longJob('broken').replace('exit-after: 1h', "exit-code: '3'");
    await cluster.apply(failing.replace('spec:\n', 'spec:\n  backoffLimit: 0\n'));
    await cluster.kubectl('wait --for=condition=failed job/broken --timeout=60s');
    expect(await cluster.kubectl('get job broken --no-headers')).toMatch(/^broken +Failed +0\/2 /);
    expect(
      await cluster.kubectl('get events --field-selector=reason=BackoffLimitExceeded'),
    ).toMatch(
      /Warning +BackoffLimitExceeded +job\/broken +Job has reached the specified backoff limit/,
    );
  });

  test('delete takes the Pods with it, in the background and in the foreground', async () => {
    for (const cascade of ['background', 'foreground']) {
      await startLong(cascade);
      await cluster.kubectl(`delete job ${cascade} --cascade=${cascade}`);
      await eventually(
        () => podsOf(cascade, '.items[*].metadata.name'),
        (names) => expect(names).toBe(''),
      );
    }
  });

  test('delete --cascade=orphan leaves Pods that nothing holds', async () => {
    await startLong('orphan');
    await cluster.kubectl('delete job orphan --cascade=orphan');
    await eventually(
      () => podsOf('orphan', '.items[*].metadata.finalizers'),
      (finalizers) => expect(finalizers).toBe(''),
    );
    expect(await podsOf('orphan', '.items[*].metadata.ownerReferences')).toBe('');
    expect(await podsOf('orphan', '.items[*].status.phase')).toBe('Running Running');
    await cluster.kubectl('delete pods -l job-name=orphan');
    expect(await podsOf('orphan', '.items[*].metadata.name')).toBe('');
  });

  test('a Job that is suspended stops its Pods, and starts new ones when it is resumed', async () => {
    await startLong('pausing');
    const suspend = (value: boolean): Promise<string> =>
      cluster.kubectl(`patch job pausing -p {"spec":{"suspend":${value}}}`);
    await suspend(true);
    await cluster.kubectl('wait --for=condition=suspended job/pausing --timeout=60s');
    await eventually(
      () => podsOf('pausing', '.items[*].metadata.name'),
      (names) => expect(names).toBe(''),
    );
    await suspend(false);
    await eventually(
      () => podsOf('pausing', '.items[*].status.phase'),
      (phases) => expect(phases).toBe('Running Running'),
    );
  });
});

describe('kubectl and CronJobs', () => {
  test('create cronjob makes one, and create job --from starts it by hand', async () => {
    const created = await cluster.run(
      "create cronjob tick --image=busybox --schedule='*/5 * * * *' -- date",
    );
    expect(created).toMatchObject({ exitCode: 0, stdout: 'cronjob.batch/tick created\n' });
    expect((await cluster.kubectl('get cronjobs')).split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^NAME +SCHEDULE +TIMEZONE +SUSPEND +ACTIVE +LAST SCHEDULE +AGE$/),
      expect.stringMatching(/^tick +\*\/5 \* \* \* \* +<none> +False +0 +/),
    ]);
    await cluster.kubectl('create job manual --from=cronjob/tick');
    await cluster.kubectl('wait --for=condition=complete job/manual --timeout=60s');
    expect(
      await cluster.kubectl('get job manual -o jsonpath={.metadata.ownerReferences[0].kind}'),
    ).toBe('CronJob');
  });

  test('describe tells its settings', async () => {
    const text = await cluster.kubectl('describe cronjob tick');
    expect(text).toMatch(/^Schedule: +\*\/5 \* \* \* \*$/m);
    expect(text).toMatch(/^Concurrency Policy: +Allow$/m);
  });

  test('a time that nobody can read is refused', async () => {
    expect(
      await cluster.refused("create cronjob bad --image=busybox --schedule='61 * * * *' -- date"),
    ).toContain('end of range (61) above maximum (59): 61');
  });
});

test('one GraphQL query leads from a CronJob to its Jobs and their Pods', async () => {
  await using client = new GraphqlClient(cluster.server);
  const data = await client.request(`{
    batch { v1 { cronJob(namespace: "default", name: "tick") {
      jobs { metadata { name } status { succeeded } pods { status { phase } } }
    } } }
  }`);
  expect(data).toMatchObject({
    batch: {
      v1: {
        cronJob: {
          jobs: expect.arrayContaining([
            {
              metadata: { name: 'manual' },
              status: { succeeded: 1 },
              pods: [{ status: { phase: 'Succeeded' } }],
            },
          ]),
        },
      },
    },
  });
});
