import type { Kind } from '../../core/kinds/kind.ts';
import { KINDS } from '../../core/kinds/registry.ts';
import type { LiveObject } from '../../core/log/decoder.ts';
import { readLog } from '../../files/log/read-log.ts';
import { RecordIndex } from '../../sim/why/record-source.ts';
import { why } from '../../sim/why/why.ts';
import { EXIT, InputError } from '../exit.ts';
import { logMoment, requireNotPast, warnOfTornTail } from '../log-view.ts';
import { parseResources } from '../print/resources.ts';
import { printWhy } from '../why/why-text.ts';

export interface WhyOptions {
  readonly log: string;
  readonly at?: string;
  readonly namespace?: string;
  readonly json?: boolean;
}

/** The built-in kinds, and the others of which there is an object. */
function kindsIn(objects: readonly LiveObject[]): readonly Kind[] {
  const custom = objects.map(({ kind }) => kind as Kind).filter((kind) => kind.custom !== undefined);
  return [...KINDS, ...new Set(custom)];
}

/** `wavetank why KIND/NAME --log FILE` */
export function whyCommand(target: string, options: WhyOptions): number {
  if (!target.includes('/')) {
    throw new InputError(`expected KIND/NAME, such as pod/web-1, got ${JSON.stringify(target)}`);
  }
  const index = new RecordIndex();
  const reading = readLog(options.log, { onRecord: (record) => index.add(record) });
  const parsed = parseResources([target], kindsIn(reading.objects));
  if (!parsed.ok) throw new InputError(parsed.error);
  const [request] = parsed.requests;
  const name = request?.names?.[0];
  if (request === undefined || name === undefined || parsed.requests.length > 1) {
    throw new InputError(`expected one object such as pod/web-1, got ${JSON.stringify(target)}`);
  }
  warnOfTornTail(options.log, reading.summary?.tornTail);
  const { start } = reading.header;
  let at = reading.t;
  if (options.at !== undefined) {
    const moment = logMoment(options.at, start);
    requireNotPast(moment, { rv: reading.rv, t: reading.t, start });
    at = 't' in moment ? moment.t : (index.get(moment.rv)?.t ?? reading.t);
  }
  const { kind } = request;
  const answer = why(
    index,
    { kind, name, ...(kind.namespaced ? { namespace: options.namespace ?? 'default' } : {}) },
    at,
  );
  if (answer.ok && options.json === true) {
    process.stdout.write(`${JSON.stringify(answer.chain, undefined, 2)}\n`);
    return EXIT.fine;
  }
  const { out, err, failed } = printWhy(answer, start);
  process.stdout.write(out);
  process.stderr.write(err);
  return failed ? EXIT.badInput : EXIT.fine;
}
