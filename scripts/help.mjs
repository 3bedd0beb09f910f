/** `npm run help`: the commands of this package, one line each. A test keeps the list in step with package.json. */

export const COMMANDS = {
  start: 'run the control plane; does all its set-up itself (-- --help for options)',
  dev: 'the same, started again when a source changes',
  demo: 'show a deployment, a dying node and moving pods, in half a minute',
  check: 'everything static: format, lint, types, boundaries, dead code',
  fix: 'the same, mending what can be mended',
  test: 'all tests on a real PostgreSQL (-- NAME runs those whose path matches)',
  e2e: 'only the tests of the whole control plane',
  'test:soak': 'the long tests',
  'test:database': 'open the databases that failed tests left (-- DIR)',
  bench: 'measure, and print a table (-- --json FILE writes it too)',
  'perf:store': 'measure the store alone',
  'perf:apiserver': 'measure the API pipeline alone, and on the store',
  'perf:authorization': 'measure what one decision of the authorizer costs',
  'perf:cel': 'measure how long a budget of CEL cost units lasts',
  build: 'bundle the sources into dist/',
  generate: "regenerate the built-in kinds from Kubernetes' published models",
  'generate:protobuf': "regenerate the field numbers of protobuf bodies from Kubernetes' Go types",
  schema: 'regenerate schema.graphql',
  codegen: 'regenerate the typed GraphQL clients from schema.graphql',
  'verify:generated': 'check that schema.graphql and the clients are in step with the code',
  help: 'this list',
};

if (process.argv[1]?.endsWith('help.mjs')) {
  for (const [name, description] of Object.entries(COMMANDS)) {
    const command = ['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`;
    process.stdout.write(`${command.padEnd(24)}${description}\n`);
  }
}
