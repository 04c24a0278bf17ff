import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RecordSink } from '../core/log/record.ts';
import { DEFAULT_START } from '../core/time.ts';
import { openLogWriter } from '../files/log/write-log.ts';

/** A log on the disk, as `run --out` writes it, in a folder that is gone when it was measured. */
export function measuringLogSink(): { readonly sink: RecordSink; finish(): number } {
  const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-bench-'));
  const file = path.join(folder, 'run.jsonl');
  const writer = openLogWriter(file, { version: 'bench', start: DEFAULT_START });
  return {
    sink: writer.append,
    /** Closes the log; returns its size in bytes. */
    finish: () => {
      writer.close();
      const { size } = statSync(file);
      rmSync(folder, { recursive: true });
      return size;
    },
  };
}
