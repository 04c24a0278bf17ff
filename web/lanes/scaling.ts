import type { KubeObject } from '../../core/api/object.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { LaneItem } from './lane.ts';

/** Kinds that people and autoscalers give a number of replicas. */
const SCALED = new Set(['deployments.apps', 'statefulsets.apps', 'replicationcontrollers']);
/** The controller's name in the log. */
const AUTOSCALER = /autoscal/;

function replicasOf(object: KubeObject | undefined): number | undefined {
  const { spec } = (object ?? {}) as { readonly spec?: { readonly replicas?: number } };
  return spec?.replicas;
}

/** Changes of a number of replicas that an autoscaler made. What users do is in a lane of its own. */
export class ScalingLane {
  readonly items: LaneItem[] = [];

  observe(record: LogRecord): void {
    if (record.type !== 'event' || record.verb !== 'update' || !SCALED.has(record.kind.resource)) return;
    if (!AUTOSCALER.test(record.actor)) return;
    const before = replicasOf(record.previous);
    const after = replicasOf(record.next);
    if (before === undefined || after === undefined || before === after) return;
    const { t, rv, kind, key, actor } = record;
    const name = key.slice(key.indexOf('/') + 1);
    const isUp = after > before;
    this.items.push({
      from: t,
      to: t,
      rv,
      tone: isUp ? 'up' : 'down',
      label: `${name} ${before} → ${after}`,
      detail: `${kind.singular}/${name} is scaled ${isUp ? 'up' : 'down'} from ${before} to ${after} replicas by ${actor}`,
      object: { resource: kind.resource, key },
    });
  }
}
