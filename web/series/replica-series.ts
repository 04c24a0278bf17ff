import { DEPLOYMENT } from '../../core/kinds/registry.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { Deployment } from '../../core/schema/types.generated.ts';
import type { Chart, ChartSeries } from './chart.ts';
import { StepSeries } from './step-series.ts';

interface Replicas {
  readonly desired: StepSeries;
  readonly ready: StepSeries;
}

/** Desired and ready replicas of each Deployment. */
export class ReplicaSeries {
  private readonly byKey = new Map<string, Replicas>();

  observe(record: LogRecord): void {
    if (record.type !== 'event' || record.kind !== DEPLOYMENT) return;
    const { key, t } = record;
    let replicas = this.byKey.get(key);
    if (replicas === undefined) {
      replicas = { desired: new StepSeries(), ready: new StepSeries() };
      this.byKey.set(key, replicas);
    }
    const deployment = record.next as Deployment | undefined;
    replicas.desired.set(t, deployment === undefined ? 0 : (deployment.spec?.replicas ?? 1));
    replicas.ready.set(t, deployment?.status.readyReplicas ?? 0);
  }

  charts(): readonly Chart[] {
    if (this.byKey.size === 0) return [];
    const isOneNamespace = new Set([...this.byKey.keys()].map((key) => key.split('/')[0])).size === 1;
    const keys = [...this.byKey.keys()].sort((a, b) => (a < b ? -1 : 1));
    const series = keys.flatMap((key, color): readonly ChartSeries[] => {
      const { desired, ready } = this.byKey.get(key) as Replicas;
      const label = isOneNamespace ? key.slice(key.indexOf('/') + 1) : key;
      return [
        { label, points: ready, color },
        { label: `${label}, desired`, points: desired, color, isDashed: true },
      ];
    });
    return [{ id: 'replicas', title: 'Replicas', unit: 'count', series }];
  }
}
