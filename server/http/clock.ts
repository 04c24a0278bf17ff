import { badRequest } from '../../core/api/status.ts';
import { answer, type RestAnswer, refusal } from '../../core/rest/request.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import { type Micros, rfc3339Micro } from '../../core/time.ts';
import { parseDuration } from '../../sim/scenario/duration.ts';
import type { Speed } from '../session/clock.ts';
import type { LiveSession } from '../session/session.ts';

/** How clients see and move the time of a session that lives (`/wavetank/v1/clock`). */
export interface ClockControl {
  state(): unknown;
  pause(): void;
  resume(speed: Speed | undefined): void;
  advance(by: Micros): void;
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
  };
}

const FORM = 'expected { "pause": true }, { "resume": true, "speed": 10 } or { "advance": "30s" }';
/** A day: what a test may skip at once. */
const ADVANCE_MAX: Micros = 24 * 3600 * 1_000_000;

/** `POST /wavetank/v1/clock`: pause, go on, or skip so much time. Answers with the clock as it is then. */
export function serveClock(clock: ClockControl, body: unknown): RestAnswer {
  if (!isJsonObject(body)) return refusal(badRequest(FORM));
  const { pause, resume, speed, advance } = body;
  if (pause === true) clock.pause();
  else if (resume === true) {
    const isSpeed = speed === undefined || speed === 'max' || (typeof speed === 'number' && speed > 0);
    if (!isSpeed) return refusal(badRequest('speed must be a number above 0, or "max"'));
    clock.resume(speed as Speed | undefined);
  } else if (typeof advance === 'string') {
    const parsed = parseDuration(advance);
    if ('error' in parsed) return refusal(badRequest(`advance: ${parsed.error}`));
    if (parsed.duration > ADVANCE_MAX) return refusal(badRequest('advance: at most 24h at once'));
    clock.advance(parsed.duration);
  } else return refusal(badRequest(FORM));
  return answer(200, clock.state());
}
