import { SCENARIO_API_VERSION, SCENARIO_KIND } from './document.ts';
import { readScenario } from './resolve.ts';
import type { Scenario } from './scenario.ts';
import { writtenSpec } from './written.ts';
import { writtenEntry } from './written-entry.ts';

type Written = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Written {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What differs from the defaults, field by field; nothing where all is as by default. */
function beyond(value: unknown, defaults: unknown): unknown {
  if (isSame(value, defaults)) return undefined;
  if (!isObject(value) || !isObject(defaults)) return value;
  const fields = Object.entries(value)
    .map(([name, field]) => [name, beyond(field, defaults[name])] as const)
    .filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields);
}

let bare: Written | undefined;

/** The spec of a scenario in which nothing is written. */
function defaultSpec(): Written {
  if (bare === undefined) {
    const read = readScenario({
      apiVersion: SCENARIO_API_VERSION,
      kind: SCENARIO_KIND,
      metadata: { name: 'bare' },
      spec: {},
    });
    if (!read.ok) throw new Error('a scenario with nothing in it can not be read');
    bare = writtenSpec(read.scenario);
  }
  return bare;
}

/** Groups and behaviours are items of lists: each is written as far as it differs from the first default. */
function compactSpec(spec: Written): Written {
  const defaults = defaultSpec();
  const { cluster, ...rest } = spec as { readonly cluster: Written };
  const { nodeGroups: defaultGroups = [], ...defaultCluster } = defaults.cluster as {
    readonly nodeGroups?: readonly Written[];
  };
  const { nodeGroups = [], ...settings } = cluster as { readonly nodeGroups?: readonly Written[] };
  const compactGroups = nodeGroups.map((group) => {
    const { name, count } = group;
    return {
      name,
      count,
      ...(beyond({ ...group, name: '', count: 0 }, { ...defaultGroups[0], name: '', count: 0 }) as Written),
    };
  });
  const compactCluster = {
    ...(beyond(settings, defaultCluster) as Written | undefined),
    ...(isSame(nodeGroups, defaultGroups) ? {} : { nodeGroups: compactGroups }),
  };
  const { seed } = spec as { readonly seed: unknown };
  return {
    // Every draw depends on it: it is worth a line even where it is the default.
    seed,
    ...(beyond({ ...rest, seed: undefined }, { ...defaults, seed: undefined }) as Written | undefined),
    ...(Object.keys(compactCluster).length === 0 ? {} : { cluster: compactCluster }),
  };
}

/**
 * A scenario as the document that a person would have written, with all its objects in it, and without what is so by
 * default. Reading it gives the same scenario, but for the places where things were written.
 */
export function writtenScenario(scenario: Scenario): Written {
  const { cluster, behaviors, traffic, metrics, expect, ...spec } = compactSpec(writtenSpec(scenario));
  const { manifests, timeline } = scenario;
  const present = (name: string, value: unknown): Written =>
    value === undefined || (Array.isArray(value) && value.length === 0) ? {} : { [name]: value };
  return {
    apiVersion: SCENARIO_API_VERSION,
    kind: SCENARIO_KIND,
    metadata: { name: scenario.name },
    spec: {
      ...spec,
      ...present('cluster', cluster),
      ...present(
        'manifests',
        manifests.map(({ object }) => object),
      ),
      ...present('behaviors', behaviors),
      ...present('traffic', traffic),
      ...present('metrics', metrics),
      ...present('timeline', timeline.map(writtenEntry)),
      ...present('expect', expect),
    },
  };
}
