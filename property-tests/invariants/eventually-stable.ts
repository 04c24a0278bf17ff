import { hasTaint, TO_BE_DELETED } from '../../controllers/autoscaling/cluster-taints.ts';
import {
  CRON_JOB,
  EVENT,
  HORIZONTAL_POD_AUTOSCALER,
  KINDS,
  LEASE,
  NODE,
  POD,
} from '../../core/kinds/registry.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { MINUTE, type Micros } from '../../core/time.ts';
import { deploymentsUnfinished } from './at-rest/deployments.ts';
import { endpointsWrong } from './at-rest/endpoints.ts';
import { nodesNotReady } from './at-rest/nodes.ts';
import { podsUnderWay, podsWithoutNode } from './at-rest/pods.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';

/** From the last disturbance until writes begin to count. */
const SETTLING: Micros = 6 * MINUTE;
/** Writes of one object that a cluster at rest may still make: a deadline that passes, a back-off that ends. */
const WRITES_MAX = 20;

/** What writes for ever by its nature: Events, heartbeats, metrics, schedules; and a container that crashes again and again. */
const RESTLESS = new Set([CRON_JOB, EVENT, LEASE, HORIZONTAL_POD_AUTOSCALER, POD].map(({ index }) => index));

/** The cluster autoscaler takes a node away, or means to: that disturbs others, and goes on for as long as it takes. */
function isRescaling(record: LogRecord): boolean {
  return record.type === 'event' && record.kind === NODE && record.actor === 'cluster-autoscaler';
}

class StabilityWatcher implements Watcher {
  readonly kinds = KINDS.filter(({ index }) => !RESTLESS.has(index));
  readonly stimuli = true;
  private quietFrom: Micros = 0;
  private readonly writes = new Map<string, { readonly record: LogRecord; count: number }>();

  observe(record: LogRecord): undefined {
    const isEnd = record.type === 'stimulus' && record.action.op === 'end';
    if (record.type === 'stimulus' || isRescaling(record)) {
      if (!isEnd) this.quietFrom = record.t + SETTLING;
      if (this.writes.size > 0) this.writes.clear();
      return undefined;
    }
    if (record.t < this.quietFrom || record.type !== 'event') return undefined;
    const id = `${record.kind.index} ${record.key}`;
    const counted = this.writes.get(id);
    if (counted === undefined) this.writes.set(id, { record, count: 1 });
    else counted.count += 1;
    return undefined;
  }

  atRest(moment: Moment): readonly Finding[] {
    // The cluster autoscaler is not done yet.
    if (moment.view.list(NODE).some((node) => hasTaint(node, TO_BE_DELETED))) return [];
    return [
      ...nodesNotReady(moment),
      ...podsUnderWay(moment),
      ...podsWithoutNode(moment),
      ...deploymentsUnfinished(moment),
      ...endpointsWrong(moment),
      ...this.stillWritten(moment),
    ];
  }

  private stillWritten({ view }: Moment): readonly Finding[] {
    const restarts = view
      .list(POD)
      .some(({ status }) => status.containerStatuses?.some(({ restartCount }) => restartCount > 0));
    if (restarts) return [];
    const findings: Finding[] = [];
    for (const { record, count } of this.writes.values()) {
      if (count <= WRITES_MAX || record.type !== 'event') continue;
      const message = `${record.kind.singular} ${record.key} is still being written: ${count} times since all is quiet`;
      findings.push({ kind: record.kind, key: record.key, message });
    }
    return findings;
  }
}

/** I47. */
export const eventuallyStable: Invariant = {
  name: 'eventually-stable',
  rule: 'When nothing disturbs a cluster any more, it comes to its desired state, and stays there.',
  source:
    'https://github.com/anvil-verifier/anvil (eventually stable reconciliation); https://kubernetes.io/docs/concepts/architecture/controller/#desired-vs-current',
  exemptions: [
    'While a fault goes on, and for eight minutes after the last disturbance: a lost node costs six, a back-off at most five.',
    'A pod that no node has room for, and a rollout that waits for one.',
    'A program that crashes, or is not ready, by itself; a configuration that is missing.',
    'A Deployment whose pods are refused (ReplicaFailure): by a quota, a limit range, or another plugin of admission.',
    'A Deployment that was given Recreate and another size amid a rollout: Kubernetes is stuck there too (kubernetes#125568, kubernetes#138036).',
    'Jobs and their pods, which come and go by schedules, back-offs and deadlines.',
    'While the cluster autoscaler takes nodes away.',
    'Deployments that are paused; objects that a finalizer holds.',
  ],
  watch: () => new StabilityWatcher(),
};
