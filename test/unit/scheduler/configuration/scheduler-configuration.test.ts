import { describe, expect, test } from '@jest/globals';
import { ClusterCache } from '../../../../src/scheduler/cluster-cache.ts';
import { parseSchedulerConfiguration } from '../../../../src/scheduler/configuration/scheduler-configuration.ts';
import type { Plugin, Profile } from '../../../../src/scheduler/framework.ts';
import type { NodeFields, PodFields } from '../../../support/builders.ts';
import { pluginHandle, TestCluster } from '../../../support/scheduling.ts';

const HEAD = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };

function profilesOf(rest: object): readonly Profile[] {
  const handle = pluginHandle(new ClusterCache());
  return parseSchedulerConfiguration({ ...HEAD, ...rest }).createProfiles(handle);
}

const onlyProfile = (profile: object): Profile => {
  const [first] = profilesOf({ profiles: [profile] });
  if (!first) throw new Error('there is no profile');
  return first;
};

const namesOf = ({ plugins }: Profile): string[] => plugins.map(({ name }) => name);

function pluginOf({ plugins }: Profile, name: string): Plugin {
  const found = plugins.find((plugin) => plugin.name === name);
  if (!found) throw new Error(`${name} is not there`);
  return found;
}

/** A cluster whose only profile has these arguments for a plugin. */
function clusterWithArgs(name: string, args: object, nodes: readonly NodeFields[]): TestCluster {
  const profiles = [{ pluginConfig: [{ name, args }] }];
  const configuration = parseSchedulerConfiguration({ ...HEAD, profiles });
  const createProfile: ConstructorParameters<typeof TestCluster>[1] = {
    createProfile: (handle) => configuration.createProfiles(handle)[0] as Profile,
  };
  return new TestCluster(nodes, createProfile);
}

describe('profiles', () => {
  test('are the default one where none is named', () => {
    const [profile] = profilesOf({});
    expect(profile?.schedulerName).toBe('default-scheduler');
    expect(profile && namesOf(profile)).toEqual([
      'PrioritySort',
      'SchedulingGates',
      'NodeUnschedulable',
      'NodeName',
      'NodeDeclaredFeatures',
      'TaintToleration',
      'NodeAffinity',
      'NodePorts',
      'NodeResourcesFit',
      'VolumeRestrictions',
      'NodeVolumeLimits',
      'VolumeBinding',
      'VolumeZone',
      'PodTopologySpread',
      'InterPodAffinity',
      'DynamicResources',
      'DefaultPreemption',
      'NodeResourcesBalancedAllocation',
      'ImageLocality',
      'DefaultBinder',
    ]);
    expect(profile?.weights).toMatchObject({
      TaintToleration: 3,
      NodeAffinity: 2,
      PodTopologySpread: 2,
      InterPodAffinity: 2,
      NodeResourcesFit: 1,
    });
  });

  test('can be several, each of a name', () => {
    const profiles = profilesOf({ profiles: [{}, { schedulerName: 'second' }] });
    expect(profiles.map(({ schedulerName }) => schedulerName)).toEqual([
      'default-scheduler',
      'second',
    ]);
  });

  test('leave a plugin out everywhere', () => {
    const plugins = { multiPoint: { disabled: [{ name: 'TaintToleration' }] } };
    expect(namesOf(onlyProfile({ plugins }))).not.toContain('TaintToleration');
  });

  test('leave a plugin out at one point', () => {
    const plugins = { score: { disabled: [{ name: 'NodeAffinity' }] } };
    const plugin = pluginOf(onlyProfile({ plugins }), 'NodeAffinity');
    expect(plugin.preScore).toBeUndefined();
    expect(plugin.preFilter).toBeDefined();
  });

  test('leave every score out but one, with a weight of its own', () => {
    const plugins = {
      score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit', weight: 7 }] },
    };
    const profile = onlyProfile({ plugins });
    const scoring = profile.plugins.filter(
      ({ preScore, preScoreDomains }) => preScore ?? preScoreDomains,
    );
    expect(scoring.map(({ name }) => name)).toEqual(['NodeResourcesFit']);
    expect(profile.weights.NodeResourcesFit).toBe(7);
  });

  test('are made of what is enabled alone, after everything was disabled', () => {
    const plugins = {
      multiPoint: {
        disabled: [{ name: '*' }],
        enabled: [{ name: 'PrioritySort' }, { name: 'NodeName' }, { name: 'DefaultBinder' }],
      },
    };
    expect(namesOf(onlyProfile({ plugins }))).toEqual([
      'PrioritySort',
      'NodeName',
      'DefaultBinder',
    ]);
  });
});

describe('arguments', () => {
  const NODES = [{ name: 'a' }, { name: 'b' }];
  const POD: PodFields = { requests: { cpu: '1', memory: '1Gi' } };

  const strategies: [title: string, strategy: object, best: string][] = [
    ['least allocated spreads', { type: 'LeastAllocated' }, 'b'],
    ['most allocated packs', { type: 'MostAllocated' }, 'a'],
    [
      'a shape that rises packs',
      {
        type: 'RequestedToCapacityRatio',
        requestedToCapacityRatio: {
          shape: [
            { utilization: 0, score: 0 },
            { utilization: 100, score: 10 },
          ],
        },
      },
      'a',
    ],
    [
      'a shape that falls spreads',
      {
        type: 'RequestedToCapacityRatio',
        requestedToCapacityRatio: {
          shape: [
            { utilization: 0, score: 10 },
            { utilization: 100, score: 0 },
          ],
        },
      },
      'b',
    ],
  ];
  test.each(strategies)('of NodeResourcesFit: %s', (_, scoringStrategy, best) => {
    const cluster = clusterWithArgs('NodeResourcesFit', { scoringStrategy }, NODES);
    cluster.place('a', { requests: { cpu: '1', memory: '2Gi' } });
    expect(cluster.best(POD)).toBe(best);
  });

  test('of NodeResourcesFit: extended resources can be scored and ignored', () => {
    const extended = { 'example.com/gpu': '4' };
    const nodes = [
      { name: 'a', extended },
      { name: 'b', extended },
    ];
    const resources = [{ name: 'example.com/gpu', weight: 100 }];
    const scoringStrategy = { type: 'MostAllocated', resources };
    const packing = clusterWithArgs('NodeResourcesFit', { scoringStrategy }, nodes);
    packing.place('b', { requests: { 'example.com/gpu': '1', cpu: '1', memory: '2Gi' } });
    expect(packing.best({ requests: { 'example.com/gpu': '1' } })).toBe('b');
    const ignoring = clusterWithArgs(
      'NodeResourcesFit',
      { ignoredResourceGroups: ['example.com'], ignoredResources: ['other.com/x'] },
      NODES,
    );
    const wants = { 'example.com/gpu': '1', 'other.com/x': '1' };
    expect(ignoring.best({ requests: wants })).toBeDefined();
  });

  test('of NodeAffinity: what the profile adds holds for every pod', () => {
    const addedAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'Exists' }] }],
      },
    };
    const args = { addedAffinity };
    const inPool = { name: 'b', labels: { pool: 'x' } };
    expect(clusterWithArgs('NodeAffinity', args, [{ name: 'a' }, inPool]).best({})).toBe('b');
    expect(clusterWithArgs('NodeAffinity', args, [{ name: 'a' }]).message({})).toBe(
      "0/1 nodes are available: 1 node(s) didn't match scheduler-enforced node affinity.",
    );
  });

  test('of PodTopologySpread: the constraints of those that have none', () => {
    const args = {
      defaultingType: 'List',
      defaultConstraints: [
        { topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', minDomains: 2 },
      ],
    };
    const profiles = [{ pluginConfig: [{ name: 'PodTopologySpread', args }] }];
    const configuration = parseSchedulerConfiguration({ ...HEAD, profiles });
    const nodes = ['a', 'b'].map((name) => ({ name, labels: { zone: name } }));
    const cluster = new TestCluster(nodes, {
      workloadSelector: () => [{ key: 'app', operator: 'in', values: ['web'] }],
      createProfile: (handle) => configuration.createProfiles(handle)[0] as Profile,
    }).place('a', { labels: { app: 'web' } });
    expect(cluster.feasible({ labels: { app: 'web' } })).toEqual(['b']);
  });

  test('of InterPodAffinity: those that must be near draw as strongly as told', () => {
    const cluster = clusterWithArgs('InterPodAffinity', { hardPodAffinityWeight: 0 }, [
      { name: 'a', labels: { zone: 'a' } },
      { name: 'b', labels: { zone: 'b' } },
    ]);
    const podAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } } },
      ],
    };
    cluster.place('a', { labels: { app: 'web' }, spec: { affinity: { podAffinity } } });
    expect(cluster.best({ labels: { app: 'web' } })).toBe('b');
  });
});

describe('what is wrong is said with its place', () => {
  const cases: [title: string, configuration: object, message: string][] = [
    ['another kind', { kind: 'Pod' }, 'kind: must be KubeSchedulerConfiguration'],
    ['another version', { apiVersion: 'v1' }, 'apiVersion: must be kubescheduler.config.k8s.io/v1'],
    ['an unknown member', { profile: [] }, 'profile: is not known, did you mean "profiles"?'],
    [
      'an unknown plugin',
      { profiles: [{ plugins: { filter: { disabled: [], enabled: [{ name: 'NodePort' }] } } }] },
      'profiles[0].plugins.filter.enabled[0].name: plugin "NodePort" is not known, did you mean "NodePorts"?',
    ],
    [
      'a plugin that is named twice',
      {
        profiles: [
          { plugins: { score: { enabled: [{ name: 'NodeAffinity' }, { name: 'NodeAffinity' }] } } },
        ],
      },
      'profiles[0].plugins.score.enabled[1].name: plugin "NodeAffinity" already registered',
    ],
    [
      'two profiles of a name',
      { profiles: [{}, {}] },
      'profiles[1].schedulerName: is the name of another profile',
    ],
    [
      'a profile that binds nothing',
      { profiles: [{ plugins: { bind: { disabled: [{ name: '*' }] } } }] },
      'profiles[0].plugins.bind: a profile needs a bind plugin',
    ],
    [
      'a profile without an order',
      { profiles: [{ plugins: { queueSort: { disabled: [{ name: '*' }] } } }] },
      'profiles[0].plugins.queueSort: a profile needs one queueSort plugin',
    ],
    [
      'a percentage beyond the whole',
      { percentageOfNodesToScore: 101 },
      'percentageOfNodesToScore: must be a whole number, from 0 to 100',
    ],
    [
      'an extender without a place',
      { extenders: [{ filterVerb: 'filter' }] },
      'extenders[0].urlPrefix: must not be empty',
    ],
    [
      'an extender that is not over HTTP',
      { extenders: [{ urlPrefix: 'ftp://host' }] },
      'extenders[0].urlPrefix: must begin with http:// or https://',
    ],
    [
      'scores of an extender that have no weight',
      { extenders: [{ urlPrefix: 'http://host', prioritizeVerb: 'prioritize', weight: 0 }] },
      'extenders[0].weight: must have a positive weight applied to it',
    ],
    [
      'an extender without time to answer',
      { extenders: [{ urlPrefix: 'http://host', httpTimeout: 'soon' }] },
      'extenders[0].httpTimeout: must be a duration, such as 5s',
    ],
    [
      'what an extender manages that is no extended resource',
      { extenders: [{ urlPrefix: 'http://host', managedResources: [{ name: 'cpu' }] }] },
      'extenders[0].managedResources[0].name: cpu is an invalid extended resource name',
    ],
    [
      'an authority where no certificate is checked',
      {
        extenders: [
          {
            urlPrefix: 'https://host',
            tlsConfig: { insecure: true, caFile: '/nowhere/ca.pem', caData: 'bm8gUEVN' },
          },
        ],
      },
      'extenders[0].tlsConfig.insecure: specifying a root certificates file with the insecure flag is not allowed',
    ],
    [
      'a file of an extender that is not there',
      { extenders: [{ urlPrefix: 'https://host', tlsConfig: { caFile: '/nowhere/ca.pem' } }] },
      'extenders[0].tlsConfig.caFile: cannot be read',
    ],
    [
      'a certificate without its key',
      { extenders: [{ urlPrefix: 'https://host', tlsConfig: { certData: 'bm8gUEVN' } }] },
      'extenders[0].tlsConfig: a certificate and its key go together',
    ],
    [
      'a certificate that is none',
      {
        extenders: [
          { urlPrefix: 'https://host', tlsConfig: { certData: 'bm8gUEVN', keyData: 'bm8gUEVN' } },
        ],
      },
      'extenders[0].tlsConfig: cannot be used',
    ],
    [
      'two extenders that bind',
      {
        extenders: [
          { urlPrefix: 'http://a', bindVerb: 'bind' },
          { urlPrefix: 'http://b', bindVerb: 'bind' },
        ],
      },
      'extenders: only one extender can implement bind',
    ],
    [
      'a backoff that shrinks',
      { podInitialBackoffSeconds: 5, podMaxBackoffSeconds: 2 },
      'podMaxBackoffSeconds: must not be less than podInitialBackoffSeconds',
    ],
    [
      'a strategy that is none',
      {
        profiles: [
          {
            pluginConfig: [
              { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'Best' } } },
            ],
          },
        ],
      },
      'profiles[0].pluginConfig[0].args.scoringStrategy.type: must be one of LeastAllocated, MostAllocated, RequestedToCapacityRatio',
    ],
    [
      'a shape that goes back',
      {
        profiles: [
          {
            pluginConfig: [
              {
                name: 'NodeResourcesFit',
                args: {
                  scoringStrategy: {
                    type: 'RequestedToCapacityRatio',
                    requestedToCapacityRatio: {
                      shape: [
                        { utilization: 50, score: 0 },
                        { utilization: 10, score: 1 },
                      ],
                    },
                  },
                },
              },
            ],
          },
        ],
      },
      'profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: utilization values must be sorted in increasing order',
    ],
    [
      'arguments for a plugin that has none',
      { profiles: [{ pluginConfig: [{ name: 'NodeName', args: { strict: true } }] }] },
      'profiles[0].pluginConfig[0].args.strict: is not known',
    ],
    [
      'arguments that come twice',
      { profiles: [{ pluginConfig: [{ name: 'NodeName' }, { name: 'NodeName' }] }] },
      'profiles[0].pluginConfig[1].name: repeated config for plugin NodeName',
    ],
    [
      'default constraints that would not be used',
      {
        profiles: [
          {
            pluginConfig: [
              {
                name: 'PodTopologySpread',
                args: {
                  defaultConstraints: [
                    { topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' },
                  ],
                },
              },
            ],
          },
        ],
      },
      'profiles[0].pluginConfig[0].args.defaultingType: when .defaultConstraints are not empty, must be List',
    ],
  ];
  test.each(cases)('%s', (_, configuration, message) => {
    expect(() => parseSchedulerConfiguration({ ...HEAD, ...configuration })).toThrow(message);
  });
});
