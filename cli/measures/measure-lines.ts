import { SECOND } from '../../core/time.ts';
import type { Measures } from '../../sim/measures/measure.ts';
import { formatVirtualTime } from '../time.ts';

const SHOWN_MAX = 3;
const CAUSES: Readonly<Record<string, string>> = {
  node: 'with their node',
  eviction: 'evicted',
  preemption: 'preempted',
  oom: 'out of memory',
  crash: 'crashed',
  deletion: 'deleted by a user',
};

function measured(measures: Measures, name: string): number {
  return measures[name]?.value ?? 0;
}

/** Hundredths of a percent; what is not all is never shown as all. */
export function percent(share: number): string {
  const digits = Math.abs(share) >= 1 || share === 0 ? 0 : 2;
  const text = (share * 100).toFixed(digits);
  return `${share < 1 && text === '100.00' ? '99.99' : text} %`;
}

/** Whole milliseconds are what people can read. */
export function spanText(seconds: number): string {
  return formatVirtualTime(Math.round(seconds * 1000) * (SECOND / 1000));
}

function line(label: string, text: string): string {
  return `${label.padEnd(12)} ${text}`;
}

function availabilityLine(measures: Measures): string | undefined {
  const short = Object.entries(measures)
    .filter(([name, { value }]) => /^deployment\/.*\/availability$/.test(name) && value < 1)
    .sort((a, b) => a[1].value - b[1].value || (a[0] < b[0] ? -1 : 1));
  if (short.length === 0) return undefined;
  const shown = short.slice(0, SHOWN_MAX).map(([name, { value }]) => {
    const subject = name.slice(0, name.lastIndexOf('/'));
    const outages = measured(measures, `${subject}/outages`);
    const longest = spanText(measured(measures, `${subject}/recovery-max`));
    const told =
      outages === 0
        ? ''
        : outages === 1
          ? ` (an outage of ${longest})`
          : ` (${outages} outages, longest ${longest})`;
    return `${subject.slice(subject.lastIndexOf('/') + 1)} ${percent(value)}${told}`;
  });
  const more = short.length > shown.length ? `, and ${short.length - shown.length} more` : '';
  return line('availability', `${shown.join(', ')}${more}`);
}

function lostLine(measures: Measures): string | undefined {
  const lost = measured(measures, 'pods/lost');
  if (lost === 0) return undefined;
  const causes = Object.entries(CAUSES)
    .map(([cause, words]) => ({ words, count: measured(measures, `pods/lost/${cause}`) }))
    .filter(({ count }) => count > 0)
    .map(({ words, count }) => `${count} ${words}`);
  return line('pods lost', `${lost}: ${causes.join(', ')}`);
}

function requestsLine(measures: Measures): string | undefined {
  const total = measures['requests/total'];
  if (total === undefined) return undefined;
  const failed = percent(measured(measures, 'requests/error-ratio'));
  return line('requests', `${Math.round(total.value).toLocaleString('en')}, ${failed} failed`);
}

function costLine(measures: Measures): string | undefined {
  const cost = measures['cluster/cost'];
  if (cost === undefined) return undefined;
  const nodes = measured(measures, 'nodes/mean').toFixed(1).replace(/\.0$/, '');
  return line('cost', `${cost.value.toFixed(2)} for ${nodes} nodes on average`);
}

/** The few measures that a run's closing summary shows: those that tell of something. */
export function measureLines(measures: Measures): readonly string[] {
  return [availabilityLine, lostLine, requestsLine, costLine].flatMap((part) => part(measures) ?? []);
}
