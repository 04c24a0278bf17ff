import type { Alias } from './names.ts';
import type { Observation } from './recording.ts';

type Fields = Record<string, unknown>;

/** Times are the clock's; addresses and ids are drawn. What holds is that they are there. */
const DRAWN = new Set([
  'lastTransitionTime',
  'lastUpdateTime',
  'deletionTimestamp',
  'startedAt',
  'finishedAt',
  'startTime',
  'hostIP',
  'podIP',
  'ip',
  'uid',
  'controller-uid',
  'containerID',
  'imageID',
]);

/** Bookkeeping of the server, and what names the object itself. */
const LEFT_OUT = ['managedFields', 'resourceVersion', 'uid', 'creationTimestamp', 'selfLink', 'namespace'];

/** A field that counts pods: which of them is seen first is a race. */
const COUNTERS = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'updatedReplicas',
  'unavailableReplicas',
  'currentReplicas',
  'currentNumberScheduled',
  'desiredNumberScheduled',
  'numberAvailable',
  'numberReady',
  'numberUnavailable',
  'updatedNumberScheduled',
  'active',
  'succeeded',
];

/** An object with what is drawn replaced, free to be changed: exceptions edit it. */
function stateOf({ object }: Observation, alias: Alias): Fields {
  const text = JSON.stringify(object, (key, value: unknown) =>
    DRAWN.has(key) && value !== undefined ? `<${key}>` : value,
  );
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = JSON.parse(alias(text)) as Fields;
  const kept = Object.entries(metadata as Fields).filter(([key]) => !LEFT_OUT.includes(key));
  return { metadata: Object.fromEntries(kept), ...rest };
}

type Counted = readonly [counter: string, values: number[]];

/** With sizes that are a race, a size is a counter, and a generation the number of writes that it took. */
function withoutSizes(state: Fields, counted: readonly Counted[]): Fields {
  const { generation: _generation, ...metadata } = state.metadata as Fields;
  const { replicas, ...spec } = state.spec as Fields;
  const { observedGeneration: _observed, ...status } = { ...(state.status as Fields | undefined) };
  counted.find(([counter]) => counter === 'size')?.[1].push(replicas as number);
  return { ...state, metadata, spec, status };
}

function withoutNode(state: Fields): Fields {
  const { nodeName, ...spec } = state.spec as Fields;
  return nodeName === undefined ? state : { ...state, spec: { ...spec, nodeName: '<node>' } };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** Conditions in the order of their types: which was changed last is told by its text. */
function text(state: Fields): string {
  const status = { ...(state.status as Fields | undefined) };
  if (Array.isArray(status.conditions)) {
    status.conditions = [...(status.conditions as { type: string }[])].sort((a, b) =>
      a.type < b.type ? -1 : 1,
    );
  }
  return JSON.stringify(sorted({ ...state, status }));
}

const distinct = <T>(values: readonly T[]) =>
  values.filter((value, index) => index === 0 || value !== values[index - 1]);

/** The values at which a counter turns: between two of them it goes one way, in steps that are a race. */
function turningPoints(values: readonly number[]): readonly number[] {
  const steps = distinct(values);
  return steps.filter((value, index) => {
    const before = steps[index - 1];
    const after = steps[index + 1];
    return before === undefined || after === undefined || value > before !== after > value;
  });
}

export interface Path {
  /** Alias of the object; the pods of one owner share theirs. */
  readonly name: string;
  /** Its distinct states in order, without counters. */
  readonly states: readonly string[];
  /** The turning points of each counter. */
  readonly counters: Readonly<Record<string, readonly number[]>>;
}

/** What of a timeline depends on which of its pods is first. */
export interface Races {
  /** Sizes between the first and the last: a ReplicaSet is told other steps of one way, in other numbers of writes. */
  readonly sizes?: boolean;
  /** On which node: of equals the scheduler draws one, and a ReplicaSet that shrinks one to keep. */
  readonly nodes?: boolean;
  /** Whether a pod is removed before the recording ends. */
  readonly removal?: boolean;
  /** What waits for pods to be removed comes sooner than with the kubelet of 1.20: ages that follow from it differ. */
  readonly sooner?: boolean;
  /** The recording ends with this pod being stopped: ours is compared up to there, and shown as it is then. */
  readonly until?: string;
}

export type Edit = (resource: string, state: Fields) => void;

/** The path of each object of a resource, in the order of their texts. */
export function pathsOf(
  observations: readonly Observation[],
  resource: string,
  alias: Alias,
  edit: Edit,
  races: Races = {},
): readonly Path[] {
  const byName = new Map<string, Observation[]>();
  for (const observation of observations) {
    if (observation.resource !== resource) continue;
    const { name } = observation.object.metadata;
    byName.set(name, [...(byName.get(name) ?? []), observation]);
  }
  const paths = [...byName].map(([name, seen]): Path => {
    const counted = ['size', ...COUNTERS].map((counter): Counted => [counter, []]);
    const raced = resource === 'replicasets' && races.sizes === true;
    const states = seen.map((observation) => {
      if (observation.type === 'DELETED') return 'deleted';
      const whole = stateOf(observation, alias);
      edit(resource, whole);
      const placed = resource === 'pods' && races.nodes === true ? withoutNode(whole) : whole;
      const state = raced ? withoutSizes(placed, counted) : placed;
      const status = { ...(state.status as Fields | undefined) };
      for (const [counter, values] of counted) {
        if (counter === 'size') continue;
        values.push((status[counter] as number | undefined) ?? 0);
        delete status[counter];
      }
      return text({ ...state, status });
    });
    const counters = Object.fromEntries(counted.map(([counter, values]) => [counter, turningPoints(values)]));
    return { name: alias(name), states: distinct(states), counters };
  });
  return paths
    .map((path) => ({ path, key: JSON.stringify(path) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ path }) => path);
}
