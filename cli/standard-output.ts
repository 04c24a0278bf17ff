import { EXIT } from './exit.ts';

/**
 * What becomes of output that cannot be written. A reader that has seen enough (`| head`) is no failure, and the
 * command's own exit code stands; anything else, such as a full disk, is told.
 */
export function watchStandardOutput(exitCode: () => number): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCode());
    const why = error.code === 'ENOSPC' ? 'since the disk is full' : error.message;
    process.stderr.write(`error: the standard output cannot be written to its end, ${why}\n`);
    process.exit(EXIT.badInput);
  });
  // Nobody is left to be told.
  process.stderr.on('error', () => process.exit(exitCode()));
}
