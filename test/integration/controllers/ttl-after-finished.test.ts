import { expect, test } from '@jest/globals';
import { batchJobs, corePods } from '../../../src/scheme/generated/resources.ts';
import { COMPLETE, jobPlane } from '../../support/jobs.ts';

const PLACE = { namespace: 'default', name: 'work' };
const CONTROLLERS = ['job', 'ttl-after-finished', 'garbage-collector'] as const;

test('a Job is deleted with its Pods when it has ended as long ago as it says', async () => {
  await using jobs = await jobPlane({ controllers: CONTROLLERS });
  await jobs.start({ ttlSecondsAfterFinished: 300 });
  await jobs.exit(await jobs.running(1), 0);
  await jobs.ends(COMPLETE);
  jobs.plane.clock.advance(200_000);
  await jobs.plane.idle();
  expect(await jobs.plane.list(batchJobs)).toHaveLength(1);
  jobs.plane.clock.advance(100_000);
  await jobs.plane.eventually(
    async () => [...(await jobs.plane.list(batchJobs)), ...(await jobs.plane.list(corePods))],
    (left) => expect(left).toEqual([]),
  );
});

test('a Job whose time to live is taken away before it is over stays', async () => {
  await using jobs = await jobPlane({ controllers: CONTROLLERS });
  await jobs.start({ ttlSecondsAfterFinished: 300 });
  await jobs.exit(await jobs.running(1), 1);
  await jobs.plane.client.patch(batchJobs, PLACE, {
    type: 'merge',
    patch: { spec: { ttlSecondsAfterFinished: null } },
  });
  await jobs.exit(await jobs.running(1), 0);
  await jobs.ends(COMPLETE);
  jobs.plane.clock.advance(400_000);
  await jobs.plane.idle();
  expect(await jobs.plane.list(batchJobs)).toHaveLength(1);
});
