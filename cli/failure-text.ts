import type { Micros } from '../core/time.ts';
import { scenarioYaml } from '../files/scenario/write-scenario.ts';
import type { Failure } from '../property-tests/campaign/case.ts';
import { INVARIANTS } from '../property-tests/invariants/list.ts';
import { formatDuration } from '../sim/scenario/duration.ts';
import type { Scenario } from '../sim/scenario/scenario.ts';
import type { WhyAnswer } from '../sim/why/why.ts';
import { VERSION } from './version.ts';
import { printWhy } from './why/why-text.ts';

/** Whole milliseconds are what people can read. */
function atText(t: Micros, start: Micros): string {
  return formatDuration(Math.floor((t - start) / 1000) * 1000);
}

/** `wavetank why deployment/web -n shop --log FILE --at rv:12`: what tells how it came. */
export function whyCommandFor(failure: Failure, log: string): string | undefined {
  const { object, namespace, rv } = failure;
  if (object === undefined) return undefined;
  const where = namespace === undefined || namespace === 'default' ? '' : ` -n ${namespace}`;
  return `wavetank why ${object}${where} --log ${log} --at rv:${rv}`;
}

/** A failing scenario as a file that tells what it shows. */
export function failingScenario(
  scenario: Scenario,
  failure: Failure,
  file: string | undefined,
  found: string,
): string {
  const rule = INVARIANTS.find(({ name }) => name === failure.name)?.rule;
  const name = file ?? 'FILE';
  return scenarioYaml(
    scenario,
    [
      `Fails: ${failure.name}, at ${atText(failure.t, scenario.startTime)}.`,
      failure.message,
      ...(rule === undefined ? [] : [`The rule: ${rule}`]),
      '',
      `Run it:  wavetank run ${name}`,
      `Found by ${found}, with wavetank ${VERSION}.`,
    ].join('\n'),
  );
}

/** All that there is to know of a failure, for a person: what, when, and the chain of causes. */
export function failureExplanation(
  scenario: Scenario,
  failure: Failure,
  why: WhyAnswer | undefined,
  file: string | undefined,
): string {
  const invariant = INVARIANTS.find(({ name }) => name === failure.name);
  const lines = [
    `${failure.name}, at ${atText(failure.t, scenario.startTime)} (rv:${failure.rv})`,
    failure.message,
  ];
  if (invariant !== undefined) lines.push('', `rule     ${invariant.rule}`, `source   ${invariant.source}`);
  if (why?.ok === true) lines.push('', printWhy(why, scenario.startTime).out.trimEnd());
  if (file !== undefined) {
    const command = whyCommandFor(failure, 'log.jsonl');
    lines.push('', `again    wavetank run ${file}`);
    if (command !== undefined) lines.push(`why      wavetank run ${file} --out log.jsonl; ${command}`);
  }
  return `${lines.join('\n')}\n`;
}
