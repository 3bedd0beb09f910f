/**
 * DESIGN's room table as rules, one named rule a room: what a room may import, and in a sentence why not more. Types count
 * as imports: who knows another room's types knows the room.
 *
 * The composition root (src/main.ts, control-plane.ts, composition/, config.ts, data-directory.ts) may import everything, and nobody
 * imports it.
 */

const LIBRARY = '^src/lib/';
const COMPOSITION_ROOT =
  '^src/(?:main|control-plane|config|data-directory|composition/[^/]+)\\.ts$';

/** The room `name` may import itself, what `allowed` lists, and no other room. */
function room(name, allowed, comment) {
  const permitted = [name, ...allowed].map((folder) => `^src/${folder}(?:/|\\.)`).join('|');
  return {
    name: `${name.replace('/', '-')}-imports-only-its-neighbours`,
    comment,
    severity: 'error',
    from: { path: `^src/${name}/` },
    to: { path: '^src/', pathNot: permitted },
  };
}

/** Packages that only one room may know. */
function onlyIn(name, packages, rooms, comment) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: '^src/', pathNot: rooms },
    to: { path: `node_modules/(?:${packages.join('|')})/` },
  };
}

/** The client is an interface: who holds one does not know what is behind it. */
const worker = ['machinery', 'apiserver/client', 'scheme', 'lib'];

/** Controllers, scheduler, kubelet, network and cloud: they act through the client, as an outside controller would. */
function workerRoom(name, what) {
  return room(
    name,
    worker,
    `${what} sees the cluster through machinery's client and informers alone: no SQL, no BullMQ, no GraphQL, no other controller.`,
  );
}

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Two files that need each other are one thing in two places: move what both need into a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'lib-imports-nothing',
      comment: 'lib holds what any project could use: it knows neither this one nor a package.',
      severity: 'error',
      from: { path: LIBRARY },
      to: { pathNot: LIBRARY, dependencyTypesNot: ['core'] },
    },
    room('scheme', ['lib'], 'scheme is pure: it says what objects exist and does no I/O.'),
    {
      name: 'scheme-does-no-io',
      comment: 'scheme is pure: files, sockets and processes belong to its callers.',
      severity: 'error',
      from: { path: '^src/scheme/' },
      // net for isIP alone, which parses and opens nothing.
      to: { dependencyTypes: ['core'], pathNot: '^(?:node:)?(?:buffer|crypto|net|util)$' },
    },
    room(
      'store',
      ['scheme', 'lib'],
      'store keeps objects and their order; it knows no kind, no door and no queue.',
    ),
    room(
      'apiserver',
      ['store', 'scheme', 'lib'],
      'apiserver is the one pipeline: it knows neither its two doors nor the controllers that use it.',
    ),
    room(
      'http',
      ['apiserver', 'scheme', 'lib'],
      'http holds what both doors need of HTTP; it knows neither of them.',
    ),
    room(
      'graphql',
      ['http', 'apiserver', 'scheme', 'lib'],
      'graphql is a door: it holds no rule of its own and knows neither SQL nor queues nor controllers.',
    ),
    room(
      'rest',
      ['http', 'apiserver', 'scheme', 'lib'],
      'rest is a door: it holds no rule of its own and knows neither SQL nor queues nor GraphQL.',
    ),
    room(
      'machinery',
      ['apiserver/client', 'scheme', 'lib'],
      "machinery runs any controller: of apiserver it knows the client's interface, and no kind and no BullMQ.",
    ),
    room('queues', ['machinery', 'lib'], 'queues carries keys: it knows BullMQ and no kind.'),
    workerRoom('controllers', 'A controller'),
    {
      name: 'controllers-do-not-know-each-other',
      comment:
        'Controllers meet in the objects they write, never in code; what several need lies in shared/.',
      severity: 'error',
      from: { path: '^src/controllers/([^/]+)/' },
      to: { path: '^src/controllers/[^/]+/', pathNot: '^src/controllers/(?:$1|shared)/' },
    },
    workerRoom('scheduler', 'The scheduler'),
    workerRoom('kubelet', 'A kubelet'),
    workerRoom('network', 'The network'),
    workerRoom('cloud', 'The cloud'),
    room(
      'observability',
      ['machinery', 'store/telemetry', 'lib'],
      "observability samples and records: of the store it knows telemetry's tables only, and no GraphQL.",
    ),
    room(
      'cli',
      ['scheme', 'lib'],
      'The command talks over the wire, as any client does: it knows nothing of the server.',
    ),
    {
      name: 'nobody-imports-the-composition-root',
      comment: 'main and config put the rooms together; a room gets what it needs as an argument.',
      severity: 'error',
      from: { path: '^src/', pathNot: COMPOSITION_ROOT },
      to: { path: COMPOSITION_ROOT },
    },
    onlyIn(
      'only-store-knows-postgresql',
      ['pg', '@prisma', 'prisma'],
      // BullMQ wants a pool of connections, and queues holds no statement of its own.
      '^src/(?:store/|queues/postgres-)',
      'Whoever else needs data asks the store; queues only hands BullMQ its connections.',
    ),
    onlyIn(
      'only-observability-knows-prometheus',
      ['prom-client'],
      '^src/observability/',
      'Whoever counts something adds it to a MetricRegistry of lib.',
    ),
    onlyIn(
      'only-queues-knows-bullmq',
      ['bullmq', 'ioredis'],
      '^src/queues/',
      'Whoever else needs a queue takes the work-queue interface of machinery.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js', '.json'] },
  },
};
