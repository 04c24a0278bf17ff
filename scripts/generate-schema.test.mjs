import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

describe.skipIf(!existsSync(join(root, 'node_modules/kubernetes-models')))('the generated schema', () => {
  test('is what the generator writes: run `node scripts/generate-schema.mjs` when this fails', () => {
    const run = () =>
      execFileSync(process.execPath, ['scripts/generate-schema.mjs', '--check'], {
        cwd: root,
        stdio: 'pipe',
      });
    expect(run).not.toThrow();
  });
});
