import { expect, test } from 'vitest';
import { kindFor } from './registry.ts';
import { STRATEGIES } from './strategies.ts';

test('every strategy belongs to a kind of the catalog', () => {
  for (const name of Object.keys(STRATEGIES)) {
    const slash = name.lastIndexOf('/');
    expect(kindFor(name.slice(0, slash), name.slice(slash + 1))?.strategy).toBe(STRATEGIES[name]);
  }
});
