import { KINDS } from '../kinds/registry.ts';
import type { View } from '../store/view.ts';
import { type Micros, SECOND } from '../time.ts';

/** `/metrics`: what the cluster holds, in the text format of Prometheus. */
export function ownMetrics(view: View, now: Micros, gitVersion: string): string {
  const [, major = '1', minor = '0'] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? [];
  const lines = [
    '# HELP kubernetes_build_info The version that is served.',
    '# TYPE kubernetes_build_info gauge',
    `kubernetes_build_info{git_version="${gitVersion}",major="${major}",minor="${minor}",platform="linux/amd64"} 1`,
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
