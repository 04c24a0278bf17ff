import { type KubeObject, keyOf } from '../api/object.ts';
import { badRequest, expired, type Status } from '../api/status.ts';
import type { View } from '../store/view.ts';
import { decodeBase64Text, encodeBase64Text } from './base64-url.ts';
import type { ResourcePath } from './resource-path.ts';
import { selectionOf } from './selection.ts';

/** One page of a list, as one resourceVersion has it. */
export interface Page {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** Lists that have more pages: what the first page saw is what the last one shows. */
export interface ListSnapshots {
  keep(id: string, items: readonly KubeObject[]): void;
  /** `undefined`: too long ago. */
  find(id: string): readonly KubeObject[] | undefined;
}

interface ContinueToken {
  readonly v: 'meta.k8s.io/v1';
  readonly rv: number;
  /** The key of the first object of the page. */
  readonly start: string;
}

const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

function readToken(text: string): ContinueToken | undefined {
  const decoded = decodeBase64Text(text);
  if (decoded === undefined) return undefined;
  try {
    const { v, rv, start } = JSON.parse(decoded) as Partial<ContinueToken>;
    if (v !== 'meta.k8s.io/v1' || typeof rv !== 'number' || typeof start !== 'string') return undefined;
    return { v, rv, start };
  } catch {
    return undefined;
  }
}

type Query = Readonly<Record<string, string>>;

function limitOf({ limit }: Query): number {
  const value = limit === undefined || limit === '' ? 0 : Number(limit);
  return Number.isSafeInteger(value) && value > 0 ? value : Number.POSITIVE_INFINITY;
}

/** What a list is of: asked again with its token, it is the same. */
interface Listing {
  readonly items: readonly KubeObject[];
  readonly rv: number;
  /** Under which its snapshot is kept. */
  readonly id: string;
  readonly isFiltered: boolean;
}

function pageOf(
  { items, rv, id, isFiltered }: Listing,
  first: number,
  limit: number,
  kept: ListSnapshots,
): Page {
  const end = first + limit;
  const page = first === 0 && end >= items.length ? items : items.slice(first, end);
  const resourceVersion = String(rv);
  const next = items[end];
  if (next === undefined) return { items: page, resourceVersion };
  if (first === 0) kept.keep(id, items);
  const token: ContinueToken = { v: 'meta.k8s.io/v1', rv, start: keyOf(next) };
  return {
    items: page,
    resourceVersion,
    continue: encodeBase64Text(JSON.stringify(token)),
    // The server counts what is left only where it need not look at each object.
    ...(isFiltered ? {} : { remainingItemCount: items.length - end }),
  };
}

/** What is listed, and in which version it was asked for. */
type ListTarget = Pick<ResourcePath, 'kind' | 'apiVersion' | 'namespace'>;

/** `/pods?limit=500&continue=…` of a state. */
export function listPage(
  view: View,
  { kind, apiVersion, namespace }: ListTarget,
  query: Query,
  snapshots: ListSnapshots,
): Page | Status {
  const selection = selectionOf(kind, apiVersion, query);
  if (!selection.ok) return selection.status;
  const { labelSelector = '', fieldSelector = '' } = query;
  const isFiltered = labelSelector !== '' || fieldSelector !== '';
  const idAt = (rv: number): string =>
    [kind.resource, namespace ?? '', rv, labelSelector, fieldSelector].join('\n');
  const given = query.continue ?? '';
  if (given === '') {
    const all = view.list(kind, namespace);
    const items = isFiltered ? all.filter(selection.selects) : all;
    const rv = view.version;
    return pageOf({ items, rv, id: idAt(rv), isFiltered }, 0, limitOf(query), snapshots);
  }
  const token = readToken(given);
  if (token === undefined) return badRequest('invalid continue token: continue key is not valid');
  const id = idAt(token.rv);
  const items = snapshots.find(id);
  if (items === undefined) return expired(TOO_OLD);
  const first = items.findIndex((item) => keyOf(item) === token.start);
  if (first < 0) return badRequest('invalid continue token: continue key is not valid');
  return pageOf({ items, rv: token.rv, id, isFiltered }, first, limitOf(query), snapshots);
}
