import type { Command, Result } from '../../core/api/command.ts';
import type { RequestContext } from '../../core/api/identity.ts';
import type { KubeObject } from '../../core/api/object.ts';
import { ApiServer } from '../../core/api/server.ts';
import { failure, type StatusReason } from '../../core/api/status.ts';
import { kindOfResource } from '../../core/kinds/custom/lookup.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { KINDS, POD, SERVICE_ACCOUNT } from '../../core/kinds/registry.ts';
import { Journal } from '../../core/log/journal.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Pod, PodStatus } from '../../core/schema/types.generated.ts';
import { DEFAULT_START, MILLISECOND, type Micros, rfc3339, SECOND } from '../../core/time.ts';
import { bootstrapCluster } from '../../sim/host/bootstrap.ts';
import { ControllerProcess } from '../../sim/host/process.ts';
import { WatchStream } from '../../sim/host/watch-stream.ts';
import { Kernel, PRIORITY } from '../../sim/kernel/kernel.ts';
import { randomStream } from '../../sim/random/keyed.ts';
import type { Controller } from '../controller.ts';
import { Aliases } from './aliases.ts';
import { TestMetrics } from './metrics.ts';

/** A refusal that a test asks for: the next `times` requests of this verb and resource get it. */
export interface Refusal {
  readonly verb: Command['verb'];
  readonly resource: string;
  readonly reason: StatusReason;
  readonly message: string;
  readonly cause: string | undefined;
  times: number;
}

/** Stands in for the kubelets and the scheduler: pods run after `start`, and are gone after `stop`. */
export interface PodLife {
  readonly start: Micros;
  /** How much later than the one before it each of eight pods in turn starts. */
  readonly spread?: Micros;
  readonly stop: Micros;
  readonly nodes: number;
}

/** What a request is about, as a test names it. */
function resourceOf(command: Command): string {
  switch (command.verb) {
    case 'bind':
      return 'pods/binding';
    case 'evict':
      return 'pods/eviction';
    case 'podMetrics':
      return command.metric === undefined ? 'pods.metrics.k8s.io' : 'pods.custom.metrics.k8s.io';
    case 'outsideMetric':
      return command.measured === undefined
        ? 'external.metrics.k8s.io'
        : `${command.measured.resource}.custom.metrics.k8s.io`;
    default:
      return command.kind.resource;
  }
}

/** The one node that a pod's affinity names, as a daemon's does. */
export function namedNode({ spec }: Pod): string | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0];
}

class RefusingServer extends ApiServer {
  /** Who is refused: the controllers, not the world around them. */
  readonly controllers = new Set<string>();
  readonly refusals: Refusal[] = [];

  override execute(command: Command, context: RequestContext): Result {
    const resource = resourceOf(command);
    const refusal = this.refusals.find(
      (rule) => rule.times > 0 && rule.verb === command.verb && rule.resource === resource,
    );
    if (refusal === undefined || !this.controllers.has(context.actor)) return super.execute(command, context);
    refusal.times -= 1;
    const causes =
      refusal.cause === undefined ? {} : { causes: [{ reason: refusal.cause, message: refusal.message }] };
    return { ok: false, status: failure(refusal.reason, refusal.message, causes) };
  }
}

export interface WorldSettings {
  readonly watchDelay: Micros;
  readonly latency: Micros;
  readonly events: boolean;
}

const DEFAULT_SETTINGS: WorldSettings = {
  watchDelay: MILLISECOND,
  latency: MILLISECOND,
  events: true,
};

const SEED = 1;

const SPREAD_OVER = 8;

/**
 * The smallest world in which controllers run: the real API server, kernel, host and informers, and pods that
 * start and stop as a test says. No nodes, no scheduler, no other controllers.
 */
export class TestWorld {
  readonly start: Micros = DEFAULT_START;
  readonly kernel = new Kernel(DEFAULT_START);
  readonly journal = new Journal();
  readonly server: RefusingServer;
  readonly aliases = new Aliases();
  /** Answers for the metrics APIs once a test has said what pods use. */
  readonly metrics: TestMetrics;
  private readonly stream: WatchStream;
  private readonly controllers: readonly Controller[];
  private process: ControllerProcess;
  private settings = DEFAULT_SETTINGS;
  private podLife: PodLife | undefined;
  private placed = 0;
  private born = 0;
  private readonly recent: EventRecord[] = [];

  constructor(controllers: readonly Controller[]) {
    this.controllers = controllers;
    this.server = new RefusingServer(this.journal, randomStream(SEED, 'api').draw);
    for (const { name } of controllers) this.server.controllers.add(name);
    this.metrics = new TestMetrics(this.server.state, () => this.kernel.now);
    this.stream = new WatchStream(this.journal);
    this.journal.subscribe((record) => {
      if (record.type !== 'event') return;
      this.recent.push(record);
      this.aliases.observe(record);
      if (record.kind === POD) this.livePod(record);
    });
    this.journal.stimulus(this.kernel.now, 0, 'scenario', { op: 'scenario' });
    bootstrapCluster(this.server, this.kernel.now, { rv: 1 });
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'default' },
    };
    this.request({ verb: 'create', kind: SERVICE_ACCOUNT, object: account }, 'setup');
    this.process = this.startProcess();
  }

  private startProcess(): ControllerProcess {
    const { watchDelay, latency, events } = this.settings;
    const process = new ControllerProcess(
      this.kernel,
      this.server,
      this.stream,
      'kube-controller-manager',
      this.controllers,
      { qps: 0, burst: 1, requestLatency: latency, watchDelay, events },
    );
    process.start({ rv: 1 });
    return process;
  }

  get now(): Micros {
    return this.kernel.now;
  }

  /** The records since the last call. */
  takeRecords(): readonly EventRecord[] {
    return this.recent.splice(0);
  }

  /** Do what a user would, at once. */
  request(command: Command, actor = 'user'): Result {
    const { rv } = this.journal.stimulus(this.kernel.now, 1, actor, { op: command.verb });
    return this.server.execute(command, { now: this.kernel.now, actor, cause: rv });
  }

  run(duration: Micros): void {
    this.kernel.runUntil(this.kernel.now + duration);
  }

  refuse(refusal: Refusal): void {
    this.server.refusals.push(refusal);
  }

  /** Kill the controllers and start them anew, with other settings if a test says so. */
  restart(settings: Partial<WorldSettings> = {}): void {
    this.settings = { ...this.settings, ...settings };
    this.process.crash();
    this.process = this.startProcess();
  }

  crash(): void {
    this.process.crash();
  }

  setPodLife(life: PodLife | undefined): void {
    this.podLife = life;
  }

  kind(resource: string): Kind {
    const found =
      kindOfResource(this.server.state, resource) ??
      KINDS.find(
        (kind) =>
          kind.plural === resource || kind.singular === resource || kind.shortNames.includes(resource),
      );
    if (found === undefined) throw new Error(`no kind is called "${resource}"`);
    return found;
  }

  private after(delay: Micros, run: () => void): void {
    this.kernel.schedule(this.kernel.now + delay, PRIORITY.world, { handle: run }, undefined);
  }

  /** A pod came, or is asked to go. */
  private livePod({ verb, previous, next }: EventRecord): void {
    const life = this.podLife;
    if (life === undefined) return;
    const pod = next as Pod | undefined;
    if (verb === 'create' && pod !== undefined) {
      const late = (life.spread ?? 0) * (this.born % SPREAD_OVER);
      this.born += 1;
      this.after(life.start + late, () => this.startPod(pod, life));
    }
    const terminating = pod?.metadata.deletionTimestamp !== undefined;
    if (pod !== undefined && terminating && previous?.metadata.deletionTimestamp === undefined) {
      this.after(life.stop, () => this.removePod(pod));
    }
  }

  private current(pod: Pod): Pod | undefined {
    const found = this.server.state.get(POD, pod.metadata.namespace, pod.metadata.name);
    return found?.metadata.uid === pod.metadata.uid ? found : undefined;
  }

  private startPod(created: Pod, life: PodLife): void {
    const pod = this.current(created);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
    const { namespace = 'default', name, uid } = pod.metadata;
    if (pod.spec.nodeName === undefined || pod.spec.nodeName === '') {
      const nodeName = namedNode(pod) ?? `node-${this.placed % life.nodes}`;
      this.placed += 1;
      this.request({ verb: 'bind', namespace, name, uid, nodeName }, 'scheduler');
    }
    const startTime = rfc3339(this.kernel.now);
    this.setPodStatus(name, { phase: 'Running', startTime }, true, namespace);
  }

  private removePod(pod: Pod): void {
    if (this.current(pod) === undefined) return;
    const { namespace, name } = pod.metadata;
    this.request(
      { verb: 'delete', kind: POD, namespace, name, options: { gracePeriodSeconds: 0 } },
      'kubelet',
    );
  }

  /** What the kubelet would write: the phase, and the Ready condition with its time where it changes. */
  setPodStatus(name: string, status: PodStatus, ready: boolean | undefined, namespace = 'default'): Result {
    const now = rfc3339(this.kernel.now);
    const change = (stored: KubeObject): KubeObject => {
      const pod = stored as Pod;
      const before = pod.status.conditions ?? [];
      const known = before.find(({ type }) => type === 'Ready');
      const state = ready === true ? 'True' : 'False';
      const conditions =
        ready === undefined || known?.status === state
          ? before
          : [
              ...before.filter(({ type }) => type !== 'Ready'),
              { type: 'Ready', status: state, lastTransitionTime: now },
            ];
      const next: Pod = { ...pod, status: { ...pod.status, ...status, conditions } };
      return next;
    };
    return this.request(
      { verb: 'patch', kind: POD, namespace, name, subresource: 'status', change },
      'kubelet',
    );
  }
}

/** `1s`, `250ms`, `2m`. */
export function durationOf(text: string): Micros {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (match === null) throw new Error(`"${text}" is no duration such as 250ms, 10s or 2m`);
  const unit = { ms: MILLISECOND, s: SECOND, m: 60 * SECOND, h: 3600 * SECOND }[
    match[2] as 'ms' | 's' | 'm' | 'h'
  ];
  return Math.round(Number(match[1]) * unit);
}
