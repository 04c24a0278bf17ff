import type { MeasureDifference } from '../../sim/what-if/compare.ts';
import { spanText } from '../measures/measure-lines.ts';

const MINUS = '-';

/** At most so many digits after the point. */
function numberText(value: number): string {
  return Number(value.toFixed(2)).toLocaleString('en', { maximumFractionDigits: 2 });
}

/** A value in the words of its unit. */
export function valueText(value: number | undefined, unit: string): string {
  if (value === undefined) return MINUS;
  if (unit === 's') return spanText(value);
  if (unit === 'ratio') return `${(value * 100).toFixed(2)} %`;
  return numberText(value);
}

/** A difference with its sign. */
export function changeText(value: number | undefined, unit: string): string {
  if (value === undefined) return MINUS;
  if (unit === 'ratio') return `${value > 0 ? '+' : ''}${(value * 100).toFixed(2)} %`;
  return `${value > 0 ? '+' : ''}${valueText(value, unit)}`;
}

/** What the closing sentence names first, of what differs. */
const WEIGHTY: readonly (readonly [RegExp, (subject: string) => string])[] = [
  [/^requests\/error-ratio$/, () => 'failed requests'],
  [/^deployment\/(.*)\/availability$/, (subject) => `availability of ${subject}`],
  [/^deployment\/(.*)\/recovery-max$/, (subject) => `the longest outage of ${subject}`],
  [/^service\/(.*)\/availability$/, (subject) => `availability of service ${subject}`],
  [/^service\/(.*)\/latency-p99$/, (subject) => `the 99th percentile of latency of ${subject}`],
  [/^pods\/lost$/, () => 'pods lost'],
  [/^deployment\/(.*)\/rollout-max$/, (subject) => `the longest rollout of ${subject}`],
  [/^cluster\/cost$/, () => 'cost'],
  [/^pods\/pending-time$/, () => 'seconds that pods were pending'],
];

const NAMED_MAX = 3;

function named({ name, unit, before, after }: MeasureDifference): readonly string[] {
  for (const [pattern, words] of WEIGHTY) {
    const match = pattern.exec(name);
    if (match === null) continue;
    const subject = (match[1] ?? '').replace(/^default\//, '');
    return [`${words(subject)} ${valueText(before, unit)} → ${valueText(after, unit)}`];
  }
  return [];
}

function weight({ name }: MeasureDifference): number {
  const place = WEIGHTY.findIndex(([pattern]) => pattern.test(name));
  return place < 0 ? WEIGHTY.length : place;
}

function told(measures: readonly MeasureDifference[], verdict: MeasureDifference['verdict']): string {
  const found = measures.filter((measure) => measure.verdict === verdict);
  if (found.length === 0) return `${verdict} in nothing`;
  const [...ordered] = found;
  ordered.sort((a, b) => weight(a) - weight(b) || (a.name < b.name ? -1 : 1));
  const texts = ordered.flatMap(named).slice(0, NAMED_MAX);
  const rest = found.length - texts.length;
  if (texts.length === 0)
    return `${verdict} in ${found.length === 1 ? 'one measure' : `${found.length} measures`}`;
  return `${verdict}: ${texts.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}

/** The one sentence that somebody in a hurry reads. */
export function verdictSentence(name: string, measures: readonly MeasureDifference[], seeds: number): string {
  const over = seeds === 1 ? '' : ` over ${seeds} seeds`;
  const differ = measures.filter(({ verdict }) => verdict !== 'same');
  if (differ.length === 0) return `With ${name}, no measure differs${over}.`;
  const clear = measures.filter(({ verdict }) => verdict === 'better' || verdict === 'worse');
  if (clear.length === 0) return `With ${name}, no measure is clearly better or worse${over}.`;
  return `With ${name}${over}, ${told(measures, 'better')}; ${told(measures, 'worse')}.`;
}
