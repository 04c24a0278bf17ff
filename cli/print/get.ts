import type { KubeObject } from '../../core/api/object.ts';
import { allKinds } from '../../core/kinds/custom/lookup.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import { jsonText } from './json-text.ts';
import { type OutputFormat, parseOutput } from './output.ts';
import { type Printed, printedError } from './printed.ts';
import { parseResources } from './resources.ts';
import { nothingFound, type Selected, type SelectOptions, select } from './select.ts';
import { sortBy } from './sort-by.ts';
import { kindPrefix, printTable } from './table.ts';
import { yamlText } from './yaml-text.ts';

export interface GetOptions extends SelectOptions {
  /** `-o`. */
  readonly output?: string;
  readonly showLabels?: boolean;
  readonly noHeaders?: boolean;
  readonly sortBy?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** managedFields are bookkeeping that kubectl leaves out. */
function withoutManagedFields(object: KubeObject): Fields {
  if (object.metadata.managedFields === undefined) return object as unknown as Fields;
  return { ...object, metadata: { ...object.metadata, managedFields: undefined } };
}

function document(selected: readonly Selected[]): Fields {
  const objects = selected.flatMap(({ objects }) => objects.map(withoutManagedFields));
  const [only] = objects;
  const askedForOne = selected.length === 1 && selected[0]?.request.names?.length === 1;
  if (askedForOne && only !== undefined) return only;
  return { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: objects };
}

function names(selected: readonly Selected[]): string {
  return selected
    .flatMap(({ request, objects }) =>
      objects.map((object) => `${kindPrefix(request.kind)}/${object.metadata.name}\n`),
    )
    .join('');
}

function tables(
  selected: readonly Selected[],
  format: OutputFormat,
  now: Micros,
  options: GetOptions,
): string {
  const withKind = new Set(selected.map(({ request }) => request.kind)).size > 1;
  return selected
    .filter(({ objects }) => objects.length > 0)
    .map(({ request, objects }) =>
      printTable(request.kind, objects, {
        now,
        wide: format === 'wide',
        withNamespace: options.allNamespaces === true,
        withKind,
        showLabels: options.showLabels === true,
        noHeaders: options.noHeaders === true,
      }),
    )
    .join(options.noHeaders === true ? '' : '\n');
}

function sortEach(selected: readonly Selected[], path: string): readonly Selected[] | string {
  const result: Selected[] = [];
  for (const one of selected) {
    const sorted = sortBy(one.objects, path);
    if (!sorted.ok) return sorted.error;
    result.push({ ...one, objects: sorted.objects });
  }
  return result;
}

/** `kubectl get WORDS…` on a state, at a time. */
export function get(view: View, now: Micros, words: readonly string[], options: GetOptions): Printed {
  const output = parseOutput(options.output);
  if (!output.ok) return printedError(output.error);
  const parsed = parseResources(words, allKinds(view));
  if (!parsed.ok) return printedError(parsed.error);
  const selection = select(view, now, parsed.requests, options);
  if (!selection.ok) return printedError(selection.error);
  const selected =
    options.sortBy === undefined ? selection.selected : sortEach(selection.selected, options.sortBy);
  if (typeof selected === 'string') return printedError(selected);

  const missing = selected.flatMap((one) => one.missing);
  const err = missing.map((line) => `${line}\n`).join('');
  const empty = selected.every(({ objects }) => objects.length === 0);
  const failed = missing.length > 0;
  const { format } = output;
  if (format === 'json' || format === 'yaml') {
    if (empty && failed) return { out: '', err, failed };
    const data = document(selected);
    return { out: format === 'json' ? jsonText(data) : yamlText(data), err, failed };
  }
  if (format === 'name') return { out: names(selected), err, failed };
  if (empty && !failed) return { out: '', err: nothingFound(parsed.requests, options), failed };
  return { out: tables(selected, format, now, options), err, failed };
}
