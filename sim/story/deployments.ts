import { keyOf } from '../../core/api/object.ts';
import { DEPLOYMENT } from '../../core/kinds/registry.ts';
import type { EventRecord, LogRecord } from '../../core/log/record.ts';
import type { Deployment } from '../../core/schema/types.generated.ts';
import { MINUTE, type Micros, SECOND } from '../../core/time.ts';
import type { Note, Observer } from './note.ts';

/** The controller of HorizontalPodAutoscalers, as the log names it. */
const AUTOSCALER = 'horizontal-pod-autoscaler-controller';
export const REVISION = 'deployment.kubernetes.io/revision';

interface Known {
  /** Since when fewer replicas are available than wanted; absent while all are. */
  readonly shortSince: Micros | undefined;
  /** The fewest that were available since then. */
  readonly least: number;
  /** How many of those that are wanted were available at one time: fewer than that is a loss, and no growth. */
  readonly reached: number;
  readonly wanted: number;
  /** Since when more are wanted than were ever available. */
  readonly growingSince: Micros | undefined;
  readonly rollout: string | undefined;
  /** Whether a complete rollout has been told of since it began. */
  readonly complete: boolean;
  readonly stuck: boolean;
}

const UNKNOWN: Known = {
  shortSince: undefined,
  least: 0,
  reached: 0,
  wanted: 0,
  growingSince: undefined,
  rollout: undefined,
  complete: false,
  stuck: false,
};

function seconds(from: Micros, to: Micros): string {
  return `${((to - from) / SECOND).toFixed(1)}s`;
}

/** Whether a rollout is through: all wanted replicas are of the new template, and available. */
export function isComplete(deployment: Deployment, wanted: number): boolean {
  const { status, metadata } = deployment;
  return (
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted
  );
}

/** Rescales go on for as long as load changes: those of a few minutes are one line. */
const RESCALES_WITHIN: Micros = 5 * MINUTE;

/** An autoscaler changes how many replicas are wanted. */
function rescaled(record: EventRecord, note: (note: Note) => void): void {
  if (record.actor !== AUTOSCALER) return;
  const before = (record.previous as Deployment | undefined)?.spec?.replicas;
  const { metadata, spec } = record.next as Deployment;
  if (before === undefined || spec?.replicas === undefined || before === spec.replicas) return;
  note({
    t: record.t,
    rv: record.rv,
    tone: 'neutral',
    group: 'rescales',
    subject: record.key,
    text: `the autoscaler takes deployment/${metadata.name} from ${before} to ${spec.replicas} replicas`,
    within: RESCALES_WITHIN,
    together: (count, subjects) =>
      subjects === 1
        ? `the autoscaler changes deployment/${metadata.name} ${count} times`
        : `the autoscaler changes ${subjects} deployments, ${count} times`,
  });
}

/** Growth that takes no longer than pods commonly need to start is none to tell of. */
const GROWTH_SOON: Micros = 30 * SECOND;

function grown(
  { metadata }: Deployment,
  wanted: number,
  since: Micros,
  t: Micros,
  rv: number,
  note: (note: Note) => void,
): void {
  if (t - since <= GROWTH_SOON) return;
  note({
    t,
    rv,
    tone: 'good',
    group: 'grown',
    subject: metadata.name,
    text: `deployment/${metadata.name} has its ${wanted} replicas, ${seconds(since, t)} after they were asked for`,
    together: (_count, subjects) => `${subjects} deployments have the replicas that they were asked for`,
  });
}

/** Rollouts that begin and end, and Deployments that lose replicas and get them back. */
export function deploymentObserver(): Observer {
  const known = new Map<string, Known>();

  function rollouts(
    deployment: Deployment,
    before: Known,
    t: Micros,
    rv: number,
    note: (note: Note) => void,
  ): Known {
    const { name } = deployment.metadata;
    const subject = keyOf(deployment);
    const wanted = deployment.spec?.replicas ?? 1;
    const revision = deployment.metadata.annotations?.[REVISION];
    if (revision !== undefined && revision !== before.rollout) {
      if (before.rollout !== undefined) {
        const text = `deployment/${name} rolls out revision ${revision}`;
        note({
          t,
          rv,
          tone: 'neutral',
          group: 'rollouts',
          subject,
          text,
          together: (n) => `${n} deployments roll out a new revision`,
        });
      }
      return { ...before, rollout: revision, complete: false, stuck: false, shortSince: t };
    }
    if (!before.complete && revision !== undefined && isComplete(deployment, wanted)) {
      const text = `deployment/${name} is complete: ${wanted}/${wanted} available`;
      note({
        t,
        rv,
        tone: 'good',
        group: 'complete',
        subject,
        text,
        together: (n) => `${n} deployments are complete`,
      });
      return { ...before, complete: true, shortSince: undefined };
    }
    const progressing = deployment.status.conditions?.find((condition) => condition.type === 'Progressing');
    if (!before.stuck && progressing?.reason === 'ProgressDeadlineExceeded') {
      note({
        t,
        rv,
        tone: 'bad',
        group: `stuck/${name}`,
        text: `deployment/${name} is stuck: ${progressing.message ?? ''}`,
      });
      return { ...before, stuck: true };
    }
    return before;
  }

  function availability(
    deployment: Deployment,
    before: Known,
    t: Micros,
    rv: number,
    note: (note: Note) => void,
  ): Known {
    if (!before.complete) return before;
    const { name } = deployment.metadata;
    const subject = keyOf(deployment);
    const wanted = deployment.spec?.replicas ?? 1;
    const available = deployment.status.availableReplicas ?? 0;
    const reached = Math.min(wanted, Math.max(before.reached, available));
    const hasGrown = before.wanted > 0 && wanted > before.wanted;
    const growingSince = reached >= wanted ? undefined : (before.growingSince ?? (hasGrown ? t : undefined));
    const now: Known = { ...before, reached, wanted, growingSince };
    if (growingSince === undefined && before.growingSince !== undefined) {
      grown(deployment, wanted, before.growingSince, t, rv, note);
    }
    if (available < reached && (before.shortSince === undefined || available < before.least)) {
      const text = `deployment/${name} has ${available} of ${wanted} replicas available`;
      note({
        t,
        rv,
        tone: 'bad',
        group: 'short',
        subject,
        text,
        together: (n) => `${n} deployments are short of replicas`,
      });
      return { ...now, shortSince: before.shortSince ?? t, least: available };
    }
    if (available >= wanted && before.shortSince !== undefined) {
      const text = `deployment/${name} is whole again: ${available}/${wanted} after ${seconds(before.shortSince, t)}`;
      note({
        t,
        rv,
        tone: 'good',
        group: 'whole',
        subject,
        text,
        together: (n) => `${n} deployments are whole again`,
      });
      return { ...now, shortSince: undefined };
    }
    return now;
  }

  return {
    observe: (record: LogRecord, note: (note: Note) => void) => {
      if (record.type !== 'event' || record.kind !== DEPLOYMENT) return;
      const deployment = record.next as Deployment | undefined;
      if (deployment === undefined) {
        known.delete(record.key);
        return;
      }
      const { t, rv } = record;
      rescaled(record, note);
      const rolled = rollouts(deployment, known.get(record.key) ?? UNKNOWN, t, rv, note);
      known.set(record.key, availability(deployment, rolled, t, rv, note));
    },
  };
}
