import { describe, expect, it } from 'vitest';
import { readScenario } from '../resolve.ts';
import { readSchedulerConfiguration } from '../scheduler-configuration.ts';

const HEAD = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };

function ofArguments(name: string, args: unknown): readonly string[] {
  const result = readSchedulerConfiguration({ ...HEAD, profiles: [{ pluginConfig: [{ name, args }] }] });
  if (result.ok) throw new Error('nothing was found to be wrong');
  return result.problems.map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`);
}

describe("the arguments of wavetank's own plugins", () => {
  it('are read with their defaults filled in, and then read again as they are', () => {
    const given = {
      ...HEAD,
      profiles: [
        {
          pluginConfig: [
            { name: 'GPUShare', args: { gpuSelection: 'first' } },
            { name: 'BestFit' },
            { name: 'DotProd', args: { largestNode: { cpu: 96, gpus: 4 } } },
            { name: 'FGD', args: { tasks: [{ cpu: '4', gpus: 1, gpuMilli: 500 }, { cpu: 1 }] } },
          ],
        },
      ],
      pluginModules: ['own.mjs'],
    };
    const read = readSchedulerConfiguration(given);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    expect(read.value.profiles[0]?.pluginConfig).toEqual([
      { name: 'GPUShare', args: { gpuSelection: 'first' } },
      { name: 'BestFit', args: { largestNode: { cpu: '128', gpus: 8 } } },
      { name: 'DotProd', args: { largestNode: { cpu: '96', gpus: 4 } } },
      {
        name: 'FGD',
        args: {
          tasks: [
            { cpu: '4', gpus: 1, gpuMilli: 500, models: [], popularity: 1 },
            { cpu: '1', gpus: 0, gpuMilli: 1000, models: [], popularity: 1 },
          ],
        },
      },
    ]);
    expect(read.value.pluginModules).toEqual(['own.mjs']);
    const again = readSchedulerConfiguration(JSON.parse(JSON.stringify(read.value)));
    expect(again).toEqual(read);
  });

  it.each<readonly [string, unknown, string]>([
    ['Random', { seed: 1 }, 'pluginConfig.0.args: "Random" takes no arguments'],
    [
      'GPUShare',
      { gpuSelection: 'best' },
      'pluginConfig.0.args.gpuSelection: expected one of tightest, first, random, got "best"',
    ],
    [
      'BestFit',
      { largestNode: { cpu: 0, gpus: 8 } },
      'pluginConfig.0.args.largestNode.cpu: expected more than no CPU, got "0"',
    ],
    [
      'BestFit',
      { largestNode: { cpu: -4, gpus: 8 } },
      `pluginConfig.0.args.largestNode.cpu: a quantity can't be negative here, got -4`,
    ],
    [
      'DotProd',
      { largestNode: { cpu: 4, gpus: 0 } },
      'pluginConfig.0.args.largestNode.gpus: expected a whole number from 1 to 1000, got 0',
    ],
    [
      'DotProd',
      { largest: 1 },
      'pluginConfig.0.args.largest: unknown field "largest"; there are apiVersion, kind, largestNode',
    ],
    ['FGD', { tasks: [] }, 'pluginConfig.0.args.tasks: expected at least one task'],
    [
      'FGD',
      { tasks: [{ cpu: 1, popularity: 0 }] },
      'pluginConfig.0.args.tasks: some task needs a popularity above 0',
    ],
    [
      'FGD',
      { tasks: [{ cpu: 1, popularity: Number.NaN }] },
      'pluginConfig.0.args.tasks.0.popularity: expected',
    ],
    [
      'FGD',
      { tasks: [{ cpu: 1, gpus: 2, gpuMilli: 500 }] },
      `pluginConfig.0.args.tasks.0.gpuMilli: several GPUs can't be shared: expected 1000, got 500`,
    ],
    [
      'FGD',
      { tasks: [{ cpu: 1, gpus: 1, gpuMilli: 1001 }] },
      'pluginConfig.0.args.tasks.0.gpuMilli: expected a whole number from 0 to 1000, got 1001',
    ],
    [
      'FGD',
      { tasks: [{ cpu: 1, gpus: -1 }] },
      'pluginConfig.0.args.tasks.0.gpus: expected a whole number from 0 to 1000, got -1',
    ],
    ['BestFitt', {}, 'pluginConfig.0.name: there is no plugin "BestFitt", did you mean "BestFit"?'],
  ])('of %s: %j', (name, args, message) => {
    const [first] = ofArguments(name, args);
    expect(first).toContain(message);
  });

  it('have their weights checked as all plugins have', () => {
    const enabled = [{ name: 'FGD', weight: 1001 }];
    const result = readSchedulerConfiguration({ ...HEAD, profiles: [{ plugins: { score: { enabled } } }] });
    expect(!result.ok && result.problems[0]?.message).toBe(
      'expected a whole number from 0 to 1000, got 1001',
    );
    const elsewhere = readSchedulerConfiguration({
      ...HEAD,
      profiles: [{ plugins: { filter: { enabled: [{ name: 'FGD' }] } } }],
    });
    expect(!elsewhere.ok && elsewhere.problems[0]?.message).toBe('"FGD" has no part at filter; it has score');
  });

  it('have to tell FGD its tasks in a scenario', () => {
    const scenario = (args: unknown): ReturnType<typeof readScenario> =>
      readScenario(
        {
          apiVersion: 'wavetank.dev/v1alpha1',
          kind: 'Scenario',
          metadata: { name: 's' },
          spec: {
            cluster: {
              kubernetes: {
                kubeScheduler: {
                  configuration: {
                    ...HEAD,
                    profiles: [
                      {
                        plugins: { score: { enabled: [{ name: 'FGD' }] } },
                        pluginConfig: [{ name: 'FGD', args }],
                      },
                    ],
                  },
                },
              },
            },
          },
        },
        { load: () => undefined, sourceOf: () => 's' },
      );
    const untold = scenario({});
    expect(!untold.ok && untold.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('FGD needs the tasks that fragments are measured by'),
    ]);
    expect(scenario({ tasks: [{ cpu: 1, gpus: 1 }] }).ok).toBe(true);
  });
});
