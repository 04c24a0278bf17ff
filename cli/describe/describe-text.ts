import type { StringMap } from '../../core/api/object.ts';
import { alignColumns, DESCRIBE_SPACING, escapeTerminal } from '../print/elastic-tabs.ts';

const INDENT = '  ';
/** Longer annotations go on lines of their own, cut there (kubectl `maxAnnotationLen`). */
const MAX_ANNOTATION_LENGTH = 140;
/** What `kubectl apply` keeps for itself is never shown. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Gathers the lines of a description: tabs part the columns, which are aligned at the end. */
export class DescribeText {
  private text = '';

  /** One line at a depth of indentation; cells are joined by tabs. */
  line(level: number, ...cells: readonly string[]): void {
    this.text += `${INDENT.repeat(level)}${cells.join('\t')}\n`;
  }

  /** `Title:` and one row for each value, the first beside the title; `<none>` where there are none. */
  rows(title: string, values: readonly string[]): void {
    const shown = values.length === 0 ? ['<none>'] : values;
    for (const [index, value] of shown.entries()) {
      this.line(0, index === 0 ? `${title}:` : '', value);
    }
  }

  /** As `rows`, of a map in key order: `app=web`. */
  map(title: string, map: StringMap | undefined): void {
    this.rows(
      title,
      sortedKeys(map).map((key) => `${key}=${map?.[key]}`),
    );
  }

  annotations(title: string, annotations: StringMap | undefined): void {
    const keys = sortedKeys(annotations).filter((key) => key !== LAST_APPLIED);
    const rows: string[] = [];
    for (const key of keys) {
      const value = (annotations?.[key] ?? '').replace(/\n$/, '');
      if (key.length + value.length + 2 > MAX_ANNOTATION_LENGTH || value.includes('\n')) {
        rows.push(`${key}:`);
        for (const line of value.split('\n')) rows.push(`  ${shortened(line, MAX_ANNOTATION_LENGTH - 2)}`);
      } else {
        rows.push(`${key}: ${value}`);
      }
    }
    this.rows(title, rows);
  }

  toString(): string {
    return alignColumns(escapeTerminal(this.text), DESCRIBE_SPACING);
  }
}

/** Keys that are present, by code point. */
export function sortedKeys(map: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  if (map === undefined) return [];
  return Object.keys(map)
    .filter((key) => map[key] !== undefined)
    .sort();
}

function shortened(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}...` : text;
}

export function orNone(text: string | undefined): string {
  return text === undefined || text === '' ? '<none>' : text;
}

/** Go's `%v` of a list. */
export function bracketed(list: readonly string[] | undefined): string {
  return `[${(list ?? []).join(' ')}]`;
}

/** kubectl's `printBool`. */
export function titleBool(value: boolean | undefined): string {
  return value === true ? 'True' : 'False';
}
