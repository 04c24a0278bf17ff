import { type Micros, SECOND } from '../../core/time.ts';
import { MEASURE_TABLE, type MeasureName } from './table.ts';

/** A number that a run came to. */
export interface Measure {
  readonly value: number;
  /** `s`, `ratio`, `count`, `pod-s`. */
  readonly unit: string;
  /** Which way is better; absent where neither is. */
  readonly better?: 'more' | 'less';
}

/** The numbers of a run by name, names in order of their characters: `deployment/shop/web/availability`. */
export type Measures = Readonly<Record<string, Measure>>;

/** Takes the numbers that the parts of the collector have found. */
export interface MeasureWriter {
  /** Of the whole run: `pods/lost`. */
  total(name: MeasureName, value: number): void;
  /** Of one object: `deployment/NAMESPACE/NAME/availability`. */
  of(name: MeasureName, key: string, value: number): void;
}

const DIGITS = 1_000_000;

/** Six digits after the point: more would only be noise of the division. */
function rounded(value: number): number {
  return Math.round(value * DIGITS) / DIGITS;
}

/** A length of time in seconds, as measures have it. */
export function seconds(span: Micros): number {
  return span / SECOND;
}

export function measureTable(fill: (writer: MeasureWriter) => void): Measures {
  const found: [string, Measure][] = [];
  const add = (name: MeasureName, as: string, value: number): void => {
    const { unit, better } = MEASURE_TABLE[name];
    found.push([as, { value: rounded(value), unit, ...(better === undefined ? {} : { better }) }]);
  };
  fill({
    total: (name, value) => add(name, name, value),
    of: (name, key, value) => add(name, name.replace('*', key), value),
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
