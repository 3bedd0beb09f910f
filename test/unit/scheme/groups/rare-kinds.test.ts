/** Kinds of which a cluster has few objects, and of which most users see none. */
import { describe, expect, test } from '@jest/globals';
import type { APIService } from '../../../../src/scheme/generated/types/apiregistration-v1.ts';
import type { LeaseCandidate } from '../../../../src/scheme/generated/types/coordination-v1beta1.ts';
import type {
  IPAddress,
  ServiceCIDR,
} from '../../../../src/scheme/generated/types/networking-v1.ts';
import type {
  PodGroup,
  Workload,
} from '../../../../src/scheme/generated/types/scheduling-v1alpha2.ts';
import type { StorageVersionMigration } from '../../../../src/scheme/generated/types/storagemigration-v1beta1.ts';
import { apiServiceStrategy } from '../../../../src/scheme/groups/apiregistration/api-service.ts';
import { leaseCandidateStrategy } from '../../../../src/scheme/groups/coordination/lease-candidate.ts';
import { ipAddressStrategy } from '../../../../src/scheme/groups/networking/ip-address.ts';
import { serviceCidrStrategy } from '../../../../src/scheme/groups/networking/service-cidr.ts';
import {
  podGroupStrategy,
  workloadStrategy,
} from '../../../../src/scheme/groups/scheduling/pod-groups.ts';
import { storageVersionMigrationStrategy } from '../../../../src/scheme/groups/storagemigration/storage-version-migration.ts';
import { nameProblems } from '../../../../src/scheme/names.ts';
import { exampleOf } from '../../../support/kind-examples.ts';
import { judgesStatuses, judgesUpdates, refusesOnCreate, rowOf } from './harness.ts';

describe('an API service', () => {
  const SERVICE = exampleOf<APIService>('apiregistration.k8s.io/v1', 'APIService');
  const SERVED = {
    ...SERVICE,
    spec: { ...SERVICE.spec, service: { namespace: 'a', name: 'b' } },
  } as APIService;
  refusesOnCreate(apiServiceStrategy, SERVICE, [
    [
      { 'metadata.name': 'apps' },
      'metadata.name: Invalid value: "apps": must be `spec.version+"."+spec.group`: "v1.shop.example.com"',
    ],
    [
      { 'metadata.name': 'v2.', 'spec.group': '', 'spec.version': 'v2' },
      'spec.group: Required value: only v1 may have an empty group and it better be legacy kube',
    ],
    [
      { 'spec.groupPriorityMinimum': 0 },
      'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
    ],
    [
      { 'spec.versionPriority': 1001 },
      'spec.versionPriority: Invalid value: 1001: must be positive and less than 1000',
    ],
    [
      { 'spec.caBundle': 'YWJj', 'spec.insecureSkipTLSVerify': true },
      'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
      'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
    ],
  ]);
  refusesOnCreate(apiServiceStrategy, SERVED, [
    [{ 'spec.service.name': '' }, 'spec.service.name: Required value'],
    [{ 'spec.service.namespace': '' }, 'spec.service.namespace: Required value'],
    [
      { 'spec.service.port': 70_000 },
      'spec.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive',
    ],
    [
      { 'spec.caBundle': 'YWJj', 'spec.insecureSkipTLSVerify': true },
      'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
    ],
  ]);
  test('is shown with who serves it', () => {
    expect(rowOf(apiServiceStrategy, SERVICE)).toMatchObject({ Service: 'Local' });
    const status = { conditions: [{ type: 'Available', status: 'True' }] };
    expect(rowOf(apiServiceStrategy, { ...SERVED, status })).toMatchObject({
      Service: 'a/b',
      Available: 'True',
    });
  });
});

describe('an address', () => {
  const ADDRESS = exampleOf<IPAddress>('networking.k8s.io/v1', 'IPAddress');
  refusesOnCreate(ipAddressStrategy, ADDRESS, [
    [{ 'spec.parentRef': undefined }, 'spec.parentRef: Required value'],
    [{ 'spec.parentRef.resource': '' }, 'spec.parentRef.resource: Required value'],
    [
      { 'spec.parentRef.name': 'a/b' },
      'spec.parentRef.name: Invalid value: "a/b": may not contain \'/\'',
    ],
  ]);
  judgesUpdates(ipAddressStrategy, ADDRESS, [
    [
      { 'spec.parentRef.name': 'b' },
      'spec.parentRef: Invalid value: {"resource":"services","namespace":"default","name":"b"}: field is immutable',
    ],
  ]);
  test('is named in its canonical form', () => {
    expect(nameProblems('ip-address', '10.0.0.1')).toEqual([]);
    expect(nameProblems('ip-address', '2001:DB8::0001')).toEqual([
      'must be in canonical form ("2001:db8::1")',
    ]);
    expect(nameProblems('ip-address', 'a')).toEqual([
      'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ]);
    expect(rowOf(ipAddressStrategy, ADDRESS)).toMatchObject({ ParentRef: 'services/default/web' });
  });
});

describe('a range of addresses for Services', () => {
  const RANGE = exampleOf<ServiceCIDR>('networking.k8s.io/v1', 'ServiceCIDR');
  const P = 'spec.cidrs';
  refusesOnCreate(serviceCidrStrategy, RANGE, [
    [{ [P]: [] }, `${P}: Required value: at least one CIDR required`],
    [
      { [P]: ['10.0.0.0/24', '10.0.1.0/24'] },
      `${P}: Invalid value: ["10.0.0.0/24","10.0.1.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96`,
    ],
    [
      { [P]: ['10.0.0.0/24', 'fd00::/64', '10.0.1.0/24'] },
      `${P}: Invalid value: ["10.0.0.0/24","fd00::/64","10.0.1.0/24"]: may only hold up to 2 values`,
    ],
    [
      { [P]: ['10.0.0.0'] },
      `${P}[0]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`,
    ],
  ]);
  judgesUpdates(serviceCidrStrategy, RANGE, [
    [{ [P]: ['10.0.0.0/24', 'fd00::/64'] }],
    [{ [P]: ['10.1.0.0/24'] }, `${P}: Invalid value: ["10.1.0.0/24"]: field is immutable`],
    [
      { [P]: ['10.1.0.0/24', 'fd00::/64'] },
      `${P}[0]: Invalid value: "10.1.0.0/24": field is immutable`,
    ],
  ]);
});

describe('a candidate for a lease', () => {
  const CANDIDATE = exampleOf<LeaseCandidate>('coordination.k8s.io/v1beta1', 'LeaseCandidate');
  refusesOnCreate(leaseCandidateStrategy, CANDIDATE, [
    [{ 'spec.leaseName': '' }, 'spec.leaseName: Required value'],
    [
      { 'spec.binaryVersion': 'new' },
      'spec.binaryVersion: Invalid value: "new": must be a valid semantic version',
    ],
    [
      { 'spec.emulationVersion': 'old' },
      'spec.emulationVersion: Invalid value: "old": must be a valid semantic version',
    ],
    [
      { 'spec.emulationVersion': '1.37.0' },
      'spec.binaryVersion: Invalid value: "1.36.0": must be greater than or equal to `emulationVersion`',
    ],
    [
      { 'spec.emulationVersion': undefined },
      "spec.emulationVersion: Required value: must be specified when `strategy` is 'OldestEmulationVersion'",
    ],
    [
      { 'spec.strategy': 'Newest' },
      'spec.strategy: Unsupported value: "Newest": supported values: "OldestEmulationVersion"',
    ],
    [{ 'spec.strategy': '' }, 'spec.strategy: Required value'],
  ]);
  judgesUpdates(leaseCandidateStrategy, CANDIDATE, [
    [{ 'spec.leaseName': 'b' }, 'spec.leaseName: Invalid value: "b": field is immutable'],
  ]);
});

describe('a migration of stored objects', () => {
  const MIGRATION = exampleOf<StorageVersionMigration>(
    'storagemigration.k8s.io/v1beta1',
    'StorageVersionMigration',
  );
  refusesOnCreate(storageVersionMigrationStrategy, MIGRATION, [
    [
      { 'spec.resource.resource': '' },
      'spec.resource.resource: Required value: resource is required',
    ],
    [{ spec: undefined }, 'spec: Required value'],
  ]);
  judgesUpdates(storageVersionMigrationStrategy, MIGRATION, [
    [
      { 'spec.resource.resource': 'pods' },
      'spec: Invalid value: {"resource":{"group":"apps","resource":"pods"}}: field is immutable',
    ],
  ]);
  const condition = (type: string) => ({
    type,
    status: 'True',
    reason: 'Done',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  const both = [condition('Succeeded'), condition('Failed')];
  judgesStatuses(storageVersionMigrationStrategy, MIGRATION, [
    [{ conditions: [condition('Succeeded')] }],
    [
      { conditions: both },
      `status.conditions: Invalid value: ${JSON.stringify(both)}: Both success and failed conditions cannot be true at the same time`,
    ],
  ]);
});

describe('Pods that go together', () => {
  const GROUP = exampleOf<PodGroup>('scheduling.k8s.io/v1alpha2', 'PodGroup');
  const claim = (members: object) => ({ 'spec.resourceClaims': [{ name: 'a', ...members }] });
  const ONE = 'exactly one of `resourceClaimName`, `resourceClaimTemplateName` is required';
  refusesOnCreate(podGroupStrategy, GROUP, [
    [
      { 'spec.schedulingPolicy': {} },
      'spec.schedulingPolicy: Invalid value: "": must specify one of: `basic`, `gang`',
    ],
    [
      { 'spec.schedulingPolicy.basic': {} },
      'spec.schedulingPolicy: Invalid value: "{`basic`, `gang`}": exactly one of `basic`, `gang` is required, but multiple fields are set',
    ],
    [
      { 'spec.schedulingPolicy.gang.minCount': 0 },
      'spec.schedulingPolicy.gang.minCount: Required value',
    ],
    [
      { 'spec.schedulingPolicy.gang.minCount': -1 },
      'spec.schedulingPolicy.gang.minCount: Invalid value: -1: must be greater than 0',
    ],
    [claim({}), `spec.resourceClaims[0]: Invalid value: "a": ${ONE}`],
    [
      claim({ resourceClaimName: 'b', resourceClaimTemplateName: 'c' }),
      `spec.resourceClaims[0]: Invalid value: "a": ${ONE}`,
    ],
    [
      { 'spec.disruptionMode': 'Node' },
      'spec.disruptionMode: Unsupported value: "Node": supported values: "Pod", "PodGroup"',
    ],
    [
      { 'spec.podGroupTemplateRef': { workload: { workloadName: '', podGroupTemplateName: 'a' } } },
      'spec.podGroupTemplateRef.workload.workloadName: Required value',
    ],
  ]);

  const WORKLOAD = exampleOf<Workload>('scheduling.k8s.io/v1alpha2', 'Workload');
  const T = 'spec.podGroupTemplates';
  refusesOnCreate(workloadStrategy, WORKLOAD, [
    [{ [T]: [] }, `${T}: Required value: must have at least one item`],
    [{ [`${T}.0.name`]: '' }, `${T}[0].name: Required value`],
    [
      { [`${T}.1`]: { name: 'workers', schedulingPolicy: { basic: {} } } },
      `${T}[1]: Duplicate value: "workers"`,
    ],
    [
      { 'spec.controllerRef': { kind: '', name: 'a/b' } },
      'spec.controllerRef.kind: Required value',
      'spec.controllerRef.name: Invalid value: "a/b": may not contain \'/\'',
    ],
  ]);
  judgesUpdates(workloadStrategy, WORKLOAD, [
    [{ 'spec.controllerRef': { kind: 'Job', name: 'a' } }],
    [{ [T]: [] }, `${T}: Invalid value: []: field is immutable`],
  ]);
});
