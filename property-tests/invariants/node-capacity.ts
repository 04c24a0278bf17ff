import { podRequests, type Resources, resourcesOf } from '../../core/kinds/pod/resources.ts';
import { isPodTerminal } from '../../core/kinds/pod/status.ts';
import { NODE, POD } from '../../core/kinds/registry.ts';
import type { EventRecord, LogRecord, StimulusRecord } from '../../core/log/record.ts';
import { whole } from '../../core/quantity.ts';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import { boundTo, SCHEDULER } from './bindings.ts';
import { CrashLog } from './crash-log.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';

/** What the pods of one node ask for. */
interface Load {
  readonly pods: Map<string, Resources>;
  milliCpu: number;
  memory: number;
  ephemeralStorage: number;
  /** Pods that the scheduler could not reckon with: put there by others, or by an earlier life of its own. */
  readonly unknown: Set<string>;
}

function holds(pod: Pod | undefined): string | undefined {
  const node = pod?.spec.nodeName;
  return pod === undefined || node === undefined || node === '' || isPodTerminal(pod) ? undefined : node;
}

class CapacityWatcher implements Watcher {
  readonly kinds = [POD, NODE];
  readonly stimuli = true;
  private readonly loads = new Map<string, Load>();
  private readonly allocatableSince = new Map<string, number>();
  private readonly crashes = new CrashLog(SCHEDULER);

  observe(record: LogRecord, { view }: Moment): readonly Finding[] | undefined {
    if (record.type !== 'event') {
      this.crashes.observe(record as StimulusRecord);
      return undefined;
    }
    if (record.kind === NODE) {
      const before = (record.previous as Node | undefined)?.status.allocatable;
      if ((record.next as Node | undefined)?.status.allocatable !== before)
        this.allocatableSince.set(record.key, record.rv);
      return undefined;
    }
    const before = holds(record.previous as Pod | undefined);
    const after = holds(record.next as Pod | undefined);
    if (before === after) return undefined;
    if (before !== undefined) this.remove(before, (record.previous as Pod).metadata.uid);
    if (after === undefined) return undefined;
    const load = this.add(after, record.next as Pod);
    const decidedHere = boundTo(record) !== undefined && record.actor === SCHEDULER;
    if (!decidedHere || this.crashes.between(record.cause, record.rv)) {
      load.unknown.add((record.next as Pod).metadata.uid);
      return undefined;
    }
    const node = view.get(NODE, undefined, after);
    return node === undefined || load.unknown.size > 0 ? undefined : this.judge(record, node, load);
  }

  private judge({ key, cause }: EventRecord, node: Node, load: Load): readonly Finding[] | undefined {
    const { name } = node.metadata;
    // The kubelet first tells of its node's resources after it has registered.
    if ((this.allocatableSince.get(name) ?? 0) > cause) return undefined;
    const { allocatable } = node.status;
    const has = resourcesOf(allocatable);
    const over: string[] = [];
    const compare = (what: string, used: number, most: number): void => {
      if (used > most) over.push(`${what} ${used} of ${most}`);
    };
    compare('milli-CPU', load.milliCpu, has.milliCpu);
    compare('bytes of memory', load.memory, has.memory);
    if (allocatable?.['ephemeral-storage'] !== undefined)
      compare('bytes of ephemeral storage', load.ephemeralStorage, has.ephemeralStorage);
    compare('pods', load.pods.size, whole(allocatable?.pods ?? '0'));
    if (over.length === 0) return undefined;
    const message = `pod ${key} was bound to node ${name}, whose pods then ask for more than it has: ${over.join(', ')}`;
    return [{ kind: POD, key, message }];
  }

  private add(node: string, pod: Pod): Load {
    let load = this.loads.get(node);
    if (load === undefined) {
      load = { pods: new Map(), milliCpu: 0, memory: 0, ephemeralStorage: 0, unknown: new Set() };
      this.loads.set(node, load);
    }
    const requests = podRequests(pod);
    load.pods.set(pod.metadata.uid, requests);
    load.milliCpu += requests.milliCpu;
    load.memory += requests.memory;
    load.ephemeralStorage += requests.ephemeralStorage;
    return load;
  }

  private remove(node: string, uid: string): void {
    const load = this.loads.get(node);
    const requests = load?.pods.get(uid);
    if (load === undefined || requests === undefined) return;
    load.pods.delete(uid);
    load.unknown.delete(uid);
    load.milliCpu -= requests.milliCpu;
    load.memory -= requests.memory;
    load.ephemeralStorage -= requests.ephemeralStorage;
  }
}

/** I29. */
export const nodeCapacity: Invariant = {
  name: 'node-capacity',
  rule: "The pods that the scheduler binds to a node ask for no more than the node's allocatable resources.",
  source:
    'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-requests-are-scheduled',
  exemptions: [
    'Pods whose spec.nodeName somebody else set: the kubelet refuses what does not fit.',
    'What an earlier life of the scheduler had sent before it crashed.',
    'Resources that the node has lost since.',
  ],
  watch: () => new CapacityWatcher(),
};
