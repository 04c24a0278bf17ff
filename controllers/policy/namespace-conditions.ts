import type { Namespace, NamespaceCondition } from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';

/** What a turn of the namespace controller found out: the input of the conditions. */
export interface NamespaceContent {
  /** `deployments.apps` and how many are left, without those of which none is. */
  readonly remaining: ReadonlyMap<string, number>;
  readonly finalizers: ReadonlyMap<string, number>;
  readonly errors: readonly string[];
}

type Problem = Pick<NamespaceCondition, 'reason' | 'message'>;

interface Rule {
  readonly type: string;
  readonly fine: Problem;
  readonly problem: (content: NamespaceContent) => Problem | undefined;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function joined(texts: Iterable<string>): string {
  return [...texts].sort(byText).join(', ');
}

const NO_PROBLEM = (): undefined => undefined;

/**
 * The conditions of a namespace that is being deleted, in the order in which they are written (kubernetes
 * `pkg/controller/namespace/deletion`, status_condition_utils). Discovery cannot fail here: every kind that is
 * stored is served.
 */
const RULES: readonly Rule[] = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    fine: { reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
    problem: NO_PROBLEM,
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    fine: { reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
    problem: NO_PROBLEM,
  },
  {
    type: 'NamespaceDeletionContentFailure',
    fine: {
      reason: 'ContentDeleted',
      message: 'All content successfully deleted, may be waiting on finalization',
    },
    problem: ({ errors }) =>
      errors.length === 0
        ? undefined
        : {
            reason: 'ContentDeletionFailed',
            message: `Failed to delete all resource types, ${errors.length} remaining: ${joined(errors)}`,
          },
  },
  {
    type: 'NamespaceContentRemaining',
    fine: { reason: 'ContentRemoved', message: 'All content successfully removed' },
    problem: ({ remaining }) => {
      if (remaining.size === 0) return undefined;
      const counts = joined(
        [...remaining].map(([resource, count]) => `${resource} has ${count} resource instances`),
      );
      return { reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${counts}` };
    },
  },
  {
    type: 'NamespaceFinalizersRemaining',
    fine: { reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
    problem: ({ finalizers }) => {
      if (finalizers.size === 0) return undefined;
      const counts = joined([...finalizers].map(([name, count]) => `${name} in ${count} resource instances`));
      return {
        reason: 'SomeFinalizersRemain',
        message: `Some content in the namespace has finalizers remaining: ${counts}`,
      };
    },
  },
];

/** The namespace with its conditions brought up to date; the very same one where they were. */
export function withContentConditions(
  namespace: Namespace,
  content: NamespaceContent,
  now: Micros,
): Namespace {
  const conditions = [...(namespace.status?.conditions ?? [])];
  let changed = false;
  for (const { type, fine, problem } of RULES) {
    const found = problem(content);
    const { reason, message } = found ?? fine;
    const status = found === undefined ? 'False' : 'True';
    const place = conditions.findIndex((condition) => condition.type === type);
    const old = conditions[place];
    if (old?.status === status && old.reason === reason && old.message === message) continue;
    changed = true;
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : rfc3339(now);
    const next = { type, status, lastTransitionTime, reason, message };
    if (old === undefined) conditions.push(next);
    else conditions[place] = next;
  }
  return changed ? { ...namespace, status: { ...namespace.status, conditions } } : namespace;
}
