import { closest } from '../core/text/closest.ts';
import { INVARIANTS } from '../property-tests/invariants/list.ts';
import { InputError } from './exit.ts';

/** The invariants that were asked for; `undefined` for all. */
export function invariantNames(given: readonly string[] | undefined): readonly string[] | undefined {
  if (given === undefined || given.length === 0) return undefined;
  const known = INVARIANTS.map(({ name }) => name);
  for (const name of given) {
    if (known.includes(name)) continue;
    const near = closest(name, known);
    const meant = near === undefined ? '' : `, did you mean ${JSON.stringify(near)}?`;
    throw new InputError(
      `--invariant: there is no invariant ${JSON.stringify(name)}${meant} (known: ${known.join(', ')})`,
    );
  }
  return known.filter((name) => given.includes(name));
}
