import { formatBytes, formatWhole } from '../../../core/quantity.ts';
import type { Candidate } from './candidates.ts';
import { amountIn, type PodUsage } from './pod-usage.ts';
import { RESOURCE_OF, type Signal } from './thresholds.ts';

/**
 * What statuses and Events of evicted pods say, as today's kubelet does (`pkg/kubelet/eviction/helpers.go`). Each
 * sentence ends in a blank.
 */
export function nodeLow({ usage }: Candidate, signal: Signal, threshold: number, available: number): string {
  const resource = RESOURCE_OF[signal];
  const text = resource === 'pids' ? formatWhole : formatBytes;
  const larger = usage.containers
    .map((container) => {
      if (resource === 'pids') return '';
      const used = resource === 'memory' ? container.memory : container.disk;
      const request = amountIn(container.run.spec.resources?.requests, resource);
      if (used <= request) return '';
      return (
        `Container ${container.run.spec.name} was using ${formatBytes(used)}, request is ${formatBytes(request)}, ` +
        `has larger consumption of ${resource}. `
      );
    })
    .join('');
  return (
    `The node was low on resource: ${resource}. ` +
    `Threshold quantity: ${text(threshold)}, available: ${text(available)}. ${larger}`
  );
}

/** Why a pod may not keep what it has written, if so; volumes first, then the pod, then its containers. */
export function storageExcess({ pod }: Candidate['pod'], usage: PodUsage): string | undefined {
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const limit = emptyDir?.sizeLimit;
    if (limit === undefined) continue;
    if ((usage.volumes.get(name) ?? 0) > amountIn({ limit }, 'limit')) {
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `;
    }
  }
  const limits = usage.containers
    .filter(({ run }) => run.role === 'main')
    .map(({ run }) => run.spec.resources?.limits?.['ephemeral-storage']);
  let total = 0;
  for (const limit of limits) total += amountIn({ limit: limit ?? 0 }, 'limit');
  if (limits.length > 0 && limits.every((limit) => limit !== undefined) && usage.disk > total) {
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${formatBytes(total)}. `;
  }
  for (const { run, disk } of usage.containers) {
    const limit = run.spec.resources?.limits?.['ephemeral-storage'];
    if (limit === undefined || disk <= amountIn({ limit }, 'limit')) continue;
    return `Container ${run.spec.name} exceeded its local ephemeral storage limit "${limit}". `;
  }
  return undefined;
}
