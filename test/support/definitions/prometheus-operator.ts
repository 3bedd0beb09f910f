/** In the shape of the Prometheus Operator's definitions: whole Pods spelled out, scale, very large. */
import type { CustomResourceDefinition } from '../../../src/scheme/generated/types/apiextensions-v1.ts';
import { defineResource } from './define-resource.ts';
import {
  anything,
  builtIn,
  condition,
  flag,
  int32,
  int64,
  intOrString,
  keyed,
  list,
  map,
  object,
  quantity,
  rootSchema,
  setOf,
  text,
  words,
} from './schema-words.ts';

const DURATION =
  '^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$';
const duration = { ...text, pattern: DURATION };
const size = { ...text, pattern: '(^0|([0-9]*[.])?[0-9]+((K|M|G|T|E|P)i?)?B)$' };
const keySelector = object({ key: text, name: { ...text, default: '' }, optional: flag }, ['key'], {
  'x-kubernetes-map-type': 'atomic',
});
const secretOrConfigMap = object({ secret: keySelector, configMap: keySelector });
const labelSelector = {
  ...builtIn('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector'),
  'x-kubernetes-map-type': 'atomic',
};

const relabel = object({
  action: {
    ...words(
      'replace',
      'Replace',
      'keep',
      'Keep',
      'drop',
      'Drop',
      'hashmod',
      'HashMod',
      'labelmap',
      'LabelMap',
    ),
    default: 'replace',
  },
  modulus: int64,
  regex: text,
  replacement: text,
  separator: text,
  sourceLabels: list({ ...text, pattern: '^[a-zA-Z_][a-zA-Z0-9_]*$' }),
  targetLabel: text,
});

const tls = object({
  ca: secretOrConfigMap,
  cert: secretOrConfigMap,
  keySecret: keySelector,
  insecureSkipVerify: flag,
  serverName: text,
  minVersion: words('TLS10', 'TLS11', 'TLS12', 'TLS13'),
});

const endpoint = object({
  port: text,
  targetPort: intOrString,
  path: text,
  scheme: words('http', 'https'),
  params: map(list(text)),
  interval: duration,
  scrapeTimeout: duration,
  honorLabels: flag,
  basicAuth: object({ username: keySelector, password: keySelector }),
  oauth2: object(
    {
      clientId: secretOrConfigMap,
      clientSecret: keySelector,
      tokenUrl: { ...text, minLength: 1 },
      scopes: list(text),
    },
    ['clientId', 'clientSecret', 'tokenUrl'],
  ),
  relabelings: list(relabel),
  metricRelabelings: list(relabel),
  tlsConfig: tls,
});

export const serviceMonitors: CustomResourceDefinition = defineResource({
  group: 'monitoring.coreos.com',
  names: {
    plural: 'servicemonitors',
    kind: 'ServiceMonitor',
    shortNames: ['smon'],
    categories: ['prometheus-operator'],
  },
  versions: [
    {
      name: 'v1',
      subresources: {},
      schema: rootSchema(
        {
          spec: object(
            {
              endpoints: list(endpoint),
              jobLabel: text,
              labelLimit: int64,
              namespaceSelector: object({ any: flag, matchNames: list(text) }),
              podTargetLabels: list(text),
              sampleLimit: int64,
              selector: labelSelector,
              targetLabels: list(text),
            },
            ['endpoints', 'selector'],
          ),
        },
        ['spec'],
      ),
    },
  ],
});

const embeddedClaim = object(
  {
    spec: object({
      accessModes: { ...list(text), 'x-kubernetes-list-type': 'atomic' },
      resources: object({ limits: map(quantity), requests: map(quantity) }),
      storageClassName: text,
      selector: labelSelector,
    }),
  },
  [],
  { 'x-kubernetes-embedded-resource': true },
);

const prometheusSpec = object({
  additionalArgs: list(object({ name: { ...text, minLength: 1 }, value: text }, ['name'])),
  affinity: builtIn('Affinity'),
  alerting: object({
    alertmanagers: list(
      object(
        { name: { ...text, minLength: 1 }, namespace: text, port: intOrString, tlsConfig: tls },
        ['name', 'port'],
      ),
    ),
  }),
  baseImage: text,
  containers: list(builtIn('Container')),
  enableFeatures: setOf({ ...text, minLength: 1 }),
  evaluationInterval: { ...duration, default: '30s' },
  externalLabels: map(text),
  hostAliases: keyed(object({ hostnames: list(text), ip: text }, ['hostnames', 'ip']), 'ip'),
  image: text,
  initContainers: list(builtIn('Container')),
  logLevel: words('', 'debug', 'info', 'warn', 'error'),
  podMetadata: object({ annotations: map(text), labels: map(text), name: text }),
  portName: { ...text, default: 'web' },
  remoteWrite: list(
    object(
      {
        url: { ...text, minLength: 1 },
        headers: map(text),
        writeRelabelConfigs: list(relabel),
        tlsConfig: tls,
        queueConfig: object({ capacity: { type: 'integer' }, maxShards: { type: 'integer' } }),
      },
      ['url'],
    ),
  ),
  replicas: int32,
  resources: builtIn('ResourceRequirements'),
  retention: duration,
  retentionSize: size,
  ruleSelector: labelSelector,
  securityContext: builtIn('PodSecurityContext'),
  serviceAccountName: text,
  serviceMonitorSelector: labelSelector,
  shards: int32,
  storage: object({
    disableMountSubPath: flag,
    emptyDir: builtIn('EmptyDirVolumeSource'),
    volumeClaimTemplate: embeddedClaim,
  }),
  tolerations: list(builtIn('Toleration')),
  topologySpreadConstraints: list(builtIn('TopologySpreadConstraint')),
  tsdb: object({ outOfOrderTimeWindow: duration }),
  version: text,
  volumeMounts: list(builtIn('VolumeMount')),
  volumes: list(builtIn('Volume')),
  web: object({
    maxConnections: { ...int32, minimum: 0 },
    pageTitle: text,
    httpConfig: object({
      http2: flag,
      headers: object({ xFrameOptions: words('', 'Deny', 'SameOrigin') }),
    }),
  }),
  walCompression: flag,
  experimental: anything,
});

export const prometheuses: CustomResourceDefinition = defineResource({
  group: 'monitoring.coreos.com',
  names: {
    plural: 'prometheuses',
    kind: 'Prometheus',
    shortNames: ['prom'],
    categories: ['prometheus-operator'],
  },
  versions: [
    {
      name: 'v1',
      subresources: {
        status: {},
        scale: {
          specReplicasPath: '.spec.shards',
          statusReplicasPath: '.status.shards',
          labelSelectorPath: '.status.selector',
        },
      },
      additionalPrinterColumns: [
        { name: 'Version', type: 'string', jsonPath: '.spec.version' },
        { name: 'Desired', type: 'integer', jsonPath: '.spec.replicas' },
        { name: 'Ready', type: 'integer', jsonPath: '.status.availableReplicas' },
        {
          name: 'Reconciled',
          type: 'string',
          jsonPath: ".status.conditions[?(@.type == 'Reconciled')].status",
        },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
      schema: rootSchema(
        {
          spec: prometheusSpec,
          status: object({
            availableReplicas: int32,
            conditions: keyed(condition, 'type'),
            replicas: int32,
            selector: text,
            shards: int32,
            shardStatuses: keyed(
              object({ shardID: text, replicas: int32 }, ['shardID', 'replicas']),
              'shardID',
            ),
          }),
        },
        ['spec'],
      ),
    },
  ],
});
