import pc from 'picocolors';

/** Colours are for people at a terminal who have not said no (https://no-color.org). */
export function paint(): ReturnType<typeof pc.createColors> {
  return pc.createColors(process.stdout.isTTY === true && process.env.NO_COLOR === undefined);
}

/** A line of progress on stderr that replaces itself; nothing where nobody watches. */
export class Progress {
  private readonly shown = process.stderr.isTTY === true;
  private lastAt = 0;

  /** At most ten times a second. */
  update(text: () => string): void {
    if (!this.shown) return;
    const now = Date.now();
    if (now - this.lastAt < 100) return;
    this.lastAt = now;
    process.stderr.write(`\r\u001b[K${text()}`);
  }

  clear(): void {
    if (this.shown) process.stderr.write('\r\u001b[K');
  }
}
