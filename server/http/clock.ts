import { badRequest, type Status } from '../../core/api/status.ts';
import { answer, type RestAnswer, refusal } from '../../core/rest/request.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import { HOUR, MINUTE, type Micros, rfc3339Micro } from '../../core/time.ts';
import { parseDuration } from '../../sim/scenario/duration.ts';
import { compileCondition, type Expression } from '../../sim/scenario/expression/expression.ts';
import type { Speed } from '../session/clock.ts';
import type { LiveSession } from '../session/session.ts';

/** How clients see and move the time of a session that lives (`/wavetank/v1/clock`). */
export interface ClockControl {
  state(): object;
  pause(): void;
  resume(speed: Speed | undefined): void;
  advance(by: Micros): void;
  /** Whether the condition came to hold within so much time. */
  advanceUntil(condition: Expression, atMost: Micros): boolean;
}

export function clockOf(session: LiveSession): ClockControl {
  return {
    state: () => ({
      now: rfc3339Micro(session.now),
      paused: session.clock.isPaused,
      resourceVersion: String(session.view.version),
    }),
    pause: () => session.clock.pause(),
    resume: (speed) => session.clock.resume(speed),
    advance: (by) => session.advance(by),
    advanceUntil: (condition, atMost) =>
      session.advanceUntil((view, now) => condition.evaluate(view, now) === true, atMost),
  };
}

const FORM =
  'expected { "pause": true }, { "resume": true, "speed": 10 }, { "advance": "30s" } or { "until": "available(deployment/web) >= 2", "atMost": "10m" }';
/** A day: what a test may skip at once. */
const ADVANCE_MAX: Micros = 24 * HOUR;
const UNTIL_DEFAULT: Micros = 10 * MINUTE;

function durationIn(body: Readonly<Record<string, unknown>>, field: string): Micros | Status {
  const text = body[field];
  const parsed = typeof text === 'string' ? parseDuration(text) : { error: 'expected a text such as 30s' };
  if ('error' in parsed) return badRequest(`${field}: ${parsed.error}`);
  return parsed.duration > ADVANCE_MAX ? badRequest(`${field}: at most 24h at once`) : parsed.duration;
}

function serveUntil(clock: ClockControl, body: Readonly<Record<string, unknown>>): RestAnswer {
  const compiled = typeof body.until === 'string' ? compileCondition(body.until) : undefined;
  if (compiled === undefined) return refusal(badRequest('until: expected a condition'));
  if (!compiled.ok) return refusal(badRequest(`until: ${compiled.message}`));
  const atMost = body.atMost === undefined ? UNTIL_DEFAULT : durationIn(body, 'atMost');
  if (typeof atMost === 'object') return refusal(atMost);
  const reached = clock.advanceUntil(compiled.expression, atMost);
  return answer(200, { ...clock.state(), reached });
}

/**
 * `POST /wavetank/v1/clock`: pause, go on, or skip time, so much of it or until something holds. Answers with the
 * clock as it is then.
 */
export function serveClock(clock: ClockControl, body: unknown): RestAnswer {
  if (!isJsonObject(body)) return refusal(badRequest(FORM));
  const { pause, resume, speed, advance, until } = body;
  if (until !== undefined) return serveUntil(clock, body);
  if (pause === true) clock.pause();
  else if (resume === true) {
    const isSpeed = speed === undefined || speed === 'max' || (typeof speed === 'number' && speed > 0);
    if (!isSpeed) return refusal(badRequest('speed must be a number above 0, or "max"'));
    clock.resume(speed as Speed | undefined);
  } else if (advance !== undefined) {
    const by = durationIn(body, 'advance');
    if (typeof by === 'object') return refusal(by);
    clock.advance(by);
  } else return refusal(badRequest(FORM));
  return answer(200, clock.state());
}
