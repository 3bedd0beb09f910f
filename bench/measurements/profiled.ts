import fs from 'node:fs';
import path from 'node:path';
import type { Section } from '../options.ts';
import { findHotSpots } from '../profile/hot-spots.ts';
import type { Workbench } from '../workbench.ts';
import type { BenchContext } from './measurement.ts';

/** Runs `work`, with a CPU profile of the server where one is wanted. */
export async function profiled<T>(
  ctx: BenchContext,
  { inspector }: Workbench,
  section: Section | 'deletion',
  work: () => Promise<T>,
): Promise<T> {
  const directory = ctx.options.profileDirectory;
  if (!inspector || !directory) return work();
  await inspector.start();
  const result = await work();
  const profile = await inspector.stop();
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, `${section}.cpuprofile`), JSON.stringify(profile));
  ctx.report(section, findHotSpots(profile));
  return result;
}
