import { ClusterAutoscaler } from '../../controllers/autoscaling/cluster-autoscaler.ts';
import type { GroupGrowth } from '../../controllers/autoscaling/cluster-balance.ts';
import type { ListedCloud } from '../../controllers/autoscaling/cluster-cloud.ts';
import { WATCHED_BY_CLUSTER_AUTOSCALER } from '../../controllers/autoscaling/cluster-model.ts';
import type { ClusterAutoscalerOptions } from '../../controllers/autoscaling/cluster-options.ts';
import type { ScanDecision } from '../../controllers/autoscaling/cluster-scan.ts';
import {
  candidateTaint,
  DELETION_CANDIDATE,
  TO_BE_DELETED,
  withoutTaints,
  withTaint,
} from '../../controllers/autoscaling/cluster-taints.ts';
import { DEFAULT_PROFILE } from '../../controllers/scheduling/plugins/default-plugins.ts';
import type { Command } from '../../core/api/command.ts';
import type { KubeObject } from '../../core/api/object.ts';
import type { ApiServer } from '../../core/api/server.ts';
import { NODE } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Node } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { templateNode } from '../cloud/template-node.ts';
import { type Kernel, PRIORITY, type Target, type Timer } from '../kernel/kernel.ts';
import type { RandomStream } from '../random/keyed.ts';
import type { ClusterAutoscalerSettings, SchedulerSettings } from '../scenario/flags.ts';
import { isAutoscaled, type NodeGroup } from '../scenario/scenario.ts';
import { callAfter } from './actor-link.ts';
import { ApiClient } from './api-client.ts';
import { EventRecorder } from './event-recorder.ts';
import { NodeRemoval, type RemovalHost, type RemovalSettings } from './node-removal.ts';
import { type ProcessSettings, watchEventOf } from './process.ts';
import { RateLimiter } from './rate-limiter.ts';
import { schedulerOptions } from './scheduler-options.ts';
import { StatusMap } from './status-map.ts';
import { WatchReader, type WatchStream } from './watch-stream.ts';

/** The actor of its events in the log, and the component of its Events. */
const ACTOR = 'cluster-autoscaler';
/** `kube-client-qps` and `kube-client-burst`. */
const QPS = 5;
const BURST = 10;

function optionsFrom(
  flags: ClusterAutoscalerSettings,
  scheduler: SchedulerSettings,
  random: RandomStream,
): ClusterAutoscalerOptions {
  const scanInterval = flags['scan-interval'];
  return {
    scanInterval,
    newPodScaleUpDelay: flags['new-pod-scale-up-delay'],
    maxNodeProvisionTime: flags['max-node-provision-time'],
    maxNodesTotal: flags['max-nodes-total'],
    expander: flags.expander,
    balanceSimilarNodeGroups: flags['balance-similar-node-groups'],
    okTotalUnreadyCount: flags['ok-total-unready-count'],
    maxTotalUnreadyPercentage: flags['max-total-unready-percentage'],
    initialBackoff: flags['initial-node-group-backoff-duration'],
    maxBackoff: flags['max-node-group-backoff-duration'],
    scaleDown: {
      enabled: flags['scale-down-enabled'],
      unneededTime: flags['scale-down-unneeded-time'],
      unreadyTime: flags['scale-down-unready-time'],
      utilizationThreshold: flags['scale-down-utilization-threshold'],
      delayAfterAdd: flags['scale-down-delay-after-add'],
      delayAfterDelete: flags['scale-down-delay-after-delete'] || scanInterval,
      delayAfterFailure: flags['scale-down-delay-after-failure'],
      recheckTimeout: flags['unremovable-node-recheck-timeout'],
      parallelism: flags['max-scale-down-parallelism'],
      drainParallelism: flags['max-drain-parallelism'],
      emptyBulk: flags['max-empty-bulk-delete'],
      softTaintsAtOnce: flags['max-bulk-soft-taint-count'],
      skipLocalStorage: flags['skip-nodes-with-local-storage'],
      skipSystemPods: flags['skip-nodes-with-system-pods'],
      skipCustomControllers: flags['skip-nodes-with-custom-controller-pods'],
    },
    expendablePriorityCutoff: flags['expendable-pods-priority-cutoff'],
    // As with `--scheduler-config-file` of the scheduler's own: the first profile foresees for all pods.
    profile: schedulerOptions(scheduler, random).profiles[0] ?? DEFAULT_PROFILE,
    draw: random.draw,
  };
}

function removalSettings(flags: ClusterAutoscalerSettings): RemovalSettings {
  return {
    maxGracefulTerminationSeconds: flags['max-graceful-termination-sec'],
    maxPodEvictionTime: flags['max-pod-eviction-time'],
    deleteDelayAfterTaint: flags['node-delete-delay-after-taint'],
  };
}

/** What connects one life of the process with time and the API; a crash cuts it. */
interface Life {
  readonly autoscaler: ClusterAutoscaler;
  readonly client: ApiClient;
  readonly eventClient: ApiClient;
  readonly recorder: EventRecorder | undefined;
  readonly reader: WatchReader;
  readonly status: StatusMap;
  readonly startedAt: Micros;
}

/**
 * The cluster-autoscaler process. It looks at the cluster at every `scan-interval`; scans that could come to nothing new
 * are left out: those before which nothing has changed, and no time is up.
 */
export class ClusterAutoscalerProcess implements Target {
  readonly name = ACTOR;
  /** Look at the cluster at every interval: slow, and without any other effect. */
  leavesNoScanOut = false;
  private readonly kernel: Kernel;
  private readonly server: ApiServer;
  private readonly stream: WatchStream;
  private readonly cloud: Cloud;
  private readonly groups: readonly NodeGroup[];
  private readonly random: RandomStream;
  private readonly options: ClusterAutoscalerOptions;
  private readonly removals: RemovalSettings;
  private readonly settings: ProcessSettings;
  private readonly templates = new Map<string, Node>();
  private life: Life | undefined;
  private scanTimer: Timer | undefined;
  private lastScan: Micros = 0;
  private lag: Micros = 0;
  private scanCount = 0;

  constructor(
    kernel: Kernel,
    server: ApiServer,
    stream: WatchStream,
    cloud: Cloud,
    groups: readonly NodeGroup[],
    random: RandomStream,
    flags: ClusterAutoscalerSettings,
    scheduler: SchedulerSettings,
    settings: ProcessSettings,
  ) {
    this.kernel = kernel;
    this.server = server;
    this.stream = stream;
    this.cloud = cloud;
    this.groups = groups.filter(isAutoscaled);
    this.random = random;
    this.options = optionsFrom(flags, scheduler, random);
    this.removals = removalSettings(flags);
    this.settings = settings;
    cloud.listen(() => {
      if (this.life !== undefined && cloud.all.some(({ state }) => state === 'failed')) this.plan(kernel.now);
    });
  }

  get running(): boolean {
    return this.life !== undefined;
  }

  /** How often it has looked at the cluster: the deterministic measure of its work. */
  get scans(): number {
    return this.scanCount;
  }

  start(cause: Cause): void {
    if (this.life !== undefined) return;
    const { kernel, server, stream } = this;
    const { requestLatency, watchDelay, events } = this.settings;
    const client = new ApiClient(kernel, server, new RateLimiter(QPS, BURST), requestLatency);
    const eventClient = new ApiClient(kernel, server, new RateLimiter(0, 1), requestLatency);
    const recorder = events
      ? new EventRecorder(ACTOR, undefined, (command, why, done) =>
          eventClient.send(command, ACTOR, why, done),
        )
      : undefined;
    const autoscaler = new ClusterAutoscaler(this.options);
    const deliver = (event: EventRecord): void => this.deliver(event);
    const reader = new WatchReader(
      kernel,
      stream,
      watchDelay + this.lag,
      deliver,
      WATCHED_BY_CLUSTER_AUTOSCALER,
    );
    const status = new StatusMap(
      (command, why, done) => eventClient.send(command, ACTOR, why, done),
      (request, why) => recorder?.record(request, why, kernel.now),
      kernel,
    );
    this.life = { autoscaler, client, eventClient, recorder, reader, status, startedAt: kernel.now };
    for (const kind of WATCHED_BY_CLUSTER_AUTOSCALER) {
      for (const object of server.state.list(kind)) {
        autoscaler.observe({ type: 'ADDED', object, previous: undefined }, cause.rv);
      }
    }
    this.lastScan = kernel.now;
    this.plan(kernel.now);
  }

  /** Its informers hear of everything so much later than usual; 0 ends that. */
  delayWatch(by: Micros): void {
    this.lag = by;
    this.life?.reader.setDelay(this.settings.watchDelay + by);
  }

  /** What it was about to do is left undone; nodes that it had tainted keep their taint until it is back. */
  crash(): void {
    if (this.life === undefined) return;
    const { reader, client, eventClient } = this.life;
    reader.stop();
    client.disconnect();
    eventClient.disconnect();
    this.life = undefined;
    if (this.scanTimer !== undefined) this.kernel.cancel(this.scanTimer);
    this.scanTimer = undefined;
  }

  /** A scan is due. */
  handle(_payload: unknown, now: Micros): void {
    this.scanTimer = undefined;
    const { life } = this;
    if (life === undefined) return;
    this.lastScan = now;
    this.scanCount += 1;
    const { decisions, wake } = life.autoscaler.scan(this.listed(), now);
    for (const decision of decisions) this.carryOut(decision, life);
    if (wake !== undefined) this.plan(wake);
    if (life.autoscaler.hasNews || this.leavesNoScanOut) this.plan(now);
  }

  /** Hot path. */
  private deliver(event: EventRecord): void {
    const { life } = this;
    if (life === undefined) return;
    life.autoscaler.observe(watchEventOf(event), event.rv);
    if (life.autoscaler.hasNews) this.plan(this.kernel.now);
  }

  /** See to it that there is a scan at the first time for one from some moment on. */
  private plan(from: Micros): void {
    const { life } = this;
    if (life === undefined) return;
    const { scanInterval } = this.options;
    const earliest = Math.max(from, this.kernel.now, this.lastScan + 1);
    const at = life.startedAt + Math.ceil((earliest - life.startedAt) / scanInterval) * scanInterval;
    const planned = this.scanTimer;
    if (planned !== undefined) {
      if (planned.time <= at) return;
      this.kernel.cancel(planned);
    }
    this.scanTimer = this.kernel.schedule(at, PRIORITY.actor, this, undefined);
  }

  private listed(): ListedCloud {
    const { cloud } = this;
    return {
      groups: this.groups,
      machines: cloud.all.map(({ machine, state, requestedAt, failedBy }) => ({
        name: machine.name,
        group: machine.group,
        state,
        requestedAt,
        failedBy,
      })),
      nextNodes: (group, count) =>
        cloud
          .nextMachines(group, count)
          .map((machine) => templateNode(machine, this.random, this.kernel.now)),
      nodeOf: (name) => {
        const held = cloud.machine(name);
        if (held === undefined) return undefined;
        let node = this.templates.get(name);
        if (node === undefined) {
          node = templateNode(held.machine, this.random, this.kernel.now);
          this.templates.set(name, node);
        }
        return node;
      },
    };
  }

  private carryOut(decision: ScanDecision, life: Life): void {
    switch (decision.kind) {
      case 'grow':
        this.grow(decision, life);
        return;
      case 'give-up':
        this.cloud.removeNode(decision.machine, decision.cause);
        return;
      case 'remove':
        this.remove(decision, life);
        return;
      case 'mark':
        this.mark(decision, life);
        return;
      case 'event':
        life.recorder?.record(decision.request, decision.cause, this.kernel.now);
        return;
      case 'tell':
        life.status.tell(decision.news, decision.cause);
        return;
      case 'status':
        life.status.write(decision.text, decision.cause);
    }
  }

  /** Asks for machines until there are enough, or the cloud has none. */
  private grow({ growth, helped, cause }: Extract<ScanDecision, { kind: 'grow' }>, life: Life): void {
    const got: GroupGrowth[] = [];
    const refused: string[] = [];
    for (const { group, from, to } of growth) {
      let size = from;
      const [name, most] = [group.name, group.max];
      this.tellGrowth(life, `setting group ${name} size to ${to} instead of ${from} (max: ${most})`, cause);
      while (size < to && this.cloud.addNode(group.name, cause).ok) size += 1;
      if (size > from) {
        this.tellGrowth(life, `group ${name} size set to ${size} instead of ${from} (max: ${most})`, cause);
      }
      if (size < to) refused.push(name);
      got.push({ group, from, to: size });
    }
    for (const name of refused) {
      const message = `Scale-up failed for group ${name}: the cloud has no machine to give`;
      life.status.tell({ eventType: 'Warning', reason: 'FailedToScaleUpGroup', message }, { rv: cause.rv });
    }
    const { now } = this.kernel;
    for (const request of life.autoscaler.grew(got, refused, helped, now)) {
      life.recorder?.record(request, { rv: cause.rv }, now);
    }
  }

  private tellGrowth(life: Life, what: string, { rv }: Cause): void {
    life.status.tell({ eventType: 'Normal', reason: 'ScaledUpGroup', message: `Scale-up: ${what}` }, { rv });
  }

  private remove({ node, pods, cause }: Extract<ScanDecision, { kind: 'remove' }>, life: Life): void {
    const { name } = node.metadata;
    const isEmpty = pods.length === 0;
    const reason = isEmpty ? 'ScaleDownEmpty' : 'ScaleDown';
    const tell = (message: string): void =>
      life.status.tell({ eventType: 'Normal', reason, message: `Scale-down: ${message}` }, cause);
    const names = pods.map(({ metadata }) => metadata.name).join(',');
    tell(isEmpty ? `removing empty node "${name}"` : `removing node ${name}, pods to reschedule: ${names}`);
    const removal = new NodeRemoval(this.removalHost(life), this.removals, node, pods, cause, (isGone) => {
      if (isGone) tell(isEmpty ? `empty node ${name} removed` : `node ${name} removed with drain`);
      life.autoscaler.removed(name, isGone, this.kernel.now);
      this.plan(this.kernel.now);
    });
    removal.start();
  }

  private removalHost(life: Life): RemovalHost {
    const { kernel, cloud } = this;
    const isCurrent = (): boolean => this.life === life;
    return {
      get now() {
        return kernel.now;
      },
      send: (command, cause, done) => life.client.send(command, ACTOR, cause, done),
      after: (delay, run) => {
        callAfter(kernel, delay, () => {
          if (isCurrent()) run();
        });
      },
      event: (request, cause) => life.recorder?.record(request, cause, kernel.now),
      podsLeft: (nodeName) => life.autoscaler.podsLeft(nodeName, kernel.now),
      giveBack: (nodeName, cause) => {
        cloud.removeNode(nodeName, cause);
      },
    };
  }

  private mark({ node, on, cause }: Extract<ScanDecision, { kind: 'mark' }>, life: Life): void {
    const taint = candidateTaint(this.kernel.now);
    const command: Command = {
      verb: 'patch',
      kind: NODE,
      namespace: undefined,
      name: node,
      // The command's `kind` says what is stored under it.
      change: (stored: KubeObject) =>
        on
          ? withTaint(stored as Node, taint)
          : withoutTaints(stored as Node, [DELETION_CANDIDATE, TO_BE_DELETED]),
    };
    life.client.send(command, ACTOR, cause);
  }
}
