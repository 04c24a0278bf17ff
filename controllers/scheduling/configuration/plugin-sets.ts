import {
  EXTENSION_POINTS,
  type ExtensionPoint,
  type PluginReference,
  type PluginSet,
  type PluginSets,
} from './configuration.ts';
import { defaultOf, extensionPointsOf, KUBERNETES_PLUGIN_NAMES } from './known-plugins.ts';

/**
 * Which plugins run at which extension point
 * (https://kubernetes.io/docs/reference/scheduling/config/#multipoint): what is named at a point comes before what
 * `multiPoint` brings there, and `*` under `disabled` clears what is on by default.
 */
export type EnabledPlugins = Readonly<Record<ExtensionPoint, readonly PluginReference[]>>;

const EVERYTHING = '*';
const EMPTY: PluginSet = { enabled: [], disabled: [] };

const DEFAULT_MULTI_POINT: readonly PluginReference[] = KUBERNETES_PLUGIN_NAMES.map((name) => {
  const weight = defaultOf(name)?.weight ?? 0;
  return weight === 0 ? { name } : { name, weight };
});

function isDisabled({ disabled }: PluginSet, name: string): boolean {
  return disabled.some((each) => each.name === EVERYTHING || each.name === name);
}

/** The defaults keep their places, also those that are named anew with another weight. */
export function multiPointPlugins({ multiPoint = EMPTY }: PluginSets): readonly PluginReference[] {
  const { enabled } = multiPoint;
  const kept = DEFAULT_MULTI_POINT.filter(({ name }) => !isDisabled(multiPoint, name));
  const isKept = new Set(kept.map(({ name }) => name));
  return [
    ...kept.map((each) => enabled.find(({ name }) => name === each.name) ?? each),
    ...enabled.filter(({ name }) => !isKept.has(name)),
  ];
}

function enabledAt(
  point: ExtensionPoint,
  set: PluginSet,
  multiPoint: readonly PluginReference[],
): readonly PluginReference[] {
  if (set.disabled.some(({ name }) => name === EVERYTHING)) return set.enabled;
  const inMultiPoint = new Set(multiPoint.map(({ name }) => name));
  const named = new Set(set.enabled.map(({ name }) => name));
  return [
    ...set.enabled.filter(({ name }) => inMultiPoint.has(name)),
    ...multiPoint.filter(
      ({ name }) => extensionPointsOf(name).includes(point) && !named.has(name) && !isDisabled(set, name),
    ),
    ...set.enabled.filter(({ name }) => !inMultiPoint.has(name)),
  ];
}

export function enabledPlugins(sets: PluginSets): EnabledPlugins {
  const multiPoint = multiPointPlugins(sets);
  const points = EXTENSION_POINTS.map((point) => [point, enabledAt(point, sets[point] ?? EMPTY, multiPoint)]);
  // A list for each extension point, by construction.
  return Object.fromEntries(points) as EnabledPlugins;
}
