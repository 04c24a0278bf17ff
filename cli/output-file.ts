import { realpathSync } from 'node:fs';
import { InputError } from './exit.ts';

function placeOf(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    // What isn't there yet can't be written over.
    return undefined;
  }
}

/** A log takes the place of the file at its path: that must not be one that it was made from. */
export function requireOtherFile(out: string, inputs: readonly string[], option = '--out'): void {
  const place = placeOf(out);
  const same = place === undefined ? undefined : inputs.find((input) => placeOf(input) === place);
  if (same !== undefined) throw new InputError(`${option} ${out}: this is what is read: name another file`);
}
