import { HOUR, MILLISECOND, MINUTE, type Micros, SECOND } from '../time.ts';

/** As Go prints `time.Duration.Truncate(time.Millisecond)`: `796ms`, `2.1s`, `1m2.05s`, `1h0m0s`. */
export function goDuration(duration: Micros): string {
  const millis = Math.floor(duration / MILLISECOND);
  if (millis < 1000) return millis === 0 ? '0s' : `${millis}ms`;
  const hours = Math.floor(duration / HOUR);
  const minutes = Math.floor((duration - hours * HOUR) / MINUTE);
  const rest = millis - (hours * HOUR + minutes * MINUTE) / MILLISECOND;
  const whole = Math.floor(rest / (SECOND / MILLISECOND));
  const fraction = `${rest % 1000}`.padStart(3, '0').replace(/0+$/, '');
  const seconds = fraction === '' ? `${whole}s` : `${whole}.${fraction}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
