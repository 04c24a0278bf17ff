import type { Controller } from '../controllers/controller.ts';
import type { WebhookCall } from '../core/api/admission/webhooks/port.ts';
import type { MetricsSource } from '../core/api/metrics.ts';
import type { NewObject } from '../core/api/object.ts';
import { ApiServer } from '../core/api/server.ts';
import { EVENT, LEASE, SERVICE } from '../core/kinds/registry.ts';
import { Journal } from '../core/log/journal.ts';
import type { LogRecord, RecordSink, Stimulus, StimulusRecord } from '../core/log/record.ts';
import type { RestAnswer, RestRequest } from '../core/rest/request.ts';
import { serveWriteRequest, tryWebhooks } from '../core/rest/rest.ts';
import type { View } from '../core/store/view.ts';
import { type Micros, SECOND } from '../core/time.ts';
import type { Cause } from './actor.ts';
import { Cloud } from './cloud/cloud.ts';
import { CostMeter } from './cloud/cost-meter.ts';
import type { FaultWorld } from './faults/fault.ts';
import { ActorLink } from './host/actor-link.ts';
import { bootstrapCluster, bootstrapRoles } from './host/bootstrap.ts';
import { bootstrapApi } from './host/bootstrap-api.ts';
import { ClusterAutoscalerProcess } from './host/cluster-autoscaler-process.ts';
import { controllersWith } from './host/controllers-with.ts';
import { NodePool, nodeConcerned } from './host/node-pool.ts';
import { ControllerProcess } from './host/process.ts';
import { processSettings, WATCH_DELAY } from './host/process-settings.ts';
import { SchedulerProcess } from './host/scheduler-process.ts';
import { WatchStream } from './host/watch-stream.ts';
import { Kernel, PRIORITY, type Target } from './kernel/kernel.ts';
import { randomStream } from './random/keyed.ts';
import { CLUSTER_AUTOSCALER_FLAGS, flagValues } from './scenario/flags.ts';
import { type Action, isAutoscaled, type Scenario } from './scenario/scenario.ts';
import type { StimulusWorld } from './stimulus/handler.ts';
import { handlerFor } from './stimulus/list.ts';
import { csiProcess } from './storage/csi-process.ts';
import { StorageSystems } from './storage/storage-systems.ts';
import { DeclaredMetrics, withDeclaredMetrics } from './traffic/declared-metrics.ts';
import { Load } from './traffic/load.ts';
import { ScrapedMetrics, SteadyMetrics } from './traffic/metrics.ts';
import { hasLoad, Traffic } from './traffic/traffic.ts';

/** The control plane and the first nodes come up in the first second; then the manifests are applied. */
const MANIFESTS_AT: Micros = SECOND;

/** A part of a user's action that the API refused. */
export interface Refusal {
  readonly t: Micros;
  /** Where the action was written: `shop.yaml:12`. */
  readonly source: string;
  readonly message: string;
}

export interface SimulationOptions {
  /** Hear every record from the very first. */
  readonly sinks?: readonly RecordSink[];
  /** Called after each record with the state that it led to: assertions. */
  readonly observe?: (record: LogRecord, view: View, now: Micros) => void;
  /** Replacements and additions to the controllers of kube-controller-manager, by name. */
  readonly controllers?: readonly Controller[];
  /** Take these instead of the scenario's own timeline: what a log recorded. */
  readonly stimuli?: readonly StimulusRecord[];
}

/** Stimuli that the scenario or an earlier one leads to again. */
export const COMES_BY_ITSELF: ReadonlySet<string> = new Set([
  'scenario',
  'end',
  'fault-end',
  'load',
  'load-end',
]);

/** What a stimulus of the log says: the action, and where it was written. */
interface TimedAction {
  readonly action: Action;
  readonly source: string;
}

/** A process of the control plane, as a fault sees it. */
interface FaultyProcess {
  readonly name: string;
  crash(): void;
  start(cause: Cause): void;
  delayWatch(by: Micros): void;
}

function withReplacements(
  controllers: readonly Controller[],
  replacements: readonly Controller[],
): readonly Controller[] {
  const byName = new Map(replacements.map((controller) => [controller.name, controller]));
  const kept = controllers.map((controller) => byName.get(controller.name) ?? controller);
  const names = new Set(controllers.map((controller) => controller.name));
  return [...kept, ...replacements.filter((controller) => !names.has(controller.name))];
}

/** A request that waits for webhooks: what to ask of them. */
export interface Unasked {
  readonly unasked: readonly WebhookCall[];
}

/**
 * A cluster and the world under it, in virtual time: the kernel, the API server, the processes of the control
 * plane, the nodes, and what a scenario does to them. Everything that happens is a record of its journal.
 */
export class Simulation implements Target {
  readonly scenario: Scenario;
  readonly kernel: Kernel;
  readonly journal = new Journal();
  readonly server: ApiServer;
  readonly controllerManager: ControllerProcess;
  readonly scheduler: SchedulerProcess;
  /** What stands behind volumes, and the sidecars of the drivers. */
  readonly storage: StorageSystems;
  private readonly csi: ControllerProcess;
  readonly cloud: Cloud;
  /** Absent where no machine has a price. */
  private readonly cost: CostMeter | undefined;
  /** Absent where no node group can grow or shrink. */
  readonly clusterAutoscaler: ClusterAutoscalerProcess | undefined;
  readonly nodes: NodePool;
  readonly load: Load;
  /** Absent where nothing in the scenario makes usage change. */
  private readonly traffic: Traffic | undefined;
  readonly refusals: Refusal[] = [];
  private readonly applied = new Map<string, NewObject>();
  private readonly recorded: readonly StimulusRecord[] | undefined;
  private scenarioNumber = 0;
  private pendingActions = 0;
  private lastWriteAt: Micros;

  constructor(scenario: Scenario, options: SimulationOptions = {}) {
    if ((scenario.cluster.kubernetes.mutants ?? []).length > 0 && (options.controllers ?? []).length === 0)
      throw new Error(
        'the scenario names mutants, and none were given: pass mutantControllers of property-tests',
      );
    this.scenario = scenario;
    const { kubernetes } = scenario.cluster;
    this.kernel = new Kernel(scenario.startTime);
    this.lastWriteAt = scenario.startTime;
    this.server = new ApiServer(this.journal, randomStream(scenario.seed, 'api').draw);
    const stream = new WatchStream(this.journal);
    this.journal.subscribe((record) => this.observe(record));
    for (const sink of options.sinks ?? []) this.journal.subscribe(sink);
    const { observe } = options;
    if (observe !== undefined)
      this.journal.subscribe((record) => observe(record, this.server.state, record.t));

    this.controllerManager = new ControllerProcess(
      this.kernel,
      this.server,
      stream,
      'kube-controller-manager',
      withReplacements(controllersWith(kubernetes.kubeControllerManager), options.controllers ?? []),
      processSettings(kubernetes.kubeControllerManager, kubernetes.events),
    );
    this.scheduler = new SchedulerProcess(
      this.kernel,
      this.server,
      stream,
      randomStream(scenario.seed, 'scheduler'),
      kubernetes.kubeScheduler,
      processSettings(kubernetes.kubeScheduler, kubernetes.events),
    );
    this.storage = new StorageSystems(
      scenario.cluster.csiDrivers ?? [],
      randomStream(scenario.seed, 'storage'),
    );
    this.csi = csiProcess(this.kernel, this.server, stream, this.storage, kubernetes.events);
    this.nodes = new NodePool(
      this.kernel,
      this.server,
      scenario,
      processSettings(kubernetes.kubelet, kubernetes.events),
    );
    this.cloud = new Cloud(
      scenario.cluster.nodeGroups,
      new ActorLink(
        this.kernel,
        this.server,
        'cloud-node-lifecycle-controller',
        randomStream(scenario.seed, 'cloud'),
        processSettings(kubernetes.kubelet, kubernetes.events),
      ),
      this.nodes,
      kubernetes.kubeControllerManager['node-monitor-grace-period'],
    );
    this.clusterAutoscaler = this.withClusterAutoscaler(stream);
    const { nodeGroups } = scenario.cluster;
    this.cost = nodeGroups.some(({ pricePerHour }) => pricePerHour > 0)
      ? new CostMeter(this.kernel, this.journal, this.cloud, nodeGroups)
      : undefined;
    this.load = new Load(scenario.traffic ?? [], scenario.startTime);
    this.traffic = this.withMetrics(stream);
    this.recorded = options.stimuli;
  }

  get now(): Micros {
    return this.kernel.now;
  }

  get view(): View {
    return this.server.state;
  }

  /** Whether every action of the scenario has been done, and what it began has ended. */
  get isScenarioOver(): boolean {
    return this.pendingActions === 0 && (this.traffic?.isOver ?? true);
  }

  /** When anything but an Event or a Lease was last written. */
  get quietSince(): Micros {
    return this.lastWriteAt;
  }

  runUntil(limit: Micros): void {
    this.kernel.runUntil(limit);
  }

  /** Go on towards `limit` by at most so many entries of the kernel; `true` when it is reached. */
  advance(limit: Micros, entriesMax: number): boolean {
    return this.kernel.advance(limit, entriesMax);
  }

  /** The last record: the run ends here, and a re-execution knows until when to go. */
  end(): void {
    for (const { name, to } of this.traffic?.idleFlows ?? []) {
      if (this.server.state.get(SERVICE, to.namespace, to.name) !== undefined) continue;
      const message = `the traffic ${name} has nobody to go to: there is no Service ${to.name} in the namespace ${to.namespace}`;
      this.refusals.push({ t: this.now, source: 'spec.traffic', message });
    }
    this.cost?.write();
    this.journal.stimulus(this.now, this.scenarioNumber, 'scenario', { op: 'end' });
  }

  /** Begin: the first record, the control plane, the nodes, and the scenario's plan. Once. */
  boot(): void {
    const { scenario, recorded } = this;
    if (this.scenarioNumber !== 0) throw new Error('a simulation boots once');
    const first = this.journal.stimulus(this.now, 0, 'scenario', { op: 'scenario', scenario });
    this.scenarioNumber = first.rv;
    const cause: Cause = { rv: first.rv };
    bootstrapCluster(this.server, this.now, cause);
    if (scenario.cluster.kubernetes.rbac === true) {
      bootstrapRoles(this.server, this.now, cause);
      bootstrapApi(this.server, this.now, cause);
    }
    this.controllerManager.start(cause);
    this.scheduler.start(cause);
    this.csi.start(cause);
    this.traffic?.start(cause);
    this.cloud.start(cause);
    this.clusterAutoscaler?.start(cause);
    this.cost?.start(cause);
    if (recorded !== undefined) {
      for (const { t, action } of recorded) this.planRecorded(t, action);
      return;
    }
    if (scenario.manifests.length > 0) {
      this.plan(
        scenario.startTime + MANIFESTS_AT,
        { op: 'apply', objects: scenario.manifests },
        scenario.name,
      );
    }
    for (const { at, source, action } of scenario.timeline)
      this.plan(scenario.startTime + at, action, source);
  }

  private withClusterAutoscaler(stream: WatchStream): ClusterAutoscalerProcess | undefined {
    const { kubernetes, nodeGroups } = this.scenario.cluster;
    if (!nodeGroups.some(isAutoscaled)) return undefined;
    return new ClusterAutoscalerProcess(
      this.kernel,
      this.server,
      stream,
      this.cloud,
      nodeGroups,
      randomStream(this.scenario.seed, 'cluster-autoscaler'),
      kubernetes.clusterAutoscaler ?? flagValues(CLUSTER_AUTOSCALER_FLAGS),
      kubernetes.kubeScheduler,
      processSettings(kubernetes.kubelet, kubernetes.events),
    );
  }

  /** Who answers for the metrics APIs; and what makes usage change, where anything does. */
  private withMetrics(stream: WatchStream): Traffic | undefined {
    const { kernel, journal, server, nodes, scenario, load } = this;
    if (!hasLoad(scenario)) {
      const steady = new SteadyMetrics(server.state, nodes, kernel, scenario.startTime);
      server.metrics = this.withDeclared(steady);
      return undefined;
    }
    const metrics = new ScrapedMetrics(server.state);
    server.metrics = this.withDeclared(metrics);
    return new Traffic(kernel, journal, stream, WATCH_DELAY, nodes, scenario, load, metrics);
  }

  private withDeclared(source: MetricsSource): MetricsSource {
    const { metrics, startTime } = this.scenario;
    if (metrics === undefined || metrics.length === 0) return source;
    return withDeclaredMetrics(source, new DeclaredMetrics(metrics, this.kernel, startTime));
  }

  private plan(at: Micros, action: Action, source: string): void {
    this.pendingActions += 1;
    const timed: TimedAction = { action, source };
    const priority = action.op === 'request' ? PRIORITY.client : PRIORITY.world;
    this.kernel.schedule(at, priority, this, timed);
  }

  private planRecorded(at: Micros, stimulus: Stimulus): void {
    if (COMES_BY_ITSELF.has(stimulus.op)) return;
    // A stimulus was written by this program from an action: its shape is that action's.
    const { source, ...action } = stimulus as unknown as Action & { readonly source: string };
    this.plan(at, action as Action, source);
  }

  /** An action's time has come. */
  handle(payload: unknown): void {
    const { action, source } = payload as TimedAction;
    if (action.op === 'request') {
      this.serve(action.request);
      this.pendingActions -= 1;
      return;
    }
    const actor = action.op === 'fault' ? 'fault' : 'user';
    const record = this.journal.stimulus(this.now, this.scenarioNumber, actor, { ...action, source });
    handlerFor(action).run(this.stimulusWorld(), action, source, { rv: record.rv });
    this.pendingActions -= 1;
  }

  /**
   * A write of an outside client, now: it takes a microsecond of its own, after everything that was due by then, so
   * that its time is its place. The log holds it, refused or not.
   */
  request(request: RestRequest): RestAnswer {
    this.kernel.runUntil(this.now + 1);
    return this.serve(request);
  }

  /** The same for one that admission webhooks may have a say in: served only once all that are concerned have answered. */
  attempt(request: RestRequest): RestAnswer | Unasked {
    this.kernel.runUntil(this.now + 1);
    const actor = `client/${request.user}`;
    const trial = tryWebhooks(request, this.server, { now: this.now, actor, cause: this.scenarioNumber });
    if (trial === undefined) return this.serve(request);
    if (trial.unasked.length > 0) return { unasked: trial.unasked };
    const webhooks = (request.webhooks ?? []).filter(({ digest }) => trial.used.has(digest));
    return this.serve({ ...request, webhooks });
  }

  private serve(request: RestRequest): RestAnswer {
    const actor = `client/${request.user}`;
    const { rv } = this.journal.stimulus(this.now, this.scenarioNumber, actor, { op: 'request', request });
    return serveWriteRequest(request, this.server, { now: this.now, actor, cause: rv });
  }

  private stimulusWorld(): StimulusWorld {
    const { kernel, server, applied } = this;
    return {
      view: server.state,
      get now() {
        return kernel.now;
      },
      random: randomStream(this.scenario.seed, 'user'),
      faults: this.faultWorld(),
      request: (command, cause) =>
        server.execute(command, { now: kernel.now, actor: 'user', cause: cause.rv, reason: cause.reason }),
      lastApplied: (key) => applied.get(key),
      rememberApplied: (key, object) => {
        applied.set(key, object);
      },
      after: (delay, told, cause, run) =>
        this.afterwards(delay, () =>
          run({ rv: this.journal.stimulus(this.now, cause.rv, 'fault', told).rv }),
        ),
      later: (delay, run) => this.afterwards(delay, run),
      refused: (where, message) => {
        this.refusals.push({ t: kernel.now, source: where, message });
      },
    };
  }

  private afterwards(delay: Micros, run: () => void): void {
    this.pendingActions += 1;
    const later: Target = {
      handle: () => {
        this.pendingActions -= 1;
        run();
      },
    };
    this.kernel.schedule(this.now + delay, PRIORITY.world, later, undefined);
  }

  private faultWorld(): FaultWorld {
    const { server, kernel, nodes } = this;
    return {
      view: server.state,
      get now() {
        return kernel.now;
      },
      random: randomStream(this.scenario.seed, 'faults'),
      nodes,
      registry: nodes.registry,
      load: this.load,
      processes: {
        crash: (name) => {
          const process = this.process(name);
          process?.crash();
          return process !== undefined;
        },
        restart: (name, cause) => this.process(name)?.start(cause),
        delayWatch: (name, by) => {
          const process = this.process(name);
          process?.delayWatch(by);
          return process !== undefined;
        },
      },
      cloud: this.cloud,
      storage: this.storage,
    };
  }

  private process(name: string): FaultyProcess | undefined {
    const processes: readonly (FaultyProcess | undefined)[] = [
      this.controllerManager,
      this.scheduler,
      this.csi,
      this.clusterAutoscaler,
    ];
    return processes.find((process) => process?.name === name);
  }

  private observe(record: LogRecord): void {
    if (record.type !== 'event') return;
    const node = nodeConcerned(record);
    if (node !== undefined) this.nodes.noticed(node, record);
    if (record.kind !== EVENT && record.kind !== LEASE) this.lastWriteAt = record.t;
  }
}
