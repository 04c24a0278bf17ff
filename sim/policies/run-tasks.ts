import { Heap } from 'heap-js';
import type { KubeSchedulerConfiguration } from '../../controllers/scheduling/configuration/configuration.ts';
import { optionsOf } from '../../controllers/scheduling/configuration/profile.ts';
import type { SchedulingDecision } from '../../controllers/scheduling/decision.ts';
import { GPU_INDEX_ANNOTATION } from '../../controllers/scheduling/gpu/gpu-request.ts';
import { DEFAULT_SCHEDULER_OPTIONS } from '../../controllers/scheduling/options.ts';
import { Scheduler } from '../../controllers/scheduling/scheduler.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { DEFAULT_START, type Micros, SECOND } from '../../core/time.ts';
import type { Measures } from '../measures/measure.ts';
import { randomStream } from '../random/keyed.ts';
import { forTasks } from './for-tasks.ts';
import { Meter } from './meter.ts';
import type { Task, Tasks } from './tasks.ts';

/** A pod that runs on a node until its time is over. */
interface Running {
  readonly end: Micros;
  readonly index: number;
  readonly pod: Pod;
  readonly gpus: readonly number[];
}

/** What is told of each decision before it is made; whoever watches the clock wants to know. */
export type BeforeDecision = () => void;

/** The pod after what is sent before its binding: here that is done in no time, and always succeeds. */
function preparedPod({ pod, requests }: SchedulingDecision): Pod {
  let prepared = pod;
  for (const request of requests)
    if (request.verb === 'patch' && request.subresource === undefined && request.name === pod.metadata.name)
      prepared = request.change(prepared) as Pod;
  return prepared;
}

function gpusOf({ metadata }: Pod): readonly number[] | undefined {
  return metadata.annotations?.[GPU_INDEX_ANNOTATION]?.split('-').map(Number);
}

/**
 * The scheduler alone, in virtual time: tasks arrive, are bound in no time, run for their lifetime and free what they
 * held. A task that finds no node waits as in a cluster, until an event that may help, with back-off.
 */
export class TaskRun {
  private readonly tasks: readonly Task[];
  private readonly specs: Tasks['classes'];
  private readonly scheduler: Scheduler;
  private readonly meter: Meter;
  private readonly ends = new Heap<Running>((a, b) => a.end - b.end || a.index - b.index);
  /** By the pod's uid, which is its task's place in the list. */
  private readonly boundAt: (Micros | undefined)[];
  private readonly lastTry: Micros;
  private next = 0;
  private arrivalsTold = false;
  private now: Micros = DEFAULT_START;
  private number = 0;

  private readonly beforeDecision: BeforeDecision;

  constructor(
    workload: Tasks,
    configuration: KubeSchedulerConfiguration,
    seed: number,
    beforeDecision: BeforeDecision = () => undefined,
  ) {
    this.beforeDecision = beforeDecision;
    this.tasks = workload.tasks;
    this.specs = workload.classes;
    const options = {
      ...DEFAULT_SCHEDULER_OPTIONS,
      ...optionsOf(forTasks(configuration, workload)),
      draw: randomStream(seed, 'scheduler').draw,
    };
    this.scheduler = new Scheduler(options);
    // Back-offs end on a whole second after they are over, and are looked at once a second.
    this.lastTry = options.podMaxBackoff + 2 * SECOND;
    this.meter = new Meter(workload, this.now);
    this.boundAt = this.tasks.map(() => undefined);
    for (const node of workload.nodes) {
      this.scheduler.observe({ type: 'ADDED', object: node, previous: undefined }, 0, this.now);
    }
  }

  run(): Measures {
    if (this.tasks.length === 0) this.schedule();
    let lastChange = this.now;
    for (let at = this.nextMoment(lastChange); at !== undefined; at = this.nextMoment(lastChange)) {
      this.now = at;
      const ended = this.end();
      const arrived = this.arrive();
      if (ended + arrived > 0) lastChange = at;
      this.schedule();
    }
    const waits = this.tasks.map(({ arrival }, index) => {
      return (this.boundAt[index] ?? this.now) - (DEFAULT_START + arrival);
    });
    return this.meter.measures(this.now, waits);
  }

  /** The next arrival, end or retry. When nothing comes or goes any more, retries soon have nothing left to find. */
  private nextMoment(lastChange: Micros): Micros | undefined {
    const task = this.tasks[this.next];
    const arrival = task === undefined ? Number.POSITIVE_INFINITY : DEFAULT_START + task.arrival;
    const end = this.ends.peek()?.end ?? Number.POSITIVE_INFINITY;
    const wake = this.scheduler.nextWake(this.now) ?? Number.POSITIVE_INFINITY;
    const change = Math.min(arrival, end);
    if (change === Number.POSITIVE_INFINITY && wake > lastChange + this.lastTry) return undefined;
    return Math.min(change, wake);
  }

  /** How many did. */
  private end(): number {
    let count = 0;
    for (
      let first = this.ends.peek();
      first !== undefined && first.end <= this.now;
      first = this.ends.peek()
    ) {
      this.ends.pop();
      const { pod, index, gpus } = first;
      this.number += 1;
      this.scheduler.observe({ type: 'DELETED', object: pod, previous: pod }, this.number, this.now);
      this.meter.left(this.tasks[index]!.taskClass, pod.spec.nodeName!, gpus, this.now);
      count += 1;
    }
    return count;
  }

  /** How many did. */
  private arrive(): number {
    const before = this.next;
    for (let task = this.tasks[this.next]; task !== undefined; task = this.tasks[this.next]) {
      if (DEFAULT_START + task.arrival > this.now) break;
      this.number += 1;
      const object = this.podOf(task, this.next);
      this.scheduler.observe({ type: 'ADDED', object, previous: undefined }, this.number, this.now);
      this.meter.arrived(this.now);
      this.next += 1;
    }
    return this.next - before;
  }

  private podOf({ name, taskClass }: Task, index: number): Pod {
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', uid: `${index}`, resourceVersion: '1', creationTimestamp: '' },
      spec: this.specs[taskClass]!.spec,
      status: { phase: 'Pending' },
    };
  }

  private decide(): SchedulingDecision | undefined {
    this.beforeDecision();
    return this.scheduler.next(this.now);
  }

  private schedule(): void {
    const { scheduler, now } = this;
    for (let decision = this.decide(); decision !== undefined; decision = this.decide()) {
      if (decision.outcome.kind !== 'assumed') continue;
      const pod = preparedPod(decision);
      const object: Pod = { ...pod, spec: { ...pod.spec, nodeName: decision.outcome.node } };
      this.number += 1;
      scheduler.bound(pod.metadata.uid, { ok: true, object, rv: this.number }, now);
      scheduler.observe({ type: 'MODIFIED', object, previous: decision.pod }, this.number, now);
      const index = Number(pod.metadata.uid);
      const task = this.tasks[index]!;
      this.boundAt[index] = now;
      const { node } = decision.outcome;
      const gpus = gpusOf(object) ?? this.meter.freeGpus(task.taskClass, node);
      this.meter.placed(task.taskClass, node, gpus, now);
      if (task.lifetime !== undefined) this.ends.push({ end: now + task.lifetime, index, pod: object, gpus });
    }
    if (this.next === this.tasks.length && !this.arrivalsTold) {
      this.arrivalsTold = true;
      this.meter.arrivalsOver(now);
    }
  }
}
