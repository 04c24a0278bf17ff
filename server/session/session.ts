import type { Controller } from '../../controllers/controller.ts';
import { History } from '../../core/log/history.ts';
import type { RecordSink } from '../../core/log/record.ts';
import type { ListSnapshots } from '../../core/rest/list.ts';
import type { RestAnswer, RestRequest } from '../../core/rest/request.ts';
import { serveRead } from '../../core/rest/rest.ts';
import type { View } from '../../core/store/view.ts';
import { MILLISECOND, type Micros } from '../../core/time.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { Simulation, type Unasked } from '../../sim/simulation.ts';
import { SessionClock, type Speed } from './clock.ts';
import { listSnapshots } from './snapshots.ts';

/** What clients of the server talk to: a cluster that lives in virtual time, or one moment of the past. */
export interface Session {
  readonly now: Micros;
  readonly view: View;
  /** Records since which a watch can begin. */
  readonly history: History;
  readonly isReadOnly: boolean;
  read(request: RestRequest): RestAnswer;
  /** As a component of the cluster writes. */
  write(request: RestRequest): RestAnswer;
  /** As a client writes: what there is to ask of admission webhooks first, where answers are missing. */
  attempt(request: RestRequest): RestAnswer | Unasked;
  /** Time stands still until the returned function is called. */
  hold(): () => void;
  /** Called after something was recorded, to somebody who waits for it: time hurries. Returns what ends it. */
  onRecords(listener: () => void): () => void;
  /** The same to somebody who is there all the time. */
  attend(listener: () => void): () => void;
}

/** Between two steps of a session that lives, in milliseconds of the wall. */
const TICK_MS = 20;
/** How finely a condition is looked at. */
const UNTIL_STEP: Micros = 100 * MILLISECOND;
/** Records that are kept for watches: a watch from further back is answered with 410. */
const HISTORY_MAX = 200_000;

/** Who may do what is asked of everybody here, so that the built-in roles are there unless the scenario says otherwise. */
function withRoles(scenario: Scenario): Scenario {
  const { cluster } = scenario;
  const kubernetes = { rbac: true, ...cluster.kubernetes };
  return { ...scenario, cluster: { ...cluster, kubernetes } };
}

/** A cluster that lives: time passes while the server waits, and clients change it. */
export class LiveSession implements Session {
  readonly history = new History();
  readonly isReadOnly = false;
  readonly clock: SessionClock;
  private readonly simulation: Simulation;
  private readonly snapshots: ListSnapshots = listSnapshots();
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private waiting = 0;
  /** Requests whose webhooks are being asked. What passes on the wall meanwhile passes here afterwards. */
  private holds = 0;

  /** `controllers`: those that the mutants of the scenario change. */
  constructor(
    scenario: Scenario,
    speed: Speed,
    sinks: readonly RecordSink[] = [],
    controllers: readonly Controller[] = [],
  ) {
    this.clock = new SessionClock(speed);
    this.simulation = new Simulation(withRoles(scenario), {
      sinks: [(record) => this.history.append(record), ...sinks],
      controllers,
    });
  }

  /** The cluster comes up, and its clock starts. */
  start(settle: Micros): void {
    this.simulation.boot();
    this.simulation.runUntil(this.simulation.now + settle);
    this.clock.resume();
    this.schedule();
  }

  /** The last record is written; nothing happens any more. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.simulation.end();
  }

  get now(): Micros {
    return this.simulation.now;
  }

  get view(): View {
    return this.simulation.view;
  }

  read(request: RestRequest): RestAnswer {
    const { metrics } = this.simulation.server;
    const { view, now, snapshots } = this;
    return serveRead(request, { view, now, snapshots, ...(metrics === undefined ? {} : { metrics }) });
  }

  write(request: RestRequest): RestAnswer {
    const answer = this.simulation.request(request);
    this.told();
    return answer;
  }

  attempt(request: RestRequest): RestAnswer | Unasked {
    const outcome = this.simulation.attempt(request);
    this.told();
    return outcome;
  }

  hold(): () => void {
    this.holds += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.holds -= 1;
      isHeld = false;
    };
  }

  /** Virtual time goes on by this much, at once. */
  advance(by: Micros): void {
    this.simulation.runUntil(this.now + by);
    this.told();
  }

  /** Virtual time goes on until this holds, but no longer than so much. Whether it came to hold. */
  advanceUntil(holds: (view: View, now: Micros) => boolean, atMost: Micros): boolean {
    const end = this.now + atMost;
    while (!holds(this.view, this.now)) {
      if (this.now >= end) return false;
      this.advance(Math.min(UNTIL_STEP, end - this.now));
    }
    return true;
  }

  onRecords(listener: () => void): () => void {
    this.listeners.add(listener);
    this.waiting += 1;
    return () => {
      if (this.listeners.delete(listener)) this.waiting -= 1;
    };
  }

  attend(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      const elapsed = this.holds > 0 ? 0 : this.clock.elapsed(this.waiting > 0);
      if (elapsed > 0) this.advance(elapsed);
      this.schedule();
    }, TICK_MS);
  }

  private told(): void {
    const { history } = this;
    if (history.size > HISTORY_MAX) history.compact(history.lastRv - HISTORY_MAX / 2);
    for (const listener of this.listeners) listener();
  }
}

/** Nobody writes to the past. */
const READ_ONLY = 'this cluster is a recorded one, and is read-only';

/** One moment of a recorded run. */
export class RecordedSession implements Session {
  readonly history = new History();
  readonly isReadOnly = true;
  readonly now: Micros;
  readonly view: View;
  private readonly snapshots: ListSnapshots = listSnapshots();

  constructor(view: View, now: Micros) {
    this.view = view;
    this.now = now;
  }

  read(request: RestRequest): RestAnswer {
    return serveRead(request, { view: this.view, now: this.now, snapshots: this.snapshots });
  }

  write(): RestAnswer {
    const message = READ_ONLY;
    const body = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason: 'MethodNotAllowed',
      code: 405,
    };
    return { code: 405, body, warnings: [] };
  }

  attempt(): RestAnswer {
    return this.write();
  }

  hold(): () => void {
    return () => undefined;
  }

  onRecords(): () => void {
    return () => undefined;
  }

  attend(): () => void {
    return () => undefined;
  }
}
