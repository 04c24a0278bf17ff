import { MILLISECOND, MINUTE, SECOND } from '../../core/time.ts';
import type { Unit } from './chart.ts';

/** Three figures, without zeros that say nothing. */
function figures(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  const text = value.toFixed(digits);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** `950`, `1.25k`, `3.4M`. */
function large(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${figures(value / 1e6)}M`;
  return size >= 1e4 ? `${figures(value / 1e3)}k` : figures(value);
}

const BYTE_STEPS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

function bytes(value: number): string {
  let amount = value;
  let step = 0;
  while (Math.abs(amount) >= 1024 && step < BYTE_STEPS.length - 1) {
    amount /= 1024;
    step++;
  }
  return `${figures(amount)} ${BYTE_STEPS[step]}`;
}

function duration(micros: number): string {
  if (micros >= MINUTE) return `${figures(micros / MINUTE)} min`;
  if (micros >= SECOND) return `${figures(micros / SECOND)} s`;
  return micros >= MILLISECOND ? `${figures(micros / MILLISECOND)} ms` : `${figures(micros)} µs`;
}

/** A value of a series as people read it; the units are those of `core/log/series.ts`. */
export function numberText(value: number, unit: Unit): string {
  switch (unit) {
    case 'count':
      return large(value);
    case 'rate':
      return `${large(value / 1000)}/s`;
    case 'micros':
      return duration(value);
    case 'milli-cpu':
      return figures(value / 1000);
    case 'bytes':
      return bytes(value);
    case 'money':
      return (value / 1e6).toFixed(2);
  }
}
