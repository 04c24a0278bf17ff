import { z } from 'zod';
import { compileCondition } from '../expression/expression.ts';
import { shown } from '../problem.ts';
import type { Expectation } from '../scenario.ts';
import { duration, forEditors, readWith, strict, text } from './fields.ts';

/** The offset of what is wrong, handed through zod with the issue. */
export interface ExpressionIssueParams {
  readonly offset: number;
}

const condition = text('an expression such as "available(deployment/web) >= 2"').transform(
  (expression, context): string => {
    const compiled = compileCondition(expression);
    if (compiled.ok) return expression;
    const params: ExpressionIssueParams = { offset: compiled.offset };
    const message = `${compiled.message} (in ${shown(expression)}, character ${compiled.offset + 1})`;
    context.issues.push({ code: 'custom', message, input: expression, params: { ...params } });
    return z.NEVER;
  },
);

const name = text('a name').optional().describe('How results call it; the expression unless given.');

const always = strict({
  always: condition.describe('Must hold all the time.'),
  name,
  from: duration
    .optional()
    .describe('Since the start of the run; from the first time that it holds unless given.'),
  until: duration.optional().describe('Since the start of the run; to its end unless given.'),
}).transform((entry, context): Expectation => {
  const { from, until } = entry;
  if (from !== undefined && until !== undefined && until <= from) {
    context.issues.push({ code: 'custom', message: 'is not later than from', input: until, path: ['until'] });
  }
  return {
    type: 'always',
    name: entry.name ?? `always ${entry.always}`,
    expression: entry.always,
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  };
});

const eventually = strict({
  eventually: condition.describe('Must hold at some time.'),
  name,
  after: duration.optional().describe('When the search begins; at the start of the run unless given.'),
  within: duration.optional().describe('How long after that; to the end of the run unless given.'),
}).transform(
  (entry): Expectation => ({
    type: 'eventually',
    name: entry.name ?? `eventually ${entry.eventually}`,
    expression: entry.eventually,
    after: entry.after ?? 0,
    ...(entry.within === undefined ? {} : { within: entry.within }),
  }),
);

export const expectation = forEditors(
  z.union([always, eventually]),
  z.unknown().transform((value, context): Expectation => {
    const entry = typeof value === 'object' && value !== null ? value : {};
    const types = ['always', 'eventually'].filter((type) => Object.hasOwn(entry, type));
    if (types.length !== 1) {
      const message = `expected { always: EXPRESSION } or { eventually: EXPRESSION }, got ${
        types.length === 2 ? 'both' : shown(value)
      }`;
      context.issues.push({ code: 'custom', message, input: value });
      return z.NEVER;
    }
    return readWith<Expectation>(types[0] === 'always' ? always : eventually, value, context);
  }),
);
