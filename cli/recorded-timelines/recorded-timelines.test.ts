import { afterAll, describe, expect, test } from 'vitest';
import { type EventEdit, eventChains } from './event-chains.ts';
import { EVENT_EXCEPTIONS, OBJECT_EXCEPTIONS, PRINTED_EXCEPTIONS } from './exceptions.ts';
import { aliasesOf } from './names.ts';
import { agesAgree, normalPrint, print } from './printed.ts';
import { hasRecordings, type Observation, readRecording } from './recording.ts';
import { rerun } from './rerun.ts';
import { type Edit, type Path, pathsOf, type Races } from './transitions.ts';

/**
 * What a real control plane did is done again by the whole simulation: API server, controllers, scheduler, kubelets.
 * Compared are each object's distinct states in order, whole but for what is drawn (names, addresses, ids, times);
 * the Events about each object, in order; and what kubectl printed. Numbers of pods in a status are compared by
 * their turning points: between two of them they go one way, in steps that depend on which pod is seen first. The
 * pods of one ReplicaSet are one another's like: their paths are compared as a multiset.
 *
 * `exceptions.ts` is the table of all differences that are right, and each must be met.
 */
const TIMELINES: Readonly<Record<string, Races>> = {
  daemonset: { nodes: true, sooner: true },
  'deployment-create': {},
  'deployment-recreate': {},
  'deployment-rolling-update': { nodes: true, sizes: true },
  'deployment-scale': { nodes: true },
  'deployment-surge0': { nodes: true },
  'deployment-unschedulable-deadline': {},
  'foreground-delete': {},
  'job-parallel': { nodes: true, removal: true },
  'pod-delete-replaced': {},
  'pvc-pending': {},
  'scheduling-failures': {},
  'statefulset-create-scale': { nodes: true, until: 'db-3' },
  'statefulset-parallel': { nodes: true },
  'statefulset-rolling-update': { nodes: true },
};
const RESOURCES = [
  'deployments',
  'replicasets',
  'daemonsets',
  'statefulsets',
  'controllerrevisions',
  'jobs',
  'persistentvolumeclaims',
  'pods',
];
const READS = /^kubectl (get|describe) /;

/**
 * Shown of another moment of ours, by a pod that is stopped and not yet removed: the kubelet of 1.20 removed it up to
 * 10 s later, today's at once. The ages are those of that moment.
 */
const SHOWN_BEFORE_REMOVAL = 'foreground-delete: kubectl get all';
/** Less than a kubelet takes from a pod's end to its removal. */
const BEFORE_REMOVAL = 0.02;

type Side = 'recorded' | 'ours';
const met = new Set<object>();

function objectEdit(side: Side): Edit {
  const held = OBJECT_EXCEPTIONS.filter((exception) => exception.side === side);
  return (resource, state) => {
    for (const exception of held) {
      if (exception.resources.includes(resource) && exception.edit(state)) met.add(exception);
    }
  };
}

function eventEdit(side: Side, races: Races): EventEdit {
  return (told) => {
    let event: ReturnType<EventEdit> = told;
    for (const exception of EVENT_EXCEPTIONS) {
      if (exception.side !== side || event === undefined || !exception.holds(event)) continue;
      met.add(exception);
      event = exception.edit(event);
    }
    if (event === undefined || races.nodes !== true) return event;
    return { ...event, message: event.message.replace(/hollow-\d/, '<node>') };
  };
}

/** The states read again, so that a difference is shown by its field. */
function readable(paths: readonly Path[]): unknown {
  return paths.map((path) => ({
    ...path,
    states: path.states.map((state): unknown => (state === 'deleted' ? state : JSON.parse(state))),
  }));
}

/** Where a recording ends before any pod is removed, ours are compared up to there. */
function upToRemoval(
  observations: readonly Observation[],
  recorded: readonly Observation[],
  { removal }: Races,
): readonly Observation[] {
  const isRemoved = recorded.some(({ resource, type }) => resource === 'pods' && type === 'DELETED');
  return isRemoved && removal !== true ? observations : withoutRemoval(observations);
}

/** Where ours is cut: a pod is stopped, and not yet removed. */
function endOf(observations: readonly Observation[], { until }: Races): number | undefined {
  if (until === undefined) return undefined;
  const removal = observations.find(
    ({ resource, type, object }) =>
      resource === 'pods' && type === 'DELETED' && object.metadata.name === until,
  );
  return removal === undefined ? undefined : removal.t - BEFORE_REMOVAL;
}

function withoutRemoval(observations: readonly Observation[]): readonly Observation[] {
  return observations.filter(
    ({ resource, type, object }) =>
      resource !== 'pods' || (type !== 'DELETED' && object.metadata.deletionGracePeriodSeconds !== 0),
  );
}

/** With sizes that are a race: where a Deployment's numbers begin and end, and that enough pods serve in between. */
function rolling(paths: readonly Path[]): unknown {
  return paths.map(({ counters, ...path }) => {
    const ends = Object.entries(counters).map(([name, values]) => [name, values[0], values.at(-1)]);
    const available = counters.availableReplicas ?? [];
    return { ...path, ends, leastAvailable: Math.min(...available.slice(available.indexOf(10))) };
  });
}

/** The lines of a Deployment's Events up to here are no race: one rollout begins as any other. */
const FIRST_EVENTS = 4;
function firstEvents(chain: string): string {
  const lines = chain.split('\n');
  return lines[0]?.startsWith('Deployment/') === true ? lines.slice(0, 1 + FIRST_EVENTS).join('\n') : chain;
}
function firstEventLines(lines: readonly string[]): readonly string[] {
  let count = 0;
  return lines.filter((line) => !line.includes('ScalingReplicaSet') || ++count <= FIRST_EVENTS);
}

describe.skipIf(!hasRecordings())('as a real control plane did (skipped without the recording)', () => {
  describe.each(Object.entries(TIMELINES))('%s', (name, races) => {
    const recording = hasRecordings() ? readRecording(name) : { name, steps: [], observations: [] };
    const whole = hasRecordings() ? rerun(recording) : undefined;
    const end = whole === undefined ? undefined : endOf(whole.observations, races);
    const ours =
      whole === undefined || end === undefined
        ? whole
        : { ...whole, observations: whole.observations.filter(({ t }) => t < end) };
    const recordedAlias = aliasesOf(recording.observations, 0);
    const ourAlias = aliasesOf(ours?.observations ?? [], 1);

    test.each(RESOURCES)('states of %s', (resource) => {
      const watched = upToRemoval(ours?.observations ?? [], recording.observations, races);
      const seen = races.removal === true ? withoutRemoval(recording.observations) : recording.observations;
      const is = pathsOf(watched, resource, ourAlias, objectEdit('ours'), races);
      const wanted = pathsOf(seen, resource, recordedAlias, objectEdit('recorded'), races);
      const isRolling = races.sizes === true && resource === 'deployments';
      if (isRolling) expect(rolling(is)).toEqual(rolling(wanted));
      else expect(readable(is)).toEqual(readable(wanted));
    });

    test('Events', () => {
      const chains = (observations: readonly Observation[], side: Side) => {
        const alias = side === 'ours' ? ourAlias : recordedAlias;
        const all = eventChains(observations, alias, eventEdit(side, races), side === 'recorded');
        return races.sizes === true ? all.map(firstEvents) : all;
      };
      expect(chains(ours?.observations ?? [], 'ours')).toEqual(chains(recording.observations, 'recorded'));
    });

    const reads = recording.steps.filter(({ command }) => READS.test(command));
    test.each(reads)('$command', ({ t, command, stdout }) => {
      const title = `${name}: ${command}`;
      const isCut = end !== undefined && t > end;
      const isShownBefore = title === SHOWN_BEFORE_REMOVAL || isCut;
      const removal = ours?.observations.find(
        ({ resource, type }) => resource === 'pods' && type === 'DELETED',
      );
      const before = isCut ? end : (removal?.t ?? 0) - BEFORE_REMOVAL;
      const moment = isShownBefore ? ours?.during(before) : ours?.at(t);
      if (moment === undefined) throw new Error('there is no run to print');
      const edited = (text: string, side: Side) => {
        let result = text.split('\n') as readonly string[];
        const alias = side === 'ours' ? ourAlias : recordedAlias;
        const { lines, ages } = normalPrint(text, alias, command.startsWith('kubectl get '), (folded) => {
          result = folded;
          for (const exception of PRINTED_EXCEPTIONS) {
            if (exception.side !== side || !exception.commands.test(title)) continue;
            const after = exception.edit(result);
            if (after.join('\n') !== result.join('\n')) met.add(exception);
            result = after;
          }
          return races.sizes === true ? firstEventLines(result) : result;
        });
        return { lines, ages };
      };
      const is = edited(print(moment.view, moment.now, command), 'ours');
      const wanted = edited(stdout, 'recorded');
      expect(is.lines).toEqual(wanted.lines);
      if (!isShownBefore && races.sooner !== true)
        expect(agesAgree(is.ages, wanted.ages), `${is.ages} and ${wanted.ages}`).toBe(true);
    });
  });

  afterAll(() => {
    const all = [...OBJECT_EXCEPTIONS, ...EVENT_EXCEPTIONS, ...PRINTED_EXCEPTIONS];
    const unmet = all
      .filter((exception) => !met.has(exception))
      .map(({ side, reason }) => `${side}: ${reason}`);
    expect(unmet, 'exceptions that nothing needs any more').toEqual([]);
  });
});
