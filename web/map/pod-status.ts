import { isPodReady, isPodScheduled } from '../../core/kinds/pod/status.ts';
import type { Pod } from '../../core/schema/types.generated.ts';

/** How a pod stands, as the page counts and paints it. */
export type PodStanding =
  | 'ready'
  | 'unready'
  | 'starting'
  | 'unscheduled'
  | 'failing'
  | 'terminating'
  | 'succeeded'
  | 'failed';

/** What a container waits for that won't come by itself. */
const TROUBLE = new Set([
  'CrashLoopBackOff',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
]);

export function podStanding(pod: Pod): PodStanding {
  const { phase, containerStatuses, initContainerStatuses } = pod.status;
  if (phase === 'Succeeded') return 'succeeded';
  if (phase === 'Failed') return 'failed';
  if (pod.metadata.deletionTimestamp !== undefined) return 'terminating';
  if (!isPodScheduled(pod)) return 'unscheduled';
  for (const statuses of [containerStatuses, initContainerStatuses]) {
    if (statuses?.some(({ state }) => TROUBLE.has(state?.waiting?.reason ?? '')) === true) return 'failing';
  }
  if (isPodReady(pod)) return 'ready';
  return phase === 'Running' ? 'unready' : 'starting';
}

/** In a word or two, for people. */
export const STANDING_TEXT: Readonly<Record<PodStanding, string>> = {
  ready: 'ready',
  unready: 'not ready',
  starting: 'starting',
  unscheduled: 'no node yet',
  failing: 'failing',
  terminating: 'terminating',
  succeeded: 'succeeded',
  failed: 'failed',
};

export const STANDINGS = Object.keys(STANDING_TEXT) as readonly PodStanding[];
