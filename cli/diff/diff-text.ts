import type { LogRecord } from '../../core/log/record.ts';
import type { Micros } from '../../core/time.ts';
import { changeText } from '../../sim/diff/fields.ts';
import type { Divergence } from '../../sim/diff/histories.ts';
import type { NamedObject, StateDifference } from '../../sim/diff/states.ts';
import { eventWords } from '../../sim/why/event-words.ts';
import { stimulusWords } from '../../sim/why/stimulus-words.ts';
import { escapeTerminal } from '../print/elastic-tabs.ts';
import { formatVirtualTime } from '../time.ts';

/** What the two sides are called: files, or moments. */
export interface Sides {
  readonly left: string;
  readonly right: string;
}

function only(side: string, objects: readonly NamedObject[]): readonly string[] {
  if (objects.length === 0) return [];
  return [`only in ${side}:`, ...objects.map(({ kind, key }) => `  ${kind.singular} ${key}`)];
}

/** Objects of one side, of the other, and those that differ, field by field. */
export function printStateDifference(difference: StateDifference, sides: Sides): string {
  const lines = [
    ...only(sides.left, difference.onlyLeft),
    ...only(sides.right, difference.onlyRight),
    ...(difference.changed.length === 0 ? [] : [`different, ${sides.left} → ${sides.right}:`]),
  ];
  for (const { kind, left, right, changes } of difference.changed) {
    lines.push(`  ${kind.singular} ${left}${left === right ? '' : ` → ${right}`}`);
    for (const change of changes) {
      // What a Secret holds is not for a terminal.
      const hidden = kind.kind === 'Secret' && /^(?:data|stringData)/.test(change.path);
      lines.push(`    ${hidden ? `${change.path} differs` : changeText(change)}`);
    }
  }
  lines.push(`${difference.same} objects are the same`);
  return `${lines.map(escapeTerminal).join('\n')}\n`;
}

/** A record in a line. */
export function recordText(record: LogRecord | undefined, start: Micros): string {
  if (record === undefined) return 'the history has ended';
  const at = `rv:${record.rv} at ${formatVirtualTime(record.t - start)}`;
  if (record.type === 'stimulus') return `${at} ${stimulusWords(record)}`;
  if (record.type === 'sample') return `${at} ${record.series} is ${record.value}`;
  return `${at} ${record.actor} ${record.kind.singular} ${record.key}: ${eventWords(record).join('; ')}`;
}

/** Where two histories part. Both start at their own time. */
export function printDivergence(
  divergence: Divergence | undefined,
  sides: Sides,
  starts: { readonly left: Micros; readonly right: Micros },
): string {
  if (divergence === undefined) return 'the histories are the same\n';
  const { common, left, right } = divergence;
  return escapeTerminal(
    `the histories agree in ${common} records, then part:\n` +
      `  ${sides.left}: ${recordText(left, starts.left)}\n` +
      `  ${sides.right}: ${recordText(right, starts.right)}\n`,
  );
}
