/** In the shape of cert-manager's definitions. */
import type {
  CustomResourceDefinition,
  JSONSchemaProps,
} from '../../../src/scheme/generated/types/apiextensions-v1.ts';
import { defineResource } from './define-resource.ts';
import {
  builtIn,
  condition,
  flag,
  int32,
  int64,
  keyed,
  list,
  map,
  object,
  rootSchema,
  setOf,
  text,
  time,
  words,
} from './schema-words.ts';

const keyReference = object({ name: text, key: text }, ['name']);
const issuerReference = object({ name: text, kind: text, group: text }, ['name']);

const subject = object(
  Object.fromEntries(
    [
      'countries',
      'localities',
      'organizationalUnits',
      'organizations',
      'postalCodes',
      'provinces',
      'streetAddresses',
    ].map((name) => [name, { ...setOf(text) }] as [string, JSONSchemaProps]),
  ),
);

const keystore = object({ create: flag, passwordSecretRef: keyReference, alias: text }, [
  'create',
  'passwordSecretRef',
]);

const certificateSpec = object(
  {
    secretName: text,
    issuerRef: issuerReference,
    commonName: text,
    dnsNames: list(text),
    ipAddresses: list(text),
    uris: list(text),
    emailAddresses: list(text),
    otherNames: list(object({ oid: text, utf8Value: text })),
    duration: text,
    renewBefore: text,
    renewBeforePercentage: int32,
    isCA: flag,
    usages: list(
      words(
        'signing',
        'digital signature',
        'key encipherment',
        'server auth',
        'client auth',
        's/mime',
        'any',
      ),
    ),
    privateKey: object({
      algorithm: words('RSA', 'ECDSA', 'Ed25519'),
      encoding: words('PKCS1', 'PKCS8'),
      rotationPolicy: words('Never', 'Always'),
      size: { type: 'integer' },
    }),
    keystores: object({
      jks: keystore,
      pkcs12: {
        ...keystore,
        properties: {
          ...keystore.properties,
          profile: words('LegacyRC2', 'LegacyDES', 'Modern2023'),
        },
      },
    }),
    nameConstraints: object({
      critical: flag,
      permitted: object({ dnsDomains: list(text), ipRanges: list(text) }),
      excluded: object({ dnsDomains: list(text), ipRanges: list(text) }),
    }),
    revisionHistoryLimit: { ...int32, minimum: 1 },
    secretTemplate: object({ annotations: map(text), labels: map(text) }),
    subject,
    additionalOutputFormats: list(object({ type: words('DER', 'CombinedPEM') }, ['type'])),
  },
  ['issuerRef', 'secretName'],
  {
    'x-kubernetes-validations': [
      {
        rule: 'has(self.commonName) || (has(self.dnsNames) && size(self.dnsNames) > 0) || (has(self.uris) && size(self.uris) > 0)',
        message: 'at least one name is required',
      },
    ],
  },
);

const podTemplate = object({
  metadata: object({ annotations: map(text), labels: map(text) }),
  spec: object({
    affinity: builtIn('Affinity'),
    imagePullSecrets: keyed(object({ name: { ...text, default: '' } }), 'name'),
    nodeSelector: map(text),
    priorityClassName: text,
    serviceAccountName: text,
    tolerations: list(builtIn('Toleration')),
  }),
});

const dns01 = object({
  cnameStrategy: words('None', 'Follow'),
  cloudflare: object({
    email: text,
    apiTokenSecretRef: keyReference,
    apiKeySecretRef: keyReference,
  }),
  route53: object({
    region: text,
    hostedZoneID: text,
    role: text,
    accessKeyID: text,
    secretAccessKeySecretRef: keyReference,
  }),
  webhook: object(
    { groupName: text, solverName: text, config: { 'x-kubernetes-preserve-unknown-fields': true } },
    ['groupName', 'solverName'],
  ),
});

const acme = object(
  {
    server: text,
    email: text,
    preferredChain: { ...text, maxLength: 64 },
    skipTLSVerify: flag,
    privateKeySecretRef: keyReference,
    externalAccountBinding: object(
      { keyID: text, keySecretRef: keyReference, keyAlgorithm: words('HS256', 'HS384', 'HS512') },
      ['keyID', 'keySecretRef'],
    ),
    solvers: list(
      object({
        selector: object({ dnsNames: list(text), dnsZones: list(text), matchLabels: map(text) }),
        http01: object({
          ingress: object({ ingressClassName: text, name: text, podTemplate, serviceType: text }),
        }),
        dns01,
      }),
    ),
  },
  ['privateKeySecretRef', 'server'],
);

const issuerSpec = object({
  acme,
  ca: object({ secretName: text, crlDistributionPoints: list(text), ocspServers: list(text) }, [
    'secretName',
  ]),
  selfSigned: object({ crlDistributionPoints: list(text) }),
  vault: object(
    {
      server: text,
      path: text,
      namespace: text,
      caBundle: { type: 'string', format: 'byte' },
      auth: object({
        tokenSecretRef: keyReference,
        appRole: object({ path: text, roleId: text, secretRef: keyReference }, [
          'path',
          'roleId',
          'secretRef',
        ]),
        kubernetes: object({ mountPath: text, role: text, secretRef: keyReference }, ['role']),
      }),
    },
    ['auth', 'path', 'server'],
  ),
});

const ready = {
  name: 'Ready',
  type: 'string',
  jsonPath: '.status.conditions[?(@.type=="Ready")].status',
};
const age = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const conditions = { ...keyed(condition, 'type') };

export const certificates: CustomResourceDefinition = defineResource({
  group: 'cert-manager.io',
  names: {
    plural: 'certificates',
    kind: 'Certificate',
    shortNames: ['cert', 'certs'],
    categories: ['cert-manager'],
  },
  versions: [
    {
      name: 'v1',
      additionalPrinterColumns: [
        ready,
        { name: 'Secret', type: 'string', jsonPath: '.spec.secretName' },
        { name: 'Issuer', type: 'string', jsonPath: '.spec.issuerRef.name', priority: 1 },
        age,
      ],
      selectableFields: [{ jsonPath: '.spec.issuerRef.name' }],
      schema: rootSchema({
        spec: certificateSpec,
        status: object({
          conditions,
          notAfter: time,
          notBefore: time,
          renewalTime: time,
          revision: { type: 'integer' },
          failedIssuanceAttempts: { type: 'integer' },
        }),
      }),
    },
  ],
});

const issuerVersion = {
  name: 'v1',
  additionalPrinterColumns: [ready, age],
  schema: rootSchema(
    {
      spec: issuerSpec,
      status: object({
        acme: object({ uri: text, lastRegisteredEmail: text }),
        conditions,
        observedGeneration: int64,
      }),
    },
    ['spec'],
  ),
};

export const issuers: CustomResourceDefinition = defineResource({
  group: 'cert-manager.io',
  names: { plural: 'issuers', kind: 'Issuer', categories: ['cert-manager'] },
  versions: [issuerVersion],
});

export const clusterIssuers: CustomResourceDefinition = defineResource({
  group: 'cert-manager.io',
  scope: 'Cluster',
  names: { plural: 'clusterissuers', kind: 'ClusterIssuer', categories: ['cert-manager'] },
  versions: [issuerVersion],
});
