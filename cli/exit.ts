import { PluginFault } from '../controllers/scheduling/framework/plugin-fault.ts';
import { LogError } from '../core/log/log-error.ts';
import { FileError } from '../files/file-error.ts';
import { Interruption } from './interruption.ts';

/** Exit codes of every command; one that a signal ends has 128 and the signal's number. */
export const EXIT = { fine: 0, failed: 1, badInput: 2, defect: 3 } as const;

/** Bad usage, or input that cannot be used: the message is all that the person needs. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** Where defects go; the package names it as `bugs`. */
const REPORT = "the project's issue tracker";

/** Tell what went wrong on stderr; returns the exit code. */
export function reportFailure(error: unknown): number {
  if (
    error instanceof InputError ||
    error instanceof FileError ||
    error instanceof LogError ||
    error instanceof PluginFault
  ) {
    process.stderr.write(`error: ${error.message}\n`);
    return EXIT.badInput;
  }
  if (error instanceof Interruption) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const trace = process.env.WAVETANK_DEBUG === undefined ? detail.split('\n')[0] : detail;
  process.stderr.write(
    `wavetank failed by its own fault: ${trace}\n` +
      `Please report it to ${REPORT}, with the command and its input. WAVETANK_DEBUG=1 shows where it happened.\n`,
  );
  return EXIT.defect;
}
