import { keyOf } from '../../core/api/object.ts';
import { DAEMON_SET, STATEFUL_SET } from '../../core/kinds/registry.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { DaemonSet, StatefulSet } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { Note, Observer } from './note.ts';

/** What a StatefulSet and a DaemonSet have in common. */
interface Size {
  readonly wanted: number;
  readonly available: number;
  readonly updated: number;
  /** Changes with the template. */
  readonly revision: string | undefined;
  /** Whether the status speaks of the present spec. */
  readonly isObserved: boolean;
}

/** Counts the template's changes. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

function statefulSize({ metadata, spec, status }: StatefulSet): Size {
  return {
    wanted: spec.replicas ?? 1,
    available: status.availableReplicas ?? 0,
    updated: status.updatedReplicas ?? 0,
    revision: status.updateRevision,
    isObserved: (status.observedGeneration ?? 0) >= (metadata.generation ?? 0),
  };
}

function daemonSize({ metadata, status }: DaemonSet): Size {
  return {
    wanted: status.desiredNumberScheduled,
    available: status.numberAvailable ?? 0,
    updated: status.updatedNumberScheduled ?? 0,
    revision: metadata.annotations?.[TEMPLATE_GENERATION],
    isObserved: (status.observedGeneration ?? 0) >= (metadata.generation ?? 0),
  };
}

interface Known {
  readonly revision: string | undefined;
  /** Whether it was told that all pods are of this revision, and available. */
  readonly complete: boolean;
  readonly shortSince: Micros | undefined;
  readonly least: number;
  readonly wanted: number;
  /** How many of those that are wanted were available at one time: fewer than that is a loss, and no growth. */
  readonly reached: number;
}

const UNKNOWN: Known = {
  revision: undefined,
  complete: false,
  shortSince: undefined,
  least: 0,
  wanted: 0,
  reached: 0,
};

type Tell = (tone: Note['tone'], group: string, text: string, together: string) => void;

function seconds(from: Micros, to: Micros): string {
  return `${((to - from) / SECOND).toFixed(1)}s`;
}

/** Rollouts that begin and end, and losses that are made good. */
function advanced(name: string, before: Known, size: Size, t: Micros, tell: Tell): Known {
  const { wanted, available, updated, revision, isObserved } = size;
  if (!isObserved) return before;
  if (revision !== before.revision) {
    if (before.complete)
      tell('neutral', 'rollouts', `${name} rolls out a new template`, 'roll out new templates');
    return { ...UNKNOWN, revision, complete: false };
  }
  if (!before.complete) {
    if (wanted === 0 || updated < wanted || available < wanted) return before;
    tell('good', 'complete', `${name} is complete: ${wanted}/${wanted} available`, 'are complete');
    return { ...before, complete: true, wanted, reached: wanted };
  }
  const reached = Math.min(wanted, Math.max(before.reached, available));
  // A node that is lost is a pod less that is wanted: nothing has got better by that.
  if (wanted < before.wanted && available >= wanted) {
    return { ...before, wanted, reached, shortSince: undefined };
  }
  if (available < reached && (before.shortSince === undefined || available < before.least)) {
    tell('bad', 'short', `${name} has ${available} of ${wanted} pods available`, 'are short of pods');
    return { ...before, wanted, reached, shortSince: before.shortSince ?? t, least: available };
  }
  if (available >= wanted && before.shortSince !== undefined) {
    const text = `${name} is whole again: ${available}/${wanted} after ${seconds(before.shortSince, t)}`;
    tell('good', 'whole', text, 'are whole again');
    return { ...before, wanted, reached, shortSince: undefined };
  }
  return { ...before, wanted, reached };
}

/** What happens to StatefulSets and DaemonSets as a whole. */
export function setObserver(): Observer {
  const known = new Map<string, Known>();
  return {
    observe: (record: LogRecord, note: (note: Note) => void) => {
      if (record.type !== 'event') return;
      const isStateful = record.kind === STATEFUL_SET;
      if (!isStateful && record.kind !== DAEMON_SET) return;
      const kind = isStateful ? 'statefulset' : 'daemonset';
      const { next, t, rv } = record;
      const id = `${kind} ${record.key}`;
      if (next === undefined) {
        known.delete(id);
        return;
      }
      const size = isStateful ? statefulSize(next as StatefulSet) : daemonSize(next as DaemonSet);
      const tell: Tell = (tone, group, text, together) =>
        note({
          t,
          rv,
          tone,
          group: `${kind} ${group}`,
          subject: keyOf(next),
          text,
          together: (count) => `${count} ${kind}s ${together}`,
        });
      known.set(id, advanced(`${kind}/${next.metadata.name}`, known.get(id) ?? UNKNOWN, size, t, tell));
    },
  };
}
