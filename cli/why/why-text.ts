import type { Micros } from '../../core/time.ts';
import type { WhyAnswer, WhyChain, WhyStep } from '../../sim/why/why.ts';
import { alignColumns, DESCRIBE_SPACING, escapeTerminal } from '../print/elastic-tabs.ts';
import { type Printed, printed, printedError } from '../print/printed.ts';
import { formatVirtualTime } from '../time.ts';

const CAUSED_BY = '←';

function subject(step: WhyStep): string {
  if (step.verb === 'stimulus') return '';
  const namespace = step.namespace === undefined ? '' : ` -n ${step.namespace}`;
  return `${step.object}${namespace}`;
}

function stepLines(step: WhyStep, first: boolean, start: Micros): readonly string[] {
  const sign = first ? ' ' : CAUSED_BY;
  const [change = '', ...others] = step.changes;
  const source = step.source === undefined ? '' : ` (${step.source})`;
  const told = step.verb === 'stimulus' ? `${change}${source}` : `${subject(step)}: ${change}`;
  const at = formatVirtualTime(step.t - start);
  const lines = [[sign, at, `rv:${step.rv}`, step.actor, told].join('\t')];
  for (const other of others) lines.push(['', '', '', '', `  ${other}`].join('\t'));
  if (step.reason !== undefined) lines.push(['', '', '', '', `  because ${step.reason}`].join('\t'));
  return lines;
}

function headline({ target, state, steps, replacedBy }: WhyChain, start: Micros): string {
  const [last] = steps;
  const replaced = replacedBy === undefined ? '' : `, replaced by ${replacedBy}`;
  if (state === 'present' || last === undefined) return `${target}${replaced}`;
  return `${target} was deleted at ${formatVirtualTime(last.t - start)} by ${last.actor}${replaced}`;
}

/** Steps of a chain, newest first. */
export function printSteps(steps: readonly WhyStep[], start: Micros): string {
  const lines = steps.flatMap((step, index) => stepLines(step, index === 0, start));
  return alignColumns(escapeTerminal(`${lines.join('\n')}\n`), DESCRIBE_SPACING);
}

/** The chain of causes, newest first; each line was caused by the one below it. */
export function printWhy(answer: WhyAnswer, start: Micros): Printed {
  if (!answer.ok) {
    const later = answer.createdAt;
    const created = later === undefined ? '' : `; it was created at ${formatVirtualTime(later - start)}`;
    const meant = answer.suggestion === undefined ? '' : `; did you mean ${answer.suggestion}?`;
    return printedError(`${answer.error}${created}${meant}`);
  }
  const { chain } = answer;
  const lines = [headline(chain, start), ...chain.findings.map((finding) => `  ${finding}`), ''];
  const text = printSteps(chain.steps, start);
  const missing =
    chain.missingCause === undefined
      ? ''
      : `the chain goes on with record ${chain.missingCause}, which is not in this log\n`;
  return printed(`${lines.map(escapeTerminal).join('\n')}\n${text}${missing}`);
}
