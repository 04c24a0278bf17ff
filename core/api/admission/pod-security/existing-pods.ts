import type { Pod } from '../../../schema/types.generated.ts';
import { controllerOf } from '../../object.ts';
import { reasonText, violationsOf } from './evaluate.ts';
import { type LevelVersion, levelText } from './policy.ts';

/** Beyond so many pods the rest isn't looked at (pod-security-admission `defaultNamespaceMaxPodsToCheck`). */
const PODS_MAX = 3000;

/** One pod of each controller first, so that the limit falls on those that say nothing new (`prioritizePods`). */
function prioritized(pods: readonly Pod[]): readonly Pod[] {
  const seen = new Set<string>();
  const first: Pod[] = [];
  const rest: Pod[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod)?.uid;
    if (owner !== undefined && seen.has(owner)) rest.push(pod);
    else first.push(pod);
    if (owner !== undefined) seen.add(owner);
  }
  return [...first, ...rest];
}

function others(count: number): string {
  if (count === 0) return '';
  return count === 1 ? ' (and 1 other pod)' : ` (and ${count} other pods)`;
}

/** What to tell whoever makes a namespace stricter than the pods in it are (`EvaluatePodsInNamespace`). */
export function warningsOfExisting(
  namespace: string,
  pods: readonly Pod[],
  enforce: LevelVersion,
): readonly string[] {
  const checked = prioritized(pods).slice(0, PODS_MAX);
  const byReasons = new Map<string, { readonly first: string; readonly count: number }>();
  for (const pod of checked) {
    const violations = violationsOf(enforce, pod);
    if (violations.length === 0) continue;
    const reasons = reasonText(violations);
    const { name } = pod.metadata;
    const known = byReasons.get(reasons);
    const first = known === undefined || name < known.first ? name : known.first;
    byReasons.set(reasons, { first, count: (known?.count ?? 0) + 1 });
  }
  const warnings: string[] = [];
  if (checked.length < pods.length) {
    warnings.push(
      `new PodSecurity enforce level only checked against the first ${checked.length} of ${pods.length} existing pods`,
    );
  }
  if (byReasons.size > 0) {
    warnings.push(
      `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${levelText(enforce)}"`,
    );
  }
  const ofPods = [...byReasons].map(
    ([reasons, { first, count }]) => `${first}${others(count - 1)}: ${reasons}`,
  );
  return [...warnings, ...ofPods.sort((a, b) => (a < b ? -1 : 1))];
}
