/** How wide the columns of a text are at least: `padding` after the widest cell, and no less than `minWidth` in all. */
export interface ColumnSpacing {
  readonly minWidth: number;
  readonly padding: number;
}

/** `kubectl get` (cli-runtime `printers.GetNewTabWriter`). */
export const TABLE_SPACING: ColumnSpacing = { minWidth: 6, padding: 3 };
/** `kubectl describe` (kubectl `describe.tabbedString`). */
export const DESCRIBE_SPACING: ColumnSpacing = { minWidth: 0, padding: 2 };

type Line = readonly string[];

/** Code points, not bytes or UTF-16 units: what a terminal shows side by side. */
function widthOf(text: string): number {
  let width = 0;
  for (const _ of text) width++;
  return width;
}

/**
 * Turns tabs into spaces by the rule of elastic tabstops, as Go's `text/tabwriter` does: a cell is text that a tab
 * ends, and a column is the run of neighbouring lines that have a cell in that place. So a line with fewer cells
 * parts the columns above from those below. What follows the last tab of a line is no cell and is never padded.
 */
export function alignColumns(text: string, spacing: ColumnSpacing): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const aligned: string[] = [];
  formatBlock(lines, 0, lines.length, [], spacing, aligned);
  return aligned.join('\n');
}

/** Lines `from` to `to` all have the columns whose widths are known; find and set those to the right. */
function formatBlock(
  lines: readonly Line[],
  from: number,
  to: number,
  widths: readonly number[],
  spacing: ColumnSpacing,
  out: string[],
): void {
  const column = widths.length;
  let next = from;
  while (next < to) {
    if (!hasCell(lines[next]!, column)) {
      out.push(padded(lines[next]!, widths));
      next++;
      continue;
    }
    let end = next;
    let width = spacing.minWidth;
    while (end < to && hasCell(lines[end]!, column)) {
      width = Math.max(width, widthOf(lines[end]![column]!) + spacing.padding);
      end++;
    }
    formatBlock(lines, next, end, [...widths, width], spacing, out);
    next = end;
  }
}

function hasCell(line: Line, column: number): boolean {
  return column < line.length - 1;
}

function padded(line: Line, widths: readonly number[]): string {
  let text = '';
  for (const [column, cell] of line.entries()) {
    text += cell;
    const width = widths[column];
    if (width !== undefined) text += ' '.repeat(width - widthOf(cell));
  }
  return text;
}

/** Escape sequences can't take over the terminal that shows them (cli-runtime `printers.WriteEscaped`). */
export function escapeTerminal(text: string): string {
  return text.replaceAll('\u001b', '^[').replaceAll('\r', '\\r');
}
