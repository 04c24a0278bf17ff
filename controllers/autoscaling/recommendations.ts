import type { Micros } from '../../core/time.ts';

/** What the metrics asked for at a sync, before anything held it back. */
export interface Recommendation {
  readonly replicas: number;
  readonly time: Micros;
}

/** What a window of recommendations makes of the newest, and the recommendations to keep. */
export interface Stabilized {
  readonly replicas: number;
  readonly recommendations: readonly Recommendation[];
}

/** The newest takes the place of the last one that is out of every window, so that the list stays short. */
function recorded(
  recommendations: readonly Recommendation[],
  isOld: (recommendation: Recommendation) => boolean,
  newest: Recommendation,
): readonly Recommendation[] {
  const old = recommendations.findLastIndex(isOld);
  return old < 0 ? [...recommendations, newest] : recommendations.with(old, newest);
}

/**
 * The highest recommendation of the window (`stabilizeRecommendation`): an autoscaler without `behavior` holds back
 * what would scale down, by `--horizontal-pod-autoscaler-downscale-stabilization`.
 */
export function highestOfWindow(
  recommendations: readonly Recommendation[],
  desired: number,
  window: Micros,
  now: Micros,
): Stabilized {
  const cutoff = now - window;
  let replicas = desired;
  for (const recommendation of recommendations) {
    if (recommendation.time >= cutoff) replicas = Math.max(replicas, recommendation.replicas);
  }
  const newest = { replicas: desired, time: now };
  return { replicas, recommendations: recorded(recommendations, ({ time }) => time < cutoff, newest) };
}

/**
 * The current size, moved no further than every recommendation of the direction's window agrees to: up to their
 * lowest, down to their highest (`stabilizeRecommendationWithBehaviors`).
 */
export function stabilized(
  recommendations: readonly Recommendation[],
  current: number,
  desired: number,
  windows: { readonly up: Micros; readonly down: Micros },
  now: Micros,
): Stabilized {
  const upCutoff = now - windows.up;
  const downCutoff = now - windows.down;
  let lowest = desired;
  let highest = desired;
  for (const { replicas, time } of recommendations) {
    if (time > upCutoff) lowest = Math.min(lowest, replicas);
    if (time > downCutoff) highest = Math.max(highest, replicas);
  }
  const isOld = ({ time }: Recommendation): boolean => time < upCutoff && time < downCutoff;
  return {
    replicas: Math.min(Math.max(current, lowest), highest),
    recommendations: recorded(recommendations, isOld, { replicas: desired, time: now }),
  };
}
