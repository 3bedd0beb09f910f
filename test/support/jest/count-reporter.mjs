import fs from 'node:fs';

/**
 * Writes the run's counts, and what was skipped by name, to the file that ORRERY_TEST_COUNTS names, for scripts/test.mjs
 * to print.
 */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    const file = process.env.ORRERY_TEST_COUNTS;
    if (!file) return;
    const counts = {
      passed: results.numPassedTests,
      // A file that could not even be loaded counts as one failure: its tests are not among the counted.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
      skippedNames: results.testResults.flatMap(skippedNames),
    };
    fs.writeFileSync(file, JSON.stringify(counts));
  }
}

function skippedNames(file) {
  const skipped = file.testResults.filter(
    ({ status }) => status === 'pending' || status === 'todo',
  );
  return skipped.map(({ fullName }) => fullName);
}
