import { describe, expect, it } from 'vitest';
import { DEFAULT_PROFILE } from '../plugins/default-plugins.ts';
import { pluginProblems } from './check.ts';
import type { PluginSets, ProfileConfiguration } from './configuration.ts';
import { profileOf } from './profile.ts';

function profile(plugins: PluginSets, rest: Partial<ProfileConfiguration> = {}): ProfileConfiguration {
  return { schedulerName: 'default-scheduler', plugins, pluginConfig: [], ...rest };
}

function names(plugins: PluginSets): readonly string[] {
  return profileOf(profile(plugins)).plugins.map(({ plugin }) => plugin.name);
}

function weights(plugins: PluginSets): Readonly<Record<string, number>> {
  return Object.fromEntries(
    profileOf(profile(plugins))
      .plugins.filter(({ weight }) => weight > 0)
      .map(({ plugin, weight }) => [plugin.name, weight]),
  );
}

describe('the plugins of a profile', () => {
  it('are the defaults, the very same, where nothing is said', () => {
    expect(profileOf(profile({}))).toEqual(DEFAULT_PROFILE);
    profileOf(profile({})).plugins.forEach(({ plugin }, i) => {
      expect(plugin).toBe(DEFAULT_PROFILE.plugins[i]!.plugin);
    });
  });

  it('named again under multiPoint keep their place and take the new weight', () => {
    const sets: PluginSets = {
      multiPoint: { enabled: [{ name: 'ImageLocality', weight: 7 }, { name: 'NodeAffinity' }], disabled: [] },
    };
    expect(names(sets)).toEqual(DEFAULT_PROFILE.plugins.map(({ plugin }) => plugin.name));
    expect(weights(sets)).toMatchObject({ ImageLocality: 7, NodeAffinity: 1, TaintToleration: 3 });
  });

  it('disabled under multiPoint are gone; with * only those that are named stay', () => {
    expect(names({ multiPoint: { enabled: [], disabled: [{ name: 'ImageLocality' }] } })).not.toContain(
      'ImageLocality',
    );
    const bare: PluginSets = {
      multiPoint: {
        disabled: [{ name: '*' }],
        enabled: [{ name: 'DefaultBinder' }, { name: 'NodeResourcesFit' }, { name: 'PrioritySort' }],
      },
    };
    expect(names(bare)).toEqual(['DefaultBinder', 'NodeResourcesFit', 'PrioritySort']);
    expect(weights(bare)).toEqual({ NodeResourcesFit: 1 });
  });

  it('disabled at one point stay at the others', () => {
    const { plugins } = profileOf(
      profile({ score: { enabled: [], disabled: [{ name: 'NodeResourcesFit' }] } }),
    );
    const fit = plugins.find(({ plugin }) => plugin.name === 'NodeResourcesFit');
    expect(fit?.plugin.filter).toBeDefined();
    expect(fit?.plugin.score).toBeUndefined();
    expect(fit?.weight).toBe(0);
  });

  it('all off at score but one leave one that scores, with the weight given there', () => {
    const sets: PluginSets = {
      score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit', weight: 5 }] },
    };
    expect(weights(sets)).toEqual({ NodeResourcesFit: 5 });
    expect(names(sets)).toContain('NodePorts');
  });

  it('named at filter refuse first', () => {
    const filters = names({ filter: { enabled: [{ name: 'NodePorts' }], disabled: [] } }).filter((name) =>
      ['NodeUnschedulable', 'NodePorts', 'NodeResourcesFit'].includes(name),
    );
    expect(filters).toEqual(['NodePorts', 'NodeUnschedulable', 'NodeResourcesFit']);
  });
});

describe('what a configuration may not ask of plugins', () => {
  it.each<readonly [PluginSets, readonly (string | number)[], string]>([
    [
      { score: { enabled: [{ name: 'NodeResourceFit' }], disabled: [] } },
      ['score', 'enabled', 0, 'name'],
      'there is no plugin "NodeResourceFit", did you mean "NodeResourcesFit"?',
    ],
    [
      { score: { enabled: [{ name: 'Coscheduling' }], disabled: [] } },
      ['score', 'enabled', 0, 'name'],
      'there is no plugin "Coscheduling" here; there are SchedulingGates, PrioritySort, NodeUnschedulable, NodeName, ' +
        'TaintToleration, NodeAffinity, NodePorts, NodeResourcesFit, VolumeRestrictions, NodeVolumeLimits, ' +
        'VolumeBinding, VolumeZone, PodTopologySpread, InterPodAffinity, DynamicResources, DefaultPreemption, ' +
        'NodeResourcesBalancedAllocation, ImageLocality, DefaultBinder, GPUShare, Random, FirstFit, BestFit, DotProd, Clustering, Packing, FGD',
    ],
    [
      { score: { enabled: [{ name: 'NodePorts' }], disabled: [] } },
      ['score', 'enabled', 0, 'name'],
      '"NodePorts" has no part at score; it has preFilter, filter',
    ],
    [
      { filter: { enabled: [{ name: 'NodePorts' }, { name: 'NodePorts' }], disabled: [] } },
      ['filter', 'enabled', 1, 'name'],
      '"NodePorts" is there twice',
    ],
    [
      { queueSort: { enabled: [], disabled: [{ name: '*' }] } },
      ['queueSort'],
      'no plugin is left at queueSort: PrioritySort is needed there',
    ],
    [
      { preFilter: { enabled: [], disabled: [{ name: 'NodeAffinity' }] } },
      ['preFilter'],
      'filter of "NodeAffinity" needs its preFilter: disable both, or neither',
    ],
  ])('%j', (sets, path, message) => {
    expect(pluginProblems(sets)).toEqual([{ path, message }]);
  });

  it('names of plugins that do nothing here are fine', () => {
    const disabled = [{ name: 'DynamicResources' }];
    expect(pluginProblems({ multiPoint: { enabled: [], disabled } })).toEqual([]);
    expect(names({ multiPoint: { enabled: [], disabled } })).toEqual(
      DEFAULT_PROFILE.plugins.map(({ plugin }) => plugin.name),
    );
  });
});
