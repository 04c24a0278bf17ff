import type { EventRecord } from '../../core/log/record.ts';
import type { Finding, Invariant, Watcher } from './invariant.ts';

/** Finalizers that a component of Kubernetes takes away itself, which removes the object in the same write. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  // The CronJob controller deletes in the background what was to go in the foreground.
  foregroundDeletion: ['garbage-collector-controller', 'cronjob-controller'],
  orphan: ['garbage-collector-controller'],
  kubernetes: ['namespace-controller'],
  'batch.kubernetes.io/job-tracking': ['job-controller'],
};
/** Who may take away any. */
const OUTSIDE = /^(user|client\/)/;

class FinalizerWatcher implements Watcher {
  observe({ verb, previous, kind, key, actor }: EventRecord): readonly Finding[] | undefined {
    if (verb !== 'delete' || previous === undefined) return undefined;
    const spec = (previous as { readonly spec?: { readonly finalizers?: readonly string[] } }).spec;
    const finalizers = [...(previous.metadata.finalizers ?? []), ...(spec?.finalizers ?? [])];
    if (finalizers.length === 0) return undefined;
    const isGoing = previous.metadata.deletionTimestamp !== undefined;
    if (isGoing && (OUTSIDE.test(actor) || finalizers.every((name) => OWN[name]?.includes(actor))))
      return undefined;
    const message = `${kind.singular} ${key} was removed by ${actor} with finalizers left: ${finalizers.join(', ')}`;
    return [{ kind, key, message }];
  }
}

/** I37. */
export const finalizersKept: Invariant = {
  name: 'finalizers-kept',
  rule: 'An object with finalizers stays until the last of them is taken away.',
  source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/',
  exemptions: [
    'The write that takes the last one away removes the object: a component its own, a user any.',
    'A deletion in the background ends one in the foreground.',
  ],
  watch: () => new FinalizerWatcher(),
};
