/** In the shape of Argo CD's definitions: no status subresource, an `operation` beside the spec, deep nesting. */
import type { CustomResourceDefinition } from '../../../src/scheme/generated/types/apiextensions-v1.ts';
import { defineResource } from './define-resource.ts';
import {
  anything,
  flag,
  int64,
  intOrString,
  list,
  map,
  object,
  rootSchema,
  text,
  time,
} from './schema-words.ts';

const info = list(object({ name: text, value: text }, ['name', 'value']));
const environment = list(object({ name: text, value: text }, ['name', 'value']));

const source = object(
  {
    repoURL: text,
    path: text,
    targetRevision: text,
    chart: text,
    ref: text,
    directory: object({
      recurse: flag,
      include: text,
      exclude: text,
      jsonnet: object({
        extVars: list(object({ name: text, value: text, code: flag }, ['name', 'value'])),
        libs: list(text),
        tlas: list(object({ name: text, value: text, code: flag }, ['name', 'value'])),
      }),
    }),
    helm: object({
      releaseName: text,
      values: text,
      valuesObject: { type: 'object', ...anything },
      valueFiles: list(text),
      parameters: list(object({ name: text, value: text, forceString: flag })),
      fileParameters: list(object({ name: text, path: text })),
      ignoreMissingValueFiles: flag,
      passCredentials: flag,
      skipCrds: flag,
      version: text,
    }),
    kustomize: object({
      images: list(text),
      namePrefix: text,
      nameSuffix: text,
      commonAnnotations: map(text),
      commonLabels: map(text),
      components: list(text),
      replicas: list(object({ name: text, count: intOrString }, ['name', 'count'])),
      patches: list(
        object({
          path: text,
          patch: text,
          options: map(flag),
          target: object({
            group: text,
            version: text,
            kind: text,
            name: text,
            namespace: text,
            labelSelector: text,
          }),
        }),
      ),
    }),
    plugin: object({
      name: text,
      env: environment,
      parameters: list(object({ name: text, string: text, array: list(text), map: map(text) })),
    }),
  },
  ['repoURL'],
);

const retry = object({
  limit: int64,
  backoff: object({ duration: text, factor: int64, maxDuration: text }),
});

const syncPolicy = object({
  automated: object({ prune: flag, selfHeal: flag, allowEmpty: flag }),
  managedNamespaceMetadata: object({ annotations: map(text), labels: map(text) }),
  retry,
  syncOptions: list(text),
});

const syncOperation = object({
  dryRun: flag,
  prune: flag,
  revision: text,
  resources: list(
    object({ group: text, kind: text, name: text, namespace: text }, ['kind', 'name']),
  ),
  source,
  sources: list(source),
  manifests: list(text),
  syncStrategy: object({ apply: object({ force: flag }), hook: object({ force: flag }) }),
});

const operation = object({
  info,
  initiatedBy: object({ automated: flag, username: text }),
  retry,
  sync: syncOperation,
});

const spec = object(
  {
    project: text,
    destination: object({ name: text, namespace: text, server: text }),
    source,
    sources: list(source),
    syncPolicy,
    info,
    revisionHistoryLimit: int64,
    ignoreDifferences: list(
      object(
        {
          group: text,
          kind: text,
          name: text,
          namespace: text,
          jqPathExpressions: list(text),
          jsonPointers: list(text),
          managedFieldsManagers: list(text),
        },
        ['kind'],
      ),
    ),
  },
  ['destination', 'project'],
);

const resource = object({
  group: text,
  version: text,
  kind: text,
  name: text,
  namespace: text,
  status: text,
  hook: flag,
  requiresPruning: flag,
  syncWave: int64,
  health: object({ status: text, message: text }),
});

const status = object({
  conditions: list(
    object({ type: text, message: text, lastTransitionTime: time }, ['message', 'type']),
  ),
  health: object({ status: text, message: text }),
  history: list(
    object(
      {
        id: int64,
        revision: text,
        deployedAt: time,
        deployStartedAt: time,
        source,
        sources: list(source),
      },
      ['deployedAt', 'id'],
    ),
  ),
  observedAt: time,
  operationState: object(
    {
      operation,
      phase: text,
      message: text,
      startedAt: time,
      finishedAt: time,
      retryCount: int64,
      syncResult: object({ revision: text, resources: list(resource), source }, ['revision']),
    },
    ['operation', 'phase', 'startedAt'],
  ),
  reconciledAt: time,
  resources: list(resource),
  summary: object({ externalURLs: list(text), images: list(text) }),
  sync: object(
    {
      status: text,
      revision: text,
      revisions: list(text),
      comparedTo: object({
        source,
        destination: object({ name: text, namespace: text, server: text }),
      }),
    },
    ['status'],
  ),
});

export const applications: CustomResourceDefinition = defineResource({
  group: 'argoproj.io',
  names: { plural: 'applications', kind: 'Application', shortNames: ['app', 'apps'] },
  versions: [
    {
      name: 'v1alpha1',
      subresources: {},
      additionalPrinterColumns: [
        { name: 'Sync Status', type: 'string', jsonPath: '.status.sync.status' },
        { name: 'Health Status', type: 'string', jsonPath: '.status.health.status' },
        { name: 'Revision', type: 'string', jsonPath: '.status.sync.revision', priority: 10 },
      ],
      schema: rootSchema({ spec, status, operation }, ['metadata', 'spec']),
    },
  ],
});
