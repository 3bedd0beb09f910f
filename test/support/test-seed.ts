/**
 * The seed of a randomised test, printed so that a failure can be repeated: set ORRERY_TEST_SEED to it.
 *
 * @default a new one each run
 */
export function testSeed(): number {
  const seed = Number(process.env.ORRERY_TEST_SEED ?? Date.now() % 1_000_000);
  process.stdout.write(`seed ${seed} (ORRERY_TEST_SEED=${seed} repeats it)\n`);
  return seed;
}
