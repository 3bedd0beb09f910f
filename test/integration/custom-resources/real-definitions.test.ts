import { describe, expect, test } from '@jest/globals';
import { apiextensionsCustomResourceDefinitions as definitions } from '../../../src/scheme/generated/resources.ts';
import type { CustomResourceDefinition } from '../../../src/scheme/generated/types/apiextensions-v1.ts';
import { applications } from '../../support/definitions/argo-cd.ts';
import { certificates, clusterIssuers, issuers } from '../../support/definitions/cert-manager.ts';
import { gateways, httpRoutes } from '../../support/definitions/gateway-api.ts';
import { prometheuses, serviceMonitors } from '../../support/definitions/prometheus-operator.ts';
import { type TestGraphql, testGraphql } from '../../support/graphql-server.ts';

const ALL = [
  certificates,
  issuers,
  clusterIssuers,
  applications,
  serviceMonitors,
  prometheuses,
  gateways,
  httpRoutes,
];

async function withDefinitions(
  ...wanted: readonly CustomResourceDefinition[]
): Promise<TestGraphql> {
  const plane = await testGraphql();
  for (const definition of wanted) await plane.api.client.create(definitions, definition);
  return plane;
}

async function apply({ client }: TestGraphql, ...objects: readonly object[]) {
  const { apply: applied } = await client.request<{
    apply: { operation: string; message: string }[];
  }>('mutation ($manifest: String!) { apply(manifest: $manifest) { operation message } }', {
    manifest: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
  });
  return applied;
}

const admitted = [expect.objectContaining({ operation: 'CREATED' })];

const certificate = (spec: object) => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: { name: 'web' },
  spec: { secretName: 'web-tls', issuerRef: { name: 'ca' }, ...spec },
});
const gateway = (...listeners: readonly object[]) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'edge' },
  spec: { gatewayClassName: 'standard', listeners },
});
const route = (...rules: readonly object[]) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'web' },
  spec: { parentRefs: [{ name: 'edge' }], rules },
});

/** Groups of Kubernetes itself must have been approved, and say so. */
function conditionsWanted({ spec }: CustomResourceDefinition): readonly string[] {
  const isProtected = spec.group.endsWith('.k8s.io');
  const approval = isProtected ? ['KubernetesAPIApprovalPolicyConformant=True'] : [];
  return ['NamesAccepted=True', 'Established=True', ...approval];
}

describe('definitions as large and awkward as those in use', () => {
  test('are all served, side by side, in one valid schema', async () => {
    await using plane = await withDefinitions(...ALL);
    const { items } = await plane.api.client.list(definitions);
    expect(
      items.map(({ status }) => status?.conditions?.map(({ type, status: is }) => `${type}=${is}`)),
    ).toEqual(items.map(conditionsWanted));
    const { __schema } = await plane.client.request<{
      __schema: { queryType: { fields: { name: string }[] } };
    }>('{ __schema { queryType { fields { name } } } }');
    expect(__schema.queryType.fields.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'cert_manager_io',
        'argoproj_io',
        'monitoring_coreos_com',
        'gatewayNetworking',
      ]),
    );
  });

  test('type a Certificate to its last field', async () => {
    await using plane = await withDefinitions(certificates);
    expect(
      await apply(
        plane,
        certificate({
          dnsNames: ['example.com'],
          privateKey: { algorithm: 'ECDSA', size: 256 },
          keystores: {
            pkcs12: {
              create: true,
              passwordSecretRef: { name: 'p', key: 'k' },
              profile: 'Modern2023',
            },
          },
          usages: ['server auth', 's/mime'],
        }),
      ),
    ).toEqual(admitted);
    const answer =
      await plane.client.request(`{ cert_manager_io { v1 { certificate(namespace: "default", name: "web") {
      spec { secretName dnsNames usages privateKey { algorithm size } keystores { pkcs12 { profile passwordSecretRef { key } } } }
    } } } }`);
    expect(answer).toEqual({
      cert_manager_io: {
        v1: {
          certificate: {
            spec: {
              secretName: 'web-tls',
              dnsNames: ['example.com'],
              usages: ['server_auth', 's_mime'],
              privateKey: { algorithm: 'ECDSA', size: 256 },
              keystores: { pkcs12: { profile: 'Modern2023', passwordSecretRef: { key: 'k' } } },
            },
          },
        },
      },
    });
  });

  test('refuse by their rules', async () => {
    await using plane = await withDefinitions(certificates, gateways, httpRoutes);
    const refusals: [object, string][] = [
      [certificate({}), 'spec: Invalid value: "object": at least one name is required'],
      [
        gateway({ name: 'a', port: 80, protocol: 'HTTP', tls: { mode: 'Passthrough' } }),
        'spec.listeners: Invalid value: "array": tls is for encrypted protocols alone',
      ],
      [
        gateway({ name: 'a', port: 443, protocol: 'HTTPS', tls: {} }),
        'spec.listeners[0].tls: Invalid value: "object": a terminating listener needs certificates or options',
      ],
      [
        gateway(
          { name: 'a', port: 80, protocol: 'HTTP' },
          { name: 'b', port: 80, protocol: 'HTTP' },
        ),
        'spec.listeners: Invalid value: "array": port, protocol and hostname together must be of one listener',
      ],
      [
        gateway(
          { name: 'a', port: 80, protocol: 'HTTP' },
          { name: 'a', port: 81, protocol: 'HTTP' },
        ),
        'spec.listeners[1]: Duplicate value: {"name":"a"}',
      ],
      [gateway(), 'spec.listeners in body should have at least 1 items'],
      [
        route({ matches: [{ path: { value: 'web' } }] }),
        'spec.rules[0].matches[0].path: Invalid value: "object": the path web does not begin with a slash',
      ],
      [
        route({ backendRefs: [{ name: 'web' }] }),
        'spec.rules[0].backendRefs[0]: Invalid value: "object": a Service is referred to with its port',
      ],
      [
        route({ filters: [{ type: 'RequestRedirect' }] }),
        'spec.rules[0].filters[0].requestRedirect: Invalid value: "object": requestRedirect goes with its type',
      ],
      [route({ timeouts: { request: 'soon' } }), "should match '^([0-9]{1,5}(h|m|s|ms)){1,4}$'"],
    ];
    for (const [object, problem] of refusals) {
      const [applied] = await apply(plane, object);
      expect(applied).toEqual({ operation: 'FAILED', message: expect.stringContaining(problem) });
    }
  });

  test('fill in their defaults, in every version', async () => {
    await using plane = await withDefinitions(gateways, httpRoutes);
    expect(
      await apply(plane, gateway({ name: 'web', port: 80, protocol: 'HTTP', allowedRoutes: {} })),
    ).toEqual(admitted);
    expect(await apply(plane, route({ backendRefs: [{ name: 'web', port: 80 }] }))).toEqual(
      admitted,
    );
    const answer = await plane.client.request(`{ gatewayNetworking {
      v1beta1 { httpRoutes { items { apiVersion spec { parentRefs { group kind name } rules { matches { path { type value } } backendRefs { kind weight } } } } } }
      v1 { gateways { items { spec { listeners { allowedRoutes { namespaces { from } } } } } } }
    } }`);
    expect(answer).toEqual({
      gatewayNetworking: {
        v1beta1: {
          httpRoutes: {
            items: [
              {
                apiVersion: 'gateway.networking.k8s.io/v1beta1',
                spec: {
                  parentRefs: [
                    { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' },
                  ],
                  rules: [
                    {
                      matches: [{ path: { type: 'PathPrefix', value: '/' } }],
                      backendRefs: [{ kind: 'Service', weight: 1 }],
                    },
                  ],
                },
              },
            ],
          },
        },
        v1: {
          gateways: {
            items: [{ spec: { listeners: [{ allowedRoutes: { namespaces: { from: 'Same' } } }] } }],
          },
        },
      },
    });
  });

  test('spell out whole Pods, keep what they do not know where they say so, and scale', async () => {
    await using plane = await withDefinitions(prometheuses);
    const containers = [
      {
        name: 'sidecar',
        image: 'busybox',
        ports: [{ containerPort: 80 }],
        resources: { limits: { cpu: 1, memory: '1Gi' } },
      },
    ];
    expect(
      await apply(plane, {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'Prometheus',
        metadata: { name: 'main' },
        spec: {
          replicas: 2,
          containers,
          experimental: { any: ['thing'] },
          storage: {
            volumeClaimTemplate: {
              apiVersion: 'v1',
              kind: 'PersistentVolumeClaim',
              metadata: { name: 'data' },
              spec: { accessModes: ['ReadWriteOnce'] },
            },
          },
        },
      }),
    ).toEqual(admitted);
    const answer = await plane.client.request(`mutation {
      scaleMonitoring_coreos_comV1Prometheus(namespace: "default", name: "main", replicas: 3) {
        spec { shards evaluationInterval portName experimental containers { name ports { containerPort } resources { limits } }
          storage { volumeClaimTemplate { kind metadata spec { accessModes } } } }
      }
    }`);
    expect(answer).toEqual({
      scaleMonitoring_coreos_comV1Prometheus: {
        spec: {
          shards: 3,
          evaluationInterval: '30s',
          portName: 'web',
          experimental: { any: ['thing'] },
          containers: [
            {
              name: 'sidecar',
              ports: [{ containerPort: 80 }],
              resources: { limits: { cpu: 1, memory: '1Gi' } },
            },
          ],
          storage: {
            volumeClaimTemplate: {
              kind: 'PersistentVolumeClaim',
              metadata: { name: 'data' },
              spec: { accessModes: ['ReadWriteOnce'] },
            },
          },
        },
      },
    });
  });

  test('change a status that has no door of its own, beside a field that is neither spec nor status', async () => {
    await using plane = await withDefinitions(applications);
    const application = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'guestbook' },
      spec: {
        project: 'default',
        destination: { server: 'https://kubernetes.default.svc' },
        source: {
          repoURL: 'https://example.com/apps',
          helm: { valuesObject: { deep: { er: 1 } } },
        },
      },
    };
    expect(await apply(plane, application)).toEqual(admitted);
    const answer = await plane.client.request(`mutation {
      patchArgoproj_ioV1alpha1Application(namespace: "default", name: "guestbook",
        patch: { operation: { sync: { prune: true } }, status: { sync: { status: "Synced" }, health: { status: "Healthy" } } }) {
        metadata { generation } operation { sync { prune } } status { sync { status } } spec { source { helm { valuesObject } } }
      }
    }`);
    expect(answer).toEqual({
      patchArgoproj_ioV1alpha1Application: {
        metadata: { generation: 2 },
        operation: { sync: { prune: true } },
        status: { sync: { status: 'Synced' } },
        spec: { source: { helm: { valuesObject: { deep: { er: 1 } } } } },
      },
    });
  });
});
