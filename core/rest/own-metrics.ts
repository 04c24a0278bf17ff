import { KINDS } from '../kinds/registry.ts';
import type { View } from '../store/view.ts';
import { type Micros, SECOND } from '../time.ts';

/** `/metrics`: what the cluster holds, in the text format of Prometheus. */
export function ownMetrics(view: View, now: Micros): string {
  const lines = [
    '# HELP apiserver_resource_objects Number of stored objects by kind.',
    '# TYPE apiserver_resource_objects gauge',
    ...KINDS.map((kind) => {
      const { group, version, plural } = kind;
      const labels = `{group="${group}",resource="${plural}",version="${version}"}`;
      return `apiserver_resource_objects${labels} ${view.list(kind).length}`;
    }),
    '# HELP wavetank_resource_version Number of the last record.',
    '# TYPE wavetank_resource_version counter',
    `wavetank_resource_version ${view.version}`,
    '# HELP wavetank_virtual_time_seconds Virtual time since the Unix epoch.',
    '# TYPE wavetank_virtual_time_seconds gauge',
    `wavetank_virtual_time_seconds ${now / SECOND}`,
  ];
  return `${lines.join('\n')}\n`;
}
