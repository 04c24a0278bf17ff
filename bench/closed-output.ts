/** A reader who has seen enough (`| head`) ends a benchmark without a complaint, as with any other program. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
