import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { apiReport } from './generate-api-report.mjs';
import { root } from './run-command.mjs';

const isBuilt = existsSync(path.join(root, 'dist', 'sim', 'index.d.ts'));
if (!isBuilt) process.stderr.write('skipped: dist is missing (npm run build makes it)\n');

test.skipIf(!isBuilt)(
  'docs/api.txt says what users can import: node scripts/generate-api-report.mjs after a build',
  () => {
    expect(readFileSync(path.join(root, 'docs', 'api.txt'), 'utf8')).toBe(apiReport());
  },
);
