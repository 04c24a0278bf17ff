import type { KubeObject } from '../api/object.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Column } from '../kinds/print/column.ts';
import { columnsFor } from '../kinds/print/columns.ts';
import type { Micros } from '../time.ts';

/**
 * Other forms in which a list or an object can be asked for: `meta.k8s.io/v1` Table, what kubectl prints, and
 * PartialObjectMetadata, what controllers keep that need no more.
 */
export type Form = 'object' | 'table' | 'metadata';

/** `application/json;as=Table;v=v1;g=meta.k8s.io,application/json`; `undefined`: nothing in it can be served. */
export function formOf(accept: string | undefined): Form | undefined {
  if (accept === undefined || accept.trim() === '') return 'object';
  for (const offer of accept.split(',')) {
    const [type = '', ...parameters] = offer.split(';').map((part) => part.trim());
    const isJson = type === 'application/json' || type === '*/*' || type === 'application/*';
    if (!isJson) continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return 'object';
    if (as === 'Table') return 'table';
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata';
  }
  return undefined;
}

export function partialMetadata({ metadata }: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

/** What `includeObject` asks to be in a row besides the cells. */
function rowObject(object: KubeObject, include: string | undefined): unknown {
  if (include === 'None') return undefined;
  return include === 'Object' ? object : partialMetadata(object);
}

export interface TableMetadata {
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export function tableOf(
  { kind, apiVersion }: { readonly kind: Kind; readonly apiVersion: string },
  objects: readonly KubeObject[],
  metadata: TableMetadata,
  now: Micros,
  include?: string,
): object {
  return tableWith(columnsFor(kind, apiVersion), objects, metadata, now, include);
}

export function tableWith(
  columns: readonly Column[],
  objects: readonly KubeObject[],
  metadata: TableMetadata,
  now: Micros,
  include?: string,
): object {
  // The server prints for every width; kubectl leaves out the columns of a priority above 0.
  const context = { now, wide: true };
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type, format, wide }) => ({
      name,
      type,
      format: format ?? '',
      description: '',
      priority: wide === true ? 1 : 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, context)),
      object: rowObject(object, include),
    })),
  };
}
