import { type DescribeOptions, describe } from '../describe/describe.ts';
import { type EventsOptions, events } from '../events/events.ts';
import { EXIT } from '../exit.ts';
import { openLog } from '../log-view.ts';
import { type GetOptions, get } from '../print/get.ts';
import type { Printed } from '../print/printed.ts';

/** Which log, and when. */
export interface LogOptions {
  readonly log: string;
  readonly at?: string;
}

function show({ out, err, failed }: Printed): number {
  process.stdout.write(out);
  process.stderr.write(err);
  return failed ? EXIT.badInput : EXIT.fine;
}

/** `wavetank get WORDS… --log FILE` */
export function getCommand(words: readonly string[], options: LogOptions & GetOptions): number {
  const { view, now } = openLog(options.log, options.at);
  return show(get(view, now, words, options));
}

/** `wavetank describe WORDS… --log FILE` */
export function describeCommand(words: readonly string[], options: LogOptions & DescribeOptions): number {
  const { view, now } = openLog(options.log, options.at);
  return show(describe(view, now, words, options));
}

/** `wavetank events --log FILE` */
export function eventsCommand(options: LogOptions & EventsOptions): number {
  const { view, now } = openLog(options.log, options.at);
  return show(events(view, now, options));
}
