import { DEPLOYMENT } from '../../core/kinds/registry.ts';
import type { EventRecord, LogRecord } from '../../core/log/record.ts';
import type { Deployment } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import { type LaneItem, Spans } from './lane.ts';

const REVISION = 'deployment.kubernetes.io/revision';

/** As `kubectl rollout status` decides it (kubectl `DeploymentStatusViewer`). */
function isRolledOut({ metadata, spec, status }: Deployment): boolean {
  const wanted = spec?.replicas ?? 1;
  const updated = status.updatedReplicas ?? 0;
  return (
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
    updated >= wanted &&
    (status.replicas ?? 0) <= updated &&
    (status.availableReplicas ?? 0) >= updated
  );
}

interface Known {
  revision: string | undefined;
  available: number;
  /** The fewest that were available while replicas were missing. */
  least: number;
}

/** Rollouts, and times in which a Deployment has fewer replicas available than it shall have. */
export class DeploymentLanes {
  private readonly known = new Map<string, Known>();
  private readonly rollouts = new Spans<string>();
  private readonly shortages = new Spans<string>();

  observe(record: LogRecord): void {
    if (record.type !== 'event' || record.kind !== DEPLOYMENT) return;
    const { key, t } = record;
    const deployment = record.next as Deployment | undefined;
    if (deployment === undefined) {
      this.known.delete(key);
      this.rollouts.end(key, t);
      this.shortages.end(key, t);
      return;
    }
    const known = this.known.get(key) ?? { revision: undefined, available: 0, least: 0 };
    this.known.set(key, known);
    this.rollout(record, deployment, known);
    this.shortage(record, deployment, known);
  }

  private rollout({ t, rv, key, kind }: EventRecord, deployment: Deployment, known: Known): void {
    const { name } = deployment.metadata;
    const revision = deployment.metadata.annotations?.[REVISION];
    if (revision !== undefined && revision !== known.revision) {
      this.rollouts.end(key, t);
      const isFirst = known.revision === undefined;
      known.revision = revision;
      // Every object has a first version: no rollout to speak of.
      if (isFirst) return;
      this.rollouts.begin(key, {
        from: t,
        to: t,
        rv,
        tone: 'neutral',
        label: `${name} → revision ${revision}`,
        detail: `deployment/${name} rolls out revision ${revision}`,
        object: { resource: kind.resource, key },
      });
      return;
    }
    if (!this.rollouts.has(key)) return;
    if (isRolledOut(deployment)) {
      this.rollouts.end(key, t);
      return;
    }
    const progressing = deployment.status.conditions?.find(({ type }) => type === 'Progressing');
    if (progressing?.reason === 'ProgressDeadlineExceeded') {
      this.rollouts.change(key, (item) => ({
        ...item,
        tone: 'bad',
        detail: `deployment/${name} is stuck: ${progressing.message ?? progressing.reason}`,
      }));
    }
  }

  /** It begins with a loss: replicas that are yet to come after a scale-up are not missed. */
  private shortage({ t, rv, key, kind }: EventRecord, deployment: Deployment, known: Known): void {
    const { name } = deployment.metadata;
    const wanted = deployment.spec?.replicas ?? 1;
    const available = deployment.status.availableReplicas ?? 0;
    const hasLost = available < known.available;
    known.available = available;
    if (available >= wanted) {
      this.shortages.end(key, t);
      return;
    }
    const isOpen = this.shortages.has(key);
    if (!isOpen && !hasLost) return;
    known.least = isOpen ? Math.min(known.least, available) : available;
    const told = {
      tone: known.least === 0 ? 'bad' : 'load',
      label: `${name} ${known.least}/${wanted}`,
      detail: `deployment/${name} has ${known.least} of ${wanted} replicas available at the least`,
    } as const;
    if (isOpen) this.shortages.change(key, (item) => ({ ...item, ...told }));
    else {
      const object = { resource: kind.resource, key };
      this.shortages.begin(key, { from: t, to: t, rv, object, ...told });
    }
  }

  rolloutItems(end: Micros): readonly LaneItem[] {
    return this.rollouts.all(end);
  }

  shortageItems(end: Micros): readonly LaneItem[] {
    return this.shortages.all(end);
  }
}
