import { describe, expect, it } from 'vitest';
import { readScenario } from './resolve.ts';
import { readSchedulerConfiguration } from './scheduler-configuration.ts';

const HEAD = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };

function read(rest: Readonly<Record<string, unknown>>): unknown {
  const result = readSchedulerConfiguration({ ...HEAD, ...rest });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

function problems(raw: unknown): readonly string[] {
  const result = readSchedulerConfiguration(raw);
  if (result.ok) throw new Error('nothing was found to be wrong');
  return result.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

function ofProfile(profile: Readonly<Record<string, unknown>>): readonly string[] {
  return problems({ ...HEAD, profiles: [profile] });
}

function ofArguments(name: string, args: unknown): readonly string[] {
  return ofProfile({ pluginConfig: [{ name, args }] });
}

const DEFAULT_PROFILE = { schedulerName: 'default-scheduler', plugins: {}, pluginConfig: [] };

describe('a KubeSchedulerConfiguration', () => {
  it('has one profile of the default plugins unless it says otherwise', () => {
    expect(read({})).toEqual({ ...HEAD, profiles: [DEFAULT_PROFILE] });
    expect(read({ profiles: [] })).toEqual({ ...HEAD, profiles: [DEFAULT_PROFILE] });
  });

  it('is read with its defaults filled in, and then read again as it is', () => {
    const value = read({
      percentageOfNodesToScore: 0,
      podInitialBackoffSeconds: 2,
      podMaxBackoffSeconds: 20,
      parallelism: 16,
      leaderElection: { leaderElect: false },
      clientConnection: { kubeconfig: '/etc/kubernetes/scheduler.conf', qps: 100, burst: 0 },
      profiles: [
        {
          schedulerName: 'packing',
          plugins: {
            score: { enabled: [{ name: 'NodeResourcesFit', weight: 4 }], disabled: [{ name: '*' }] },
          },
          pluginConfig: [
            {
              name: 'NodeResourcesFit',
              args: {
                kind: 'NodeResourcesFitArgs',
                apiVersion: HEAD.apiVersion,
                scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'nvidia.com/gpu' }] },
              },
            },
            { name: 'DefaultPreemption', args: { minCandidateNodesAbsolute: 5 } },
            { name: 'PodTopologySpread', args: { defaultingType: 'System' } },
          ],
        },
      ],
    });
    expect(value).toEqual({
      ...HEAD,
      percentageOfNodesToScore: 0,
      podInitialBackoffSeconds: 2,
      podMaxBackoffSeconds: 20,
      clientConnection: { qps: 100 },
      profiles: [
        {
          schedulerName: 'packing',
          plugins: {
            score: { enabled: [{ name: 'NodeResourcesFit', weight: 4 }], disabled: [{ name: '*' }] },
          },
          pluginConfig: [
            {
              name: 'NodeResourcesFit',
              args: {
                scoringStrategy: {
                  type: 'MostAllocated',
                  resources: [{ name: 'nvidia.com/gpu', weight: 1 }],
                },
                ignoredResources: [],
                ignoredResourceGroups: [],
              },
            },
            {
              name: 'DefaultPreemption',
              args: { minCandidateNodesAbsolute: 5, minCandidateNodesPercentage: 10 },
            },
            { name: 'PodTopologySpread', args: { defaultingType: 'System', defaultConstraints: [] } },
          ],
        },
      ],
    });
    expect(readSchedulerConfiguration(value)).toEqual({ ok: true, value });
    expect(JSON.parse(JSON.stringify(value))).toStrictEqual(value);
  });
});

const SPREAD = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' };

describe('what is wrong with one', () => {
  it.each<readonly [string, readonly string[]]>([
    ['kind', problems({ ...HEAD, kind: 'Pod' })],
    ['an older version', problems({ ...HEAD, apiVersion: 'kubescheduler.config.k8s.io/v1beta3' })],
    ['an unknown field', problems({ ...HEAD, percentageOfNodesToScor: 5 })],
    ['a percentage', problems({ ...HEAD, percentageOfNodesToScore: 101 })],
    ['back-offs', problems({ ...HEAD, podInitialBackoffSeconds: 11 })],
    ['extenders', problems({ ...HEAD, extenders: [{ urlPrefix: 'http://x' }] })],
    ['two profiles', problems({ ...HEAD, profiles: [{}, {}] })],
    ['a plugin', ofProfile({ plugins: { score: { enabled: [{ name: 'NodeResourceFit' }] } } })],
    ['a weight', ofProfile({ plugins: { score: { enabled: [{ name: 'ImageLocality', weight: -1 }] } } })],
    ['a point', ofProfile({ plugins: { scores: {} } })],
    ['the plugin of arguments', ofArguments('NodeResourcesFitt', {})],
    ['arguments that it does not take', ofArguments('NodePorts', { a: 1 })],
    ['a strategy', ofArguments('NodeResourcesFit', { scoringStrategy: { type: 'LeastAlocated' } })],
    [
      'a shape that is missing',
      ofArguments('NodeResourcesFit', { scoringStrategy: { type: 'RequestedToCapacityRatio' } }),
    ],
    [
      'a shape',
      ofArguments('NodeResourcesFit', {
        scoringStrategy: {
          type: 'RequestedToCapacityRatio',
          requestedToCapacityRatio: {
            shape: [
              { utilization: 50, score: 0 },
              { utilization: 50, score: 11 },
            ],
          },
        },
      }),
    ],
    [
      'a weight of a resource',
      ofArguments('NodeResourcesFit', {
        scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 0 }] },
      }),
    ],
    ['ignored resources', ofArguments('NodeResourcesFit', { ignoredResources: ['a b'] })],
    ['balance', ofArguments('NodeResourcesBalancedAllocation', { resources: [{ name: 'cpu', weight: 2 }] })],
    ['affinity', ofArguments('InterPodAffinity', { hardPodAffinityWeight: 101 })],
    [
      'default constraints',
      ofArguments('PodTopologySpread', {
        defaultingType: 'List',
        defaultConstraints: [
          { maxSkew: 1 },
          { maxSkew: 0, topologyKey: 'a b', whenUnsatisfiable: 'Never' },
          { ...SPREAD, labelSelector: {} },
          { ...SPREAD, maxSkew: 2 },
        ],
      }),
    ],
    [
      'preemption that compares no node',
      ofArguments('DefaultPreemption', { minCandidateNodesAbsolute: 0, minCandidateNodesPercentage: 0 }),
    ],
    [
      'default constraints that do not hold',
      ofArguments('PodTopologySpread', { defaultConstraints: [SPREAD] }),
    ],
    [
      'added affinity',
      ofArguments('NodeAffinity', {
        addedAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: [] }] }],
          },
        },
      }),
    ],
    [
      'arguments twice',
      ofProfile({
        pluginConfig: [
          { name: 'InterPodAffinity', args: {} },
          { name: 'InterPodAffinity', args: {} },
        ],
      }),
    ],
  ])('%s', (_what, found) => {
    expect(found).toMatchSnapshot();
  });
});

describe('in a scenario', () => {
  function scenario(configuration: unknown) {
    const kubeScheduler = { configuration };
    return readScenario({
      apiVersion: 'wavetank.dev/v1alpha1',
      kind: 'Scenario',
      metadata: { name: 'x' },
      spec: { cluster: { kubernetes: { kubeScheduler } } },
    });
  }

  it('is kept as plain JSON', () => {
    const made = scenario(HEAD);
    expect(made.ok && made.scenario.cluster.kubernetes.kubeScheduler.configuration).toEqual({
      ...HEAD,
      profiles: [DEFAULT_PROFILE],
    });
  });

  it('is named in full where something is wrong', () => {
    const made = scenario({ ...HEAD, profiles: [{ pluginConfig: [{ name: 'Nod' }] }] });
    expect(!made.ok && made.problems[0]?.path.join('.')).toBe(
      'spec.cluster.kubernetes.kubeScheduler.configuration.profiles.0.pluginConfig.0.name',
    );
  });
});
