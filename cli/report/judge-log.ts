import type { LogSummary } from '../../core/log/decoder.ts';
import type { LogHeader } from '../../core/log/format.ts';
import { State } from '../../core/store/state.ts';
import { readLog } from '../../files/log/read-log.ts';
import { InvariantChecker } from '../../property-tests/invariants/checker.ts';
import { INVARIANTS } from '../../property-tests/invariants/list.ts';
import { MeasureCollector } from '../../sim/measures/collector.ts';
import type { ReportExtras } from '../../sim/report/report-extras.ts';
import { ExpectationChecker } from '../../sim/scenario/expectations.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { keyFigures } from './figures.ts';

export interface Judgement extends Pick<ReportExtras, 'figures' | 'expectations' | 'invariants'> {
  readonly header: LogHeader;
  readonly summary: LogSummary;
}

/** What a recorded run comes to: the same checks as of a run that goes on, over the records of its log. */
export function judgeLog(file: string): Judgement {
  const state = new State();
  const invariants = new InvariantChecker(INVARIANTS);
  let expectations: ExpectationChecker | undefined;
  let measures: MeasureCollector | undefined;
  const { header, summary, t } = readLog(file, {
    onRecord: (record) => {
      if (record.type === 'event') state.apply(record);
      if (record.type === 'stimulus' && record.action.op === 'scenario') {
        // The log's own program wrote it as the scenario that it ran.
        const scenario = record.action.scenario as unknown as Scenario;
        expectations = new ExpectationChecker(scenario.expect, scenario.startTime);
        measures = new MeasureCollector(scenario);
      }
      expectations?.observe(record, state, record.t);
      measures?.sink(record);
      invariants.observe(record, state);
    },
  });
  if (summary === undefined) throw new Error('a log that is read to its end has a summary');
  invariants.finish(state, t);
  return {
    header,
    summary,
    figures: measures === undefined ? [] : keyFigures(measures.measures(t)),
    expectations: expectations?.finish(state, t) ?? [],
    invariants: { checked: invariants.checked, violations: invariants.violations },
  };
}
