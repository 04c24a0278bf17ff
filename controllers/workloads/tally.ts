import type { StringMap } from '../../core/api/object.ts';
import { availableSince, isPodReady, isPodTerminal } from '../../core/kinds/pod/status.ts';
import { compileSelector, selectorFromMap } from '../../core/labels.ts';
import type { Pod, ReplicaSet } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';

/** What a ReplicaSet's pods come to. */
export interface Tally {
  /** Neither ended nor being deleted. */
  readonly active: number;
  /** Active, with every label of the template. */
  readonly fullyLabeled: number;
  readonly ready: number;
  /** Ready for `minReadySeconds`. */
  readonly available: number;
  /** Being deleted and not ended. */
  readonly terminating: number;
  /** When the next ready pod becomes available. */
  readonly nextAvailable: Micros | undefined;
  /** Active pods that the selector doesn't match any more. */
  readonly strays: readonly Pod[];
}

const NONE: readonly Pod[] = [];

/** Hot path: one pass, and nothing is allocated but the result. */
export function tallyOf(
  replicaSet: ReplicaSet,
  owned: readonly Pod[],
  adopted: readonly Pod[],
  now: Micros,
): Tally {
  const matches = compileSelector(replicaSet.spec.selector);
  const matchesTemplate = selectorFromMap(replicaSet.spec.template?.metadata?.labels);
  const minReadySeconds = replicaSet.spec.minReadySeconds ?? 0;
  let active = 0;
  let fullyLabeled = 0;
  let ready = 0;
  let available = 0;
  let terminating = 0;
  let nextAvailable: Micros | undefined;
  let strays: Pod[] | undefined;
  // The pods of one template share their labels.
  let labels: StringMap | undefined;
  let matched = matches(undefined);
  let matchedTemplate = matchesTemplate(undefined);

  const total = owned.length + adopted.length;
  for (let i = 0; i < total; i += 1) {
    const pod = (i < owned.length ? owned[i] : adopted[i - owned.length]) as Pod;
    if (isPodTerminal(pod)) continue;
    const { metadata } = pod;
    if (metadata.labels !== labels) {
      labels = metadata.labels;
      matched = matches(labels);
      matchedTemplate = matchesTemplate(labels);
    }
    if (metadata.deletionTimestamp !== undefined) {
      if (matched) terminating += 1;
      continue;
    }
    if (!matched) {
      strays ??= [];
      strays.push(pod);
      continue;
    }
    active += 1;
    if (matchedTemplate) fullyLabeled += 1;
    if (!isPodReady(pod)) continue;
    ready += 1;
    if (minReadySeconds === 0) {
      available += 1;
      continue;
    }
    const since = availableSince(pod, minReadySeconds);
    if (since === undefined) continue;
    if (since <= now) available += 1;
    else if (nextAvailable === undefined || since < nextAvailable) nextAvailable = since;
  }
  return { active, fullyLabeled, ready, available, terminating, nextAvailable, strays: strays ?? NONE };
}
