import type { LogRecord } from '../../core/log/record.ts';
import { SeriesTable } from '../../sim/scenario/expression/series-values.ts';
import { EXIT } from '../exit.ts';
import { openWholeLog } from '../log-view.ts';
import { type TopOptions, top } from '../top/top.ts';
import type { LogOptions } from './read.ts';

/** `wavetank top pods|nodes --log FILE` */
export function topCommand(words: readonly string[], options: LogOptions & TopOptions): number {
  const series = new SeriesTable();
  const onRecord = (record: LogRecord): void => series.observe(record);
  const { view, now } = openWholeLog(options.log, options.at, onRecord);
  const { out, err, failed } = top(view, series, now, words, options);
  process.stdout.write(out);
  process.stderr.write(err);
  return failed ? EXIT.badInput : EXIT.fine;
}
