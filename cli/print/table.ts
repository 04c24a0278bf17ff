import type { KubeObject } from '../../core/api/object.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import type { Cell, PrintContext } from '../../core/kinds/print/column.ts';
import { columnsFor } from '../../core/kinds/print/columns.ts';
import { formatLabels } from '../../core/labels.ts';
import { alignColumns, escapeTerminal, TABLE_SPACING } from './elastic-tabs.ts';

export interface TableOptions extends PrintContext {
  /** `-A`: a NAMESPACE column first. */
  readonly withNamespace?: boolean;
  /** Several kinds are shown: `deployment.apps/web`. */
  readonly withKind?: boolean;
  readonly showLabels?: boolean;
  readonly noHeaders?: boolean;
}

/** `pod`, `deployment.apps`: how a name tells its kind. */
export function kindPrefix(kind: Kind): string {
  return kind.group === '' ? kind.singular : `${kind.singular}.${kind.group}`;
}

/** Text up to its first line break; the rest is only hinted at. */
function cellText(cell: Cell): string {
  const text = `${cell}`;
  const end = text.search(/[\n\f\r]/);
  return end < 0 ? escapeTerminal(text) : `${escapeTerminal(text.slice(0, end))}...`;
}

/** Objects of one kind in kubectl's layout, headers first. */
export function printTable(kind: Kind, objects: readonly KubeObject[], options: TableOptions): string {
  const columns = columnsFor(kind).filter((column) => options.wide === true || column.wide !== true);
  const withNamespace = options.withNamespace === true && kind.namespaced;
  const lines: string[] = [];
  const add = (namespace: string, cells: readonly string[], labels: string): void => {
    const all = withNamespace ? [namespace, ...cells] : [...cells];
    if (options.showLabels === true) all.push(labels);
    lines.push(all.join('\t'));
  };
  if (options.noHeaders !== true) {
    add(
      'NAMESPACE',
      columns.map((column) => column.name.toUpperCase()),
      'LABELS',
    );
  }
  for (const object of objects) {
    const cells = columns.map((column) => {
      const text = cellText(column.cell(object, options));
      return column.format === 'name' && options.withKind === true ? `${kindPrefix(kind)}/${text}` : text;
    });
    add(object.metadata.namespace ?? '', cells, formatLabels(object.metadata.labels));
  }
  return alignColumns(`${lines.join('\n')}\n`, TABLE_SPACING);
}
