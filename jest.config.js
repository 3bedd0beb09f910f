/**
 * Four projects, by what a test needs: nothing (unit), PostgreSQL (integration), a whole control plane (e2e), patience
 * (soak, run by `npm run test:soak` alone). PostgreSQL is started only when a selected test needs it.
 *
 * Node needs --experimental-vm-modules for ES modules in jest; `npm test` (scripts/test.mjs) sets it.
 */
const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: '<rootDir>/test/support/jest/environment.mjs',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: false },
          keepClassNames: true,
        },
        sourceMaps: 'inline',
      },
    ],
  },
};

const withDatabase = {
  globalSetup: '<rootDir>/test/support/jest/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/jest/global-teardown.ts',
};

function project(name, extra = {}) {
  return {
    ...shared,
    ...extra,
    displayName: name,
    testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  };
}

export default {
  // Two cores: a third worker would only make the other two slower and timeouts likelier.
  maxWorkers: 2,
  // Modules of a file that has run are never let go of (ES modules in a context of their own): a new worker starts without.
  workerIdleMemoryLimit: '1GB',
  testTimeout: 30_000,
  reporters: ['default', '<rootDir>/test/support/jest/count-reporter.mjs'],
  projects: [
    project('unit'),
    project('integration', withDatabase),
    project('e2e', withDatabase),
    project('soak', withDatabase),
  ],
};
