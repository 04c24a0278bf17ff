import { describe, expect, it } from 'vitest';
import { EVENT, POD } from '../../core/kinds/registry.ts';
import type { Event, Pod } from '../../core/schema/types.generated.ts';
import { runScenario } from '../run.ts';
import { readScenario } from '../scenario/resolve.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { loggedRun, reExecuted } from '../testing/logged-run.ts';

const STRATEGY = (type: string) => [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type } } }];

const CONFIGURATION = {
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  profiles: [
    { schedulerName: 'default-scheduler', pluginConfig: STRATEGY('LeastAllocated') },
    {
      schedulerName: 'packing',
      plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit' }] } },
      pluginConfig: STRATEGY('MostAllocated'),
    },
  ],
};

function pods(schedulerName: string): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: schedulerName },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: schedulerName } },
      template: {
        metadata: { labels: { app: schedulerName } },
        spec: {
          schedulerName,
          containers: [
            {
              name: 'c',
              image: 'i',
              resources: {
                requests: { cpu: '100m', 'example.com/chip': '1' },
                limits: { 'example.com/chip': '1' },
              },
            },
          ],
        },
      },
    },
  };
}

function scenario(...schedulers: readonly string[]): Scenario {
  const machine = { extendedResources: { 'example.com/chip': 5 } };
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 's' },
    spec: {
      duration: '2m',
      cluster: {
        kubernetes: { kubeScheduler: { configuration: CONFIGURATION } },
        nodeGroups: [{ name: 'node', count: 4, machine }],
      },
      manifests: schedulers.map(pods),
    },
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario;
}

describe('a scenario with a scheduler configuration', () => {
  it('has each pod scheduled by the profile that it names, and reported under its name', () => {
    const { view } = runScenario(scenario('packing')).simulation;
    expect(new Set(view.list(POD).map((pod) => (pod as Pod).spec.nodeName)).size).toBe(1);
    const reporters = view
      .list(EVENT)
      .map((event) => event as unknown as Event)
      .filter(({ reason }) => reason === 'Scheduled')
      .map(({ reportingComponent }) => reportingComponent);
    expect(new Set(reporters)).toEqual(new Set(['packing']));
    const spread = runScenario(scenario('default-scheduler')).simulation.view;
    expect(new Set(spread.list(POD).map((pod) => (pod as Pod).spec.nodeName)).size).toBe(4);
  });

  it('leaves a pod alone that names a scheduler that is none of them', () => {
    const { view } = runScenario(scenario('somebody-else')).simulation;
    const found = view.list(POD).map((pod) => (pod as Pod).status.phase);
    expect(found).toEqual(['Pending', 'Pending', 'Pending', 'Pending']);
  });

  it('re-executes from its log, extended resources and all', () => {
    const run = loggedRun(scenario('packing', 'default-scheduler'));
    expect(run.outcome.simulation.refusals).toEqual([]);
    expect(run.text).toContain('example.com/chip');
    expect(reExecuted(run).text === run.text).toBe(true);
  });
});
