import type { Journal } from '../../core/log/journal.ts';
import { milli } from '../../core/quantity.ts';
import { MINUTE, type Micros, SECOND } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import type { NodePool } from '../host/node-pool.ts';
import type { WatchStream } from '../host/watch-stream.ts';
import { type Kernel, PRIORITY, type Target } from '../kernel/kernel.ts';
import type { PodPrograms, ProgramListener } from '../kubelet/program.ts';
import type { Scenario, TrafficFlow, TrafficSpike } from '../scenario/scenario.ts';
import type { Load, LoadListener } from './load.ts';
import { METRIC_RESOLUTION, memoryOf, type ScrapedMetrics } from './metrics.ts';
import { FluidModel, requestCpu, type ServiceLoad, serviceKey } from './model.ts';
import { availableCpu, type CpuClaim } from './node-share.ts';
import { type ContainerLoad, PodLoad } from './pod-load.ts';
import { Proxies } from './proxies.ts';
import { Sampler } from './sampler.ts';

/** Samples of pods and nodes are written no more often. */
const USAGE_SAMPLES_EVERY: Micros = MINUTE;
/** While a spike rises or falls, its load is taken anew this often. */
const RAMP_STEP: Micros = 3 * SECOND;
/** Errors below a thousandth of the requests are one value. */
const ERRORS_FLOOR = 0.001;
/** What of pods and nodes is measured. */
const USAGE = ['cpu', 'memory'] as const;
/** Rounds after which what each container can use is left as it is. */
const SHARES_MAX = 4;
/** Milli-requests a second in one. */
const MILLI = 1000;

/** Whether anything in a scenario makes the usage of its programs change. */
export function hasLoad({ traffic, behaviors }: Scenario): boolean {
  if (traffic !== undefined && traffic.length > 0) return true;
  return behaviors.some(({ request, usage }) => request !== undefined || usage !== undefined);
}

const CALLBACK: Target = { handle: (payload) => (payload as () => void)() };

/**
 * Requests, what they make programs use, and what of it is measured: an actor of the world. It is asleep but for the
 * ticks of the metrics, and for the moments at which something that it depends on changes: an endpoint that is
 * programmed, a program that begins or ends, a flow. All changes of one moment are worked out together.
 */
export class Traffic implements ProgramListener, LoadListener {
  private readonly kernel: Kernel;
  private readonly journal: Journal;
  private readonly nodes: NodePool;
  private readonly scenario: Scenario;
  private readonly load: Load;
  private readonly metrics: ScrapedMetrics;
  private readonly sampler: Sampler;
  private readonly model: FluidModel;
  private readonly proxies: Proxies;
  private readonly pods = new Map<string, PodLoad>();
  /** The same by machine, each in the order of their keys; made anew where a pod comes or goes. */
  private byNode: ReadonlyMap<string, readonly PodLoad[]> | undefined;
  private sorted: readonly PodLoad[] = [];
  /** Keys of pods that have ended since samples of usage were written last. */
  private readonly gone = new Set<string>();
  /** Machines of which there are samples. */
  private measuredNodes: readonly string[] = [];
  /** Flows whose rate changes by itself. */
  private readonly isMoving: boolean;
  private ticks = 0;
  /** What has been asked for at this moment. */
  private pending: 'nothing' | 'requests' | 'everything' = 'nothing';
  /** The record that last changed the load. */
  private cause = 0;
  private scenarioNumber = 0;
  /** Spikes of the scenario that are still to come, or going on. */
  private spikesLeft = 0;
  /** Something changed since the CPU of the machines was shared. */
  private isShareDue = false;

  constructor(
    kernel: Kernel,
    journal: Journal,
    stream: WatchStream,
    watchDelay: Micros,
    nodes: NodePool,
    scenario: Scenario,
    load: Load,
    metrics: ScrapedMetrics,
  ) {
    this.kernel = kernel;
    this.journal = journal;
    this.nodes = nodes;
    this.scenario = scenario;
    this.load = load;
    this.metrics = metrics;
    this.sampler = new Sampler(journal);
    this.model = new FluidModel((pod) => this.answers(pod.node));
    this.proxies = new Proxies(kernel, stream, watchDelay, (services, cause) =>
      this.endpointsChanged(services, cause),
    );
    this.isMoving = load.flows.some(({ shape }) => shape.type === 'diurnal');
    nodes.programs = this;
    load.listener = this;
  }

  start(cause: Cause): void {
    this.cause = cause.rv;
    this.scenarioNumber = cause.rv;
    for (const flow of this.load.flows) this.model.service(serviceKey(flow.to));
    for (const { request } of this.scenario.behaviors) {
      for (const { to } of request?.calls ?? []) this.model.service(serviceKey(to));
    }
    for (const flow of this.load.flows) for (const spike of flow.spikes) this.plan(flow, spike);
    this.at(this.kernel.now + METRIC_RESOLUTION, PRIORITY.observer, () => this.tick());
  }

  /** Whether all that the scenario said of traffic has happened, but for what goes on for ever. */
  get isOver(): boolean {
    return this.spikesLeft === 0;
  }

  /** Flows to a Service that has never had an endpoint. */
  get idleFlows(): readonly TrafficFlow[] {
    return this.load.flows.filter(({ to }) => !this.model.service(serviceKey(to)).opened);
  }

  // What changes.

  podChanged(node: string, programs: PodPrograms): void {
    const { now } = this.kernel;
    let pod = this.pods.get(programs.uid);
    if (pod === undefined) {
      pod = new PodLoad(programs, node, now);
      this.pods.set(programs.uid, pod);
      this.byNode = undefined;
    }
    this.look(pod, programs.cause.rv);
  }

  podGone(uid: string, cause: Cause): void {
    const pod = this.pods.get(uid);
    if (pod === undefined) return;
    this.pods.delete(uid);
    this.gone.add(pod.programs.key);
    this.byNode = undefined;
    this.want('requests', cause.rv);
  }

  memoryOf(uid: string, index: number): number | undefined {
    const pod = this.pods.get(uid);
    return pod?.containers[index] === undefined ? undefined : memoryOf(pod, index, this.kernel.now);
  }

  nodeChanged(_node: string, cause: Cause): void {
    this.want('requests', cause.rv);
  }

  flowsChanged(cause: Cause): void {
    this.want('everything', cause.rv);
  }

  nodeTaken(_node: string, cause: Cause): void {
    this.want('everything', cause.rv);
  }

  private endpointsChanged(services: readonly string[], cause: number): void {
    if (services.some((service) => this.model.services.has(service))) this.want('requests', cause);
  }

  /** A spike of the scenario is a record of its own: what it leads to has it for its cause. */
  private plan(flow: TrafficFlow, spike: TrafficSpike): void {
    const { startTime } = this.scenario;
    const begins = startTime + spike.at;
    const falls = begins + spike.for;
    const ends = falls + spike.ramp;
    const { name } = flow;
    this.spikesLeft += 1;
    this.at(ends, PRIORITY.world, () => {
      this.spikesLeft -= 1;
    });
    this.at(begins, PRIORITY.world, () => this.told({ op: 'load', flow: name, x: spike.x, for: spike.for }));
    this.at(falls, PRIORITY.world, () => this.told({ op: 'load-end', flow: name, x: spike.x }));
    for (const from of [begins, falls]) {
      const until = Math.min(from + spike.ramp, from === begins ? falls : ends);
      for (let t = from + RAMP_STEP; t < until; t += RAMP_STEP) {
        this.at(t, PRIORITY.world, () => this.want('everything'));
      }
      this.at(until, PRIORITY.world, () => this.want('everything'));
    }
  }

  private told(action: { readonly op: string; readonly [argument: string]: unknown }): void {
    const record = this.journal.stimulus(this.kernel.now, this.scenarioNumber, 'scenario', action);
    this.want('everything', record.rv);
  }

  private look(pod: PodLoad, cause: number): void {
    const { now } = this.kernel;
    if (pod.look(now)) this.want('requests', cause);
    const next = pod.nextLook(now);
    if (next === pod.wakeAt || next === Number.POSITIVE_INFINITY) return;
    pod.wakeAt = next;
    this.at(next, PRIORITY.world, () => {
      if (pod.wakeAt !== next || this.pods.get(pod.programs.uid) !== pod) return;
      this.look(pod, pod.programs.cause.rv);
    });
  }

  private at(time: Micros, priority: number, run: () => void): void {
    this.kernel.schedule(time, priority, CALLBACK, run);
  }

  private want(what: 'requests' | 'everything', cause: number = this.cause): void {
    if (cause > this.cause) this.cause = cause;
    const isDue = this.pending !== 'nothing';
    if (this.pending !== 'everything') this.pending = what;
    if (!isDue) this.at(this.kernel.now, PRIORITY.observer, () => this.work());
  }

  // What it comes to.

  private work(): void {
    const { now } = this.kernel;
    const everything = this.pending === 'everything';
    this.pending = 'nothing';
    for (const pod of this.podList()) pod.accrue(now);
    this.connect(now);
    if (everything) {
      // What a pod can do depends on what comes, and what comes to others on what it can do.
      for (let round = 0; round < SHARES_MAX; round += 1) {
        this.model.arrive(this.podList());
        if (!this.share()) break;
      }
    }
    this.isShareDue = !everything;
    this.model.solve(this.podList());
    for (const pod of this.podList()) this.use(pod);
    for (const service of this.model.services.values()) this.sampleService(service, now);
  }

  /** What comes from outside, and to whom it is sent. */
  private connect(now: Micros): void {
    for (const service of this.model.services.values()) {
      service.external = 0;
      service.endpoints = this.proxies
        .endpointsOf(service.key)
        .map((uid) => (uid === undefined ? undefined : this.pods.get(uid)));
      if (service.endpoints.length > 0) service.opened = true;
    }
    for (const flow of this.load.flows) {
      this.model.service(serviceKey(flow.to)).external += this.load.rate(flow, now) / MILLI;
    }
  }

  /** The CPU of each machine among its containers; whether any can use another amount now. */
  private share(): boolean {
    let changed = false;
    for (const [node, pods] of this.podsByNode()) {
      const capacity = this.cpuOf(node) - this.load.takenOf(node, this.cpuOf(node));
      const containers: ContainerLoad[] = [];
      const claims: CpuClaim[] = [];
      for (const pod of pods) {
        for (const container of pod.containers) {
          if (!container.running) continue;
          const { cpuLimit, cpuRequest } = container.terms;
          containers.push(container);
          claims.push({ wants: wantedCpu(pod, container), limit: cpuLimit, request: cpuRequest });
        }
      }
      const available = availableCpu(capacity, claims);
      for (const [index, container] of containers.entries()) {
        const usable = inSteps(available[index]!, container.terms.cpuLimit);
        if (usable === container.available) continue;
        container.available = usable;
        changed = true;
      }
    }
    return changed;
  }

  private use(pod: PodLoad): void {
    for (const container of pod.containers) {
      const { cost, idleCpu } = container.terms;
      if (!container.running) container.cpu = 0;
      else {
        const busy = requestCpu(pod.worked, cost?.cpu ?? 0);
        container.cpu = Math.min(container.available, idleCpu + busy);
      }
    }
  }

  private sampleService(service: ServiceLoad, now: Micros): void {
    const { key, offered, success } = service;
    const { cause } = this;
    const requests = offered * MILLI;
    const errors = requests * (1 - success);
    const writeErrors = (): void =>
      this.sampler.write(now, cause, 'service', key, 'errors', errors, requests * ERRORS_FLOOR);
    // Whoever divides one by the other finds nothing between two samples that there never was.
    const isFalling = requests < this.sampler.last('service', key, 'requests');
    if (isFalling) writeErrors();
    this.sampler.write(now, cause, 'service', key, 'requests', requests);
    if (!isFalling) writeErrors();
    if (offered === 0 || success === 0) return;
    this.sampler.write(now, cause, 'service', key, 'latency-p50', service.p50 * SECOND);
    this.sampler.write(now, cause, 'service', key, 'latency-p99', service.p99 * SECOND);
  }

  // Every so often.

  private tick(): void {
    const { now } = this.kernel;
    this.ticks += 1;
    for (const pod of this.podList()) pod.accrue(now);
    const reached: PodLoad[] = [];
    for (const [node, pods] of this.podsByNode()) if (this.answers(node)) reached.push(...pods);
    this.metrics.scrape(reached, now, this.cause);
    if ((this.ticks * METRIC_RESOLUTION) % USAGE_SAMPLES_EVERY === 0) this.sampleUsage(now);
    for (const [node, pods] of this.podsByNode()) {
      let held = 0;
      for (const pod of pods) held += this.killWithoutMemory(pod, now);
      this.nodes.get(node)?.kubelet.memoryUsed(held, { rv: this.cause });
    }
    if (this.isMoving || this.isShareDue) this.want('everything');
    this.at(now + METRIC_RESOLUTION, PRIORITY.observer, () => this.tick());
  }

  private sampleUsage(now: Micros): void {
    const { cause } = this;
    const byNode = this.podsByNode();
    const { names } = this.nodes;
    for (const pod of this.podList()) this.gone.delete(pod.programs.key);
    for (const key of this.gone) this.sampler.forget(now, cause, 'pod', key, USAGE);
    this.gone.clear();
    for (const node of this.measuredNodes) {
      if (this.nodes.get(node) === undefined) this.sampler.forget(now, cause, 'node', node, USAGE);
    }
    this.measuredNodes = names;
    for (const node of names) {
      let cpu = this.load.takenOf(node, this.cpuOf(node));
      let memory = 0;
      for (const pod of byNode.get(node) ?? []) {
        const { key } = pod.programs;
        let podCpu = 0;
        let podMemory = 0;
        for (const [index, container] of pod.containers.entries()) {
          const held = memoryOf(pod, index, now);
          podCpu += container.cpu;
          podMemory += held;
          if (pod.containers.length === 1) continue;
          const name = `${key}/${container.run.spec.name}`;
          this.sampler.write(now, cause, 'container', name, 'cpu', container.cpu);
          this.sampler.write(now, cause, 'container', name, 'memory', held);
        }
        this.sampler.write(now, cause, 'pod', key, 'cpu', podCpu);
        this.sampler.write(now, cause, 'pod', key, 'memory', podMemory);
        cpu += podCpu;
        memory += podMemory;
      }
      this.sampler.write(now, cause, 'node', node, 'cpu', cpu);
      this.sampler.write(now, cause, 'node', node, 'memory', memory);
    }
  }

  /** A container that holds more memory than its limit is killed by the kernel of its machine. What the others hold. */
  private killWithoutMemory(pod: PodLoad, now: Micros): number {
    let held = 0;
    for (const [index, container] of pod.containers.entries()) {
      const { run, terms } = container;
      const memory = memoryOf(pod, index, now);
      if (memory <= terms.memoryLimit) {
        held += memory;
        continue;
      }
      const reason = `container ${run.spec.name} used ${memory} bytes of memory, more than its limit of ${terms.memoryLimit}`;
      const kill = { exitCode: 137, reason: 'OOMKilled' };
      this.nodes.killContainer(pod.node, pod.programs.key, run.spec.name, kill, { rv: this.cause, reason });
    }
    return held;
  }

  private answers(node: string): boolean {
    return this.nodes.get(node)?.kubelet.connected === true;
  }

  private cpuOf(node: string): number {
    const machine = this.nodes.get(node)?.kubelet.machine.machine;
    return machine === undefined ? 0 : milli(machine.cpu);
  }

  private podList(): readonly PodLoad[] {
    this.podsByNode();
    return this.sorted;
  }

  private podsByNode(): ReadonlyMap<string, readonly PodLoad[]> {
    if (this.byNode !== undefined) return this.byNode;
    const byNode = new Map<string, PodLoad[]>();
    const sorted = [...this.pods.values()].sort((a, b) => (before(a, b) ? -1 : 1));
    this.sorted = sorted;
    for (const pod of sorted) {
      const list = byNode.get(pod.node);
      if (list === undefined) byNode.set(pod.node, [pod]);
      else list.push(pod);
    }
    this.byNode = byNode;
    return byNode;
  }
}

function before(a: PodLoad, b: PodLoad): boolean {
  if (a.node !== b.node) return a.node < b.node;
  if (a.programs.key !== b.programs.key) return a.programs.key < b.programs.key;
  return a.programs.uid < b.programs.uid;
}

/**
 * What is left for a container without a limit differs from machine to machine and from moment to moment; in steps of a
 * fortieth most pods of a Service are alike, and their queue is worked out once.
 */
function inSteps(available: number, limit: number): number {
  if (available >= limit) return limit;
  let step = 1;
  while (step * 40 < available) step *= 2;
  return Math.max(1, Math.floor(available / step) * step);
}

/** Milli-CPU that a container would use if it got all that it may have. */
function wantedCpu(pod: PodLoad, { terms: { idleCpu, cost, cpuLimit } }: ContainerLoad): number {
  return Math.min(cpuLimit, idleCpu + requestCpu(pod.arrivals, cost?.cpu ?? 0));
}
