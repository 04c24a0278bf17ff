import type { PodSpec } from '../../../schema/types.generated.ts';
import { BASELINE } from './baseline.ts';
import type { Check, Inspect, PodLike, Violation } from './check.ts';
import { type LevelVersion, levelText } from './policy.ts';
import { RESTRICTED } from './restricted.ts';

/** What a pod does that a level doesn't allow (pod-security-admission `policy/registry.go`). */

function inspectIn({ versions }: Check, minor: number): Inspect | undefined {
  return versions.findLast(({ since }) => since <= minor)?.inspect;
}

/** The baseline first; what the restricted level has in the place of a control of it comes with its own. */
function inspectsOf({ level, version }: LevelVersion): readonly Inspect[] {
  if (level === 'privileged') return [];
  const minor = version === 'latest' ? Number.POSITIVE_INFINITY : version;
  const stricter = level === 'restricted' ? RESTRICTED.filter((check) => inspectIn(check, minor)) : [];
  const overridden = stricter.flatMap(({ overrides = [] }) => overrides);
  const checks = [...BASELINE.filter(({ id }) => !overridden.includes(id)), ...stricter];
  return checks.map((check) => inspectIn(check, minor)).filter((inspect) => inspect !== undefined);
}

const inspectsByLevel = new Map<string, readonly Inspect[]>();

function inspectsFor(level: LevelVersion): readonly Inspect[] {
  const text = levelText(level);
  const known = inspectsByLevel.get(text);
  if (known !== undefined) return known;
  const found = inspectsOf(level);
  inspectsByLevel.set(text, found);
  return found;
}

const NONE: readonly Violation[] = [];
const memo = new WeakMap<PodSpec, Map<string, readonly Violation[]>>();

/** The annotations that controls look at: those that say a profile. */
function profileAnnotations({ metadata: { annotations } }: PodLike): string {
  if (annotations === undefined) return '';
  const said = Object.entries(annotations).filter(([key]) => /apparmor|seccomp/.test(key));
  return said.length === 0 ? '' : JSON.stringify(said);
}

/** Pods of a template share its spec, so that what it does is found once; annotations are a part of few checks. */
export function violationsOf(level: LevelVersion, pod: PodLike): readonly Violation[] {
  if (level.level === 'privileged') return NONE;
  const key = levelText(level) + profileAnnotations(pod);
  let known = memo.get(pod.spec);
  if (known === undefined) {
    known = new Map();
    memo.set(pod.spec, known);
  }
  let violations = known.get(key);
  if (violations === undefined) {
    violations = inspectsFor(level)
      .map((inspect) => inspect(pod))
      .filter((violation) => violation !== undefined);
    known.set(key, violations);
  }
  return violations;
}

/** `privileged (container "a" must not …), hostPort (…)`. */
export function detailText(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}

export function reasonText(violations: readonly Violation[]): string {
  return violations.map(({ reason }) => reason).join(', ');
}
