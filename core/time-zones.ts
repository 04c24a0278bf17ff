import { MINUTE, type Micros } from './time.ts';
import { ZONES, ZONES_FROM } from './time-zones.generated.ts';

/**
 * Time zones by IANA's names, from a table of the program's own: engines bring different ones. The table begins with
 * 2015 and ends with 2040; outside of it the nearest offset that is known holds.
 */
export interface TimeZone {
  /** How far its clocks are ahead of UTC. */
  readonly offsetAt: (t: Micros) => Micros;
}

interface Change {
  readonly from: Micros;
  readonly offset: Micros;
}

function readRule(rule: string): readonly Change[] {
  const [list = '', ...steps] = rule.split(' ');
  const offsets = list.split(',').map((minutes) => Number(minutes) * MINUTE);
  let minutes = ZONES_FROM;
  const changes: Change[] = [{ from: Number.NEGATIVE_INFINITY, offset: offsets[0] as Micros }];
  for (const step of steps) {
    const [gap = '', place] = step.split('.');
    minutes += Number.parseInt(gap, 36);
    changes.push({ from: minutes * MINUTE, offset: offsets[Number(place)] as Micros });
  }
  return changes;
}

/** The last change that is not after `t`. */
function changeAt(changes: readonly Change[], t: Micros): Change {
  let low = 0;
  let high = changes.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((changes[middle] as Change).from <= t) low = middle;
    else high = middle - 1;
  }
  return changes[low] as Change;
}

function zoneOf(rule: string): TimeZone {
  const changes = readRule(rule);
  const [only] = changes;
  if (changes.length === 1 && only !== undefined) return { offsetAt: () => only.offset };
  return { offsetAt: (t) => changeAt(changes, t).offset };
}

let rules: ReadonlyMap<string, string> | undefined;
const known = new Map<string, TimeZone>();

function ruleOf(name: string): string | undefined {
  rules ??= new Map(ZONES.flatMap(([names, rule]) => names.split(' ').map((one) => [one, rule] as const)));
  return rules.get(name);
}

/** The zone of that name, as Go's `time.LoadLocation` knows it. */
export function timeZone(name: string): TimeZone | undefined {
  const found = known.get(name);
  if (found !== undefined) return found;
  const rule = ruleOf(name === '' ? 'UTC' : name);
  if (rule === undefined) return undefined;
  const zone = zoneOf(rule);
  known.set(name, zone);
  return zone;
}
