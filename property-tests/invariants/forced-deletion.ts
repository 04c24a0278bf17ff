import { isPodTerminal } from '../../core/kinds/pod/status.ts';
import { NODE, POD } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';

/** https://kubernetes.io/docs/reference/labels-annotations-taints/#node-kubernetes-io-out-of-service */
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
/** Components, by whose hand no pod goes that may still run. */
const COMPONENTS = /-controller$|^kube-scheduler$|^cluster-autoscaler$/;

class DeletionWatcher implements Watcher {
  readonly kinds = [POD];

  observe(record: EventRecord, { view }: Moment): readonly Finding[] | undefined {
    if (record.verb !== 'delete' || !COMPONENTS.test(record.actor)) return undefined;
    const pod = record.previous as Pod;
    const { nodeName } = pod.spec;
    if (nodeName === undefined || nodeName === '' || isPodTerminal(pod)) return undefined;
    if (pod.spec.terminationGracePeriodSeconds === 0) return undefined;
    const node = view.get(NODE, undefined, nodeName);
    if (node === undefined) return undefined;
    if (node.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE)) return undefined;
    const message = `pod/${pod.metadata.name} was removed by ${record.actor} while node ${nodeName} may still run it`;
    return [{ kind: POD, key: record.key, message }];
  }
}

/** I28. */
export const forcedDeletion: Invariant = {
  name: 'forced-deletion',
  rule: 'No component removes a pod that its node may still run: only its kubelet knows that it has ended.',
  source:
    'https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/; https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-forced',
  exemptions: [
    'A pod that was never bound, or has ended.',
    'A pod whose node is gone, or has the taint node.kubernetes.io/out-of-service.',
    'A pod whose own terminationGracePeriodSeconds is 0: it has asked for that.',
    'A user who deletes with a grace period of 0.',
  ],
  watch: () => new DeletionWatcher(),
};
