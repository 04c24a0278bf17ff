import { equalValues } from '../../core/api/equal.ts';
import type { LogRecord } from '../../core/log/record.ts';

/** Where two histories part: the first records that differ. One is absent where its history ends before. */
export interface Divergence {
  /** How many records agree before it. */
  readonly common: number;
  readonly left: LogRecord | undefined;
  readonly right: LogRecord | undefined;
}

function sameRecord(a: LogRecord, b: LogRecord): boolean {
  if (a.rv !== b.rv || a.t !== b.t || a.cause !== b.cause) return false;
  if (a.type === 'event') {
    return (
      b.type === 'event' &&
      a.actor === b.actor &&
      a.verb === b.verb &&
      a.key === b.key &&
      a.kind.resource === b.kind.resource &&
      a.reason === b.reason &&
      equalValues(a.next, b.next)
    );
  }
  if (a.type === 'sample') return b.type === 'sample' && a.series === b.series && a.value === b.value;
  return b.type === 'stimulus' && a.actor === b.actor && equalValues(a.action, b.action);
}

/**
 * Read two histories side by side to the first records that differ; `undefined` where there are none. With
 * `skipScenario` the first records, which are the scenarios, may differ: a counterfactual changes them.
 */
export function firstDivergence(
  left: Iterable<LogRecord>,
  right: Iterable<LogRecord>,
  options: { readonly skipScenario?: boolean } = {},
): Divergence | undefined {
  const lefts = left[Symbol.iterator]();
  const rights = right[Symbol.iterator]();
  for (let common = 0; ; common++) {
    const a = lefts.next();
    const b = rights.next();
    const one = a.done === true ? undefined : a.value;
    const other = b.done === true ? undefined : b.value;
    if (one === undefined && other === undefined) return undefined;
    const skipped = common === 0 && options.skipScenario === true;
    if (skipped && one?.type === 'stimulus' && other?.type === 'stimulus') continue;
    if (one === undefined || other === undefined || !sameRecord(one, other)) {
      return { common, left: one, right: other };
    }
  }
}
