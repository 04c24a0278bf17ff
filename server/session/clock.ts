import { performance } from 'node:perf_hooks';
import { MILLISECOND, type Micros, SECOND } from '../../core/time.ts';

/** How fast virtual time passes: so many times the real time, or as fast as it can while somebody waits. */
export type Speed = number | 'max';

/** At speed `max`, and nobody waiting: an hour in a minute. */
const IDLE_SPEED = 60;
/** At most so much virtual time in one step, so that a client that comes in between doesn't wait long. */
const STEP_MAX: Micros = 5 * SECOND;

/** Turns the time of the wall into virtual time. The only place of a session that reads the wall clock. */
export class SessionClock {
  private speed: Speed;
  private paused = false;
  private lastWall = performance.now();

  constructor(speed: Speed) {
    this.speed = speed;
  }

  get isPaused(): boolean {
    return this.paused;
  }

  pause(): void {
    this.paused = true;
  }

  resume(speed?: Speed): void {
    if (speed !== undefined) this.speed = speed;
    this.paused = false;
    this.lastWall = performance.now();
  }

  /** How much virtual time has passed since this was asked last. */
  elapsed(isSomebodyWaiting: boolean): Micros {
    const wall = performance.now();
    const passed = wall - this.lastWall;
    this.lastWall = wall;
    if (this.paused) return 0;
    if (this.speed === 'max' && isSomebodyWaiting) return STEP_MAX;
    const factor = this.speed === 'max' ? IDLE_SPEED : this.speed;
    return Math.min(STEP_MAX, Math.floor(passed * factor * MILLISECOND));
  }
}
