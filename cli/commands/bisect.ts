import type { LogRecord } from '../../core/log/record.ts';
import { State } from '../../core/store/state.ts';
import type { Micros } from '../../core/time.ts';
import { readRecords } from '../../files/log/read-log.ts';
import { InvariantChecker } from '../../property-tests/invariants/checker.ts';
import { INVARIANTS } from '../../property-tests/invariants/list.ts';
import { ConditionSearch } from '../../sim/bisect/condition-search.ts';
import { compileCondition } from '../../sim/scenario/expression/expression.ts';
import { didYouMean } from '../../sim/scenario/problem.ts';
import { RecordIndex } from '../../sim/why/record-source.ts';
import { type WhyStep, walk } from '../../sim/why/why.ts';
import { EXIT, InputError } from '../exit.ts';
import { warnOfTornTail } from '../log-view.ts';
import { escapeTerminal } from '../print/elastic-tabs.ts';
import { formatVirtualTime, parseMoment } from '../time.ts';
import { printSteps } from '../why/why-text.ts';

export interface BisectOptions {
  readonly when?: string;
  readonly invariant?: string;
  readonly not?: boolean;
  readonly after?: string;
  readonly json?: boolean;
}

interface Answer {
  /** What was looked for, in words: `count(pods) > 3 first holds`. */
  readonly question: string;
  /** Absent where there is no such record. */
  readonly record: LogRecord | undefined;
  /** What was seen there. */
  readonly seen: string;
}

function startOfSearch(text: string | undefined, start: Micros, records: readonly LogRecord[]): Micros {
  if (text === undefined) return start;
  const parsed = parseMoment(text, start);
  if (!parsed.ok) throw new InputError(`--after: ${parsed.error}`);
  const { moment } = parsed;
  if (moment.type === 'time') return moment.t;
  return records.find(({ rv }) => rv >= moment.rv)?.t ?? Number.POSITIVE_INFINITY;
}

/** Folds the log, record by record, until somebody has seen enough. */
function fold(records: readonly LogRecord[], look: (record: LogRecord, view: State) => boolean): State {
  const state = new State();
  for (const record of records) {
    if (record.type === 'event') state.apply(record);
    if (look(record, state)) break;
  }
  return state;
}

function byCondition(text: string, records: readonly LogRecord[], after: Micros, not: boolean): Answer {
  const compiled = compileCondition(text);
  if (!compiled.ok) {
    throw new InputError(
      `--when: ${compiled.message} (in ${JSON.stringify(text)}, character ${compiled.offset + 1})`,
    );
  }
  const search = new ConditionSearch(compiled.expression, { not, after });
  fold(records, (record, view) => {
    search.observe(record, view);
    return search.turn !== undefined;
  });
  const { turn } = search;
  const question = not ? `${text} first ceases to hold` : `${text} first holds`;
  return { question, record: turn?.record, seen: turn?.values ?? '' };
}

function byInvariant(name: string, records: readonly LogRecord[]): Answer {
  const invariant = INVARIANTS.find((candidate) => candidate.name === name);
  if (invariant === undefined) {
    const names = INVARIANTS.map((candidate) => candidate.name);
    const meant = didYouMean(name, names);
    throw new InputError(
      `--invariant: there is no invariant ${JSON.stringify(name)}${meant === '' ? `; there are ${names.join(', ')}` : meant}`,
    );
  }
  const checker = new InvariantChecker([invariant]);
  const state = fold(records, (record, view) => {
    checker.observe(record, view);
    return checker.violations.length > 0;
  });
  const last = records.at(-1);
  // Whether a cluster at rest is as it should be is known only at the end.
  if (checker.violations.length === 0 && last !== undefined) checker.finish(state, last.t);
  const [violation] = checker.violations;
  const record = violation === undefined ? undefined : records.find(({ rv }) => rv === violation.rv);
  return { question: `invariant ${name} is first broken`, record, seen: violation?.message ?? '' };
}

function chainOf(records: readonly LogRecord[], record: LogRecord): readonly WhyStep[] {
  const index = new RecordIndex();
  for (const one of records) {
    if (one.rv > record.rv) break;
    index.add(one);
  }
  return walk(index, record).steps;
}

/** `wavetank bisect LOG`: the first record after which something holds, or an invariant is broken. */
export function bisectCommand(log: string, options: BisectOptions): number {
  const { when, invariant, not = false } = options;
  if ((when === undefined) === (invariant === undefined)) {
    throw new InputError('bisect needs either --when EXPRESSION or --invariant NAME');
  }
  if (invariant !== undefined && (not || options.after !== undefined)) {
    throw new InputError(
      '--not and --after are for --when: an invariant is searched from the start for where it is broken',
    );
  }
  const { header, records, tornTail } = readRecords(log);
  warnOfTornTail(log, tornTail);
  const { start } = header;
  const after = startOfSearch(options.after, start, records);
  const answer =
    when === undefined ? byInvariant(invariant ?? '', records) : byCondition(when, records, after, not);
  const { record, question, seen } = answer;
  const steps = record === undefined ? [] : chainOf(records, record);
  if (options.json === true) {
    const found =
      record === undefined
        ? null
        : { rv: record.rv, seconds: (record.t - start) / 1_000_000, seen, why: steps };
    process.stdout.write(
      `${JSON.stringify({ log, question, records: records.length, found }, undefined, 2)}\n`,
    );
  } else if (record === undefined) {
    process.stdout.write(
      escapeTerminal(`${question.replace('first ', 'never ')} in the ${records.length} records of ${log}\n`),
    );
  } else {
    const at = formatVirtualTime(record.t - start);
    process.stdout.write(escapeTerminal(`${question} after record rv:${record.rv} at ${at}: ${seen}\n\n`));
    process.stdout.write(printSteps(steps, start));
  }
  return record === undefined ? EXIT.failed : EXIT.fine;
}
