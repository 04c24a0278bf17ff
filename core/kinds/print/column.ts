import type { KubeObject } from '../../api/object.ts';
import type { Container } from '../../schema/types.generated.ts';
import { humanDuration } from '../../text/human-duration.ts';
import { type Micros, parseRfc3339 } from '../../time.ts';

/** What a cell may depend on besides its object. */
export interface PrintContext {
  readonly now: Micros;
  /** `-o wide`: long cells aren't shortened. */
  readonly wide?: boolean;
}

export type Cell = string | number | boolean;

/**
 * One column of `kubectl get` and of the API's `meta.k8s.io/v1` Table, as Kubernetes' own printers define it
 * (`pkg/printers/internalversion`). The name is a Table's; kubectl prints it in capitals.
 */
export interface Column<T extends KubeObject = KubeObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  /** Holds the object's name. */
  readonly format?: 'name';
  /** Shown with `-o wide` alone (a priority above 0). */
  readonly wide?: boolean;
  cell(object: T, context: PrintContext): Cell;
}

export const NONE = '<none>';
export const UNKNOWN = '<unknown>';
export const UNSET = '<unset>';

/** How long ago, as ages are written; `<unknown>` for a time that isn't set. */
export function since(timestamp: string | undefined, now: Micros): string {
  const at = timestamp === undefined ? undefined : parseRfc3339(timestamp);
  return at === undefined ? UNKNOWN : humanDuration(now - at);
}

export const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  cell: (object) => object.metadata.name,
};

export const AGE: Column = {
  name: 'Age',
  type: 'string',
  cell: (object, { now }) => since(object.metadata.creationTimestamp, now),
};

/** Columns of a kind that has none of its own. */
export const GENERIC_COLUMNS: readonly Column[] = [NAME, AGE];

export function text<T extends KubeObject>(
  name: string,
  cell: (object: T, context: PrintContext) => Cell,
): Column<T> {
  return { name, type: 'string', cell };
}

export function integer<T extends KubeObject>(
  name: string,
  cell: (object: T, context: PrintContext) => number,
): Column<T> {
  return { name, type: 'integer', cell };
}

export function wide<T extends KubeObject>(column: Column<T>): Column<T> {
  return { ...column, wide: true };
}

export function containerNames(containers: readonly Container[] | undefined): string {
  return (containers ?? []).map((container) => container.name).join(',');
}

export function containerImages(containers: readonly Container[] | undefined): string {
  return (containers ?? []).map((container) => container.image ?? '').join(',');
}

/** The first few of a list, with a count of the rest. */
export function shortened(items: readonly string[], max: number, separator = ','): string {
  const shown = items.slice(0, max).join(separator);
  return items.length > max ? `${shown} + ${items.length - max} more...` : shown;
}

/** Addresses that a load balancer got; without `-o wide` cut at the width that Kubernetes' printer leaves them. */
const ADDRESSES_WIDTH = 16;

export function addressesText(
  addresses: readonly { readonly ip?: string; readonly hostname?: string }[] | undefined,
  context: PrintContext,
): string {
  const all = [...new Set((addresses ?? []).map(({ hostname, ip }) => ip || hostname || ''))]
    .filter((address) => address !== '')
    .sort()
    .join(',');
  if (context.wide === true || all.length <= ADDRESSES_WIDTH) return all;
  return `${all.slice(0, ADDRESSES_WIDTH - 3)}...`;
}
