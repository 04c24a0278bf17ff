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

/** What one pod counts as. */
const ACTIVE = 1;
const FULLY_LABELED = 2;
const READY = 4;
const TERMINATING = 8;
const STRAY = 16;

/** What the pods of a list count as, one by one: of the next list only what is another pod is looked at. */
interface Counted {
  readonly owned: readonly Pod[];
  readonly marks: Uint8Array;
  readonly tally: Tally;
}

/** By the ReplicaSet's spec, which is what the marks depend on besides the pods. */
const countedBySpec = new WeakMap<ReplicaSet['spec'], Counted>();

function markOf(
  pod: Pod,
  matches: (labels: StringMap | undefined) => boolean,
  matchesTemplate: (labels: StringMap | undefined) => boolean,
): number {
  if (isPodTerminal(pod)) return 0;
  const { labels, deletionTimestamp } = pod.metadata;
  const matched = matches(labels);
  if (deletionTimestamp !== undefined) return matched ? TERMINATING : 0;
  if (!matched) return STRAY;
  return ACTIVE | (matchesTemplate(labels) ? FULLY_LABELED : 0) | (isPodReady(pod) ? READY : 0);
}

function sumOf(owned: readonly Pod[], marks: Uint8Array): Tally {
  let active = 0;
  let fullyLabeled = 0;
  let ready = 0;
  let terminating = 0;
  let strays: Pod[] | undefined;
  for (let i = 0; i < marks.length; i += 1) {
    const mark = marks[i] as number;
    if ((mark & ACTIVE) !== 0) active += 1;
    if ((mark & FULLY_LABELED) !== 0) fullyLabeled += 1;
    if ((mark & READY) !== 0) ready += 1;
    if ((mark & TERMINATING) !== 0) terminating += 1;
    if ((mark & STRAY) !== 0) {
      strays ??= [];
      strays.push(owned[i] as Pod);
    }
  }
  return {
    active,
    fullyLabeled,
    ready,
    available: ready,
    terminating,
    nextAvailable: undefined,
    strays: strays ?? NONE,
  };
}

/**
 * The tally of a ReplicaSet that asks for no `minReadySeconds`. A ReplicaSet is looked at at each change of one of
 * its pods, so what the others count as is remembered by the identity of the pods. Hot path.
 */
function tallyBesides(replicaSet: ReplicaSet, owned: readonly Pod[]): Tally {
  const { spec } = replicaSet;
  const known = countedBySpec.get(spec);
  if (known?.owned === owned) return known.tally;
  const matches = compileSelector(spec.selector);
  const matchesTemplate = selectorFromMap(spec.template?.metadata?.labels);
  const comparable = known !== undefined && known.owned.length === owned.length;
  const before = comparable ? known.owned : NONE;
  // Nobody reads the marks of the list before any more, so they become those of this one.
  const marks = comparable ? known.marks : new Uint8Array(owned.length);
  let isSame = comparable && known.tally.strays.length === 0;
  for (let i = 0; i < owned.length; i += 1) {
    const pod = owned[i] as Pod;
    if (before[i] === pod) continue;
    const mark = markOf(pod, matches, matchesTemplate);
    if (mark === marks[i]) continue;
    marks[i] = mark;
    isSame = false;
  }
  const tally = isSame && known !== undefined ? known.tally : sumOf(owned, marks);
  countedBySpec.set(spec, { owned, marks, tally });
  return tally;
}

export function tallyOf(
  replicaSet: ReplicaSet,
  owned: readonly Pod[],
  adopted: readonly Pod[],
  now: Micros,
): Tally {
  const isPlain = (replicaSet.spec.minReadySeconds ?? 0) === 0 && adopted.length === 0;
  return isPlain ? tallyBesides(replicaSet, owned) : fullTally(replicaSet, owned, adopted, now);
}

/** One pass over all pods: the plain form that `tallyOf` comes to, and the one that knows the time. */
export function fullTally(
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
