import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
} from 'yaml';
import type { Path } from '../../sim/scenario/problem.ts';

export interface Position {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** Where in a value's text something is: at the field's name, or so many characters into the value. */
export interface Spot {
  readonly atKey?: boolean;
  readonly offset?: number;
}

/** One document of a YAML file: its value, and where in the file each part of it stands. */
export interface YamlDocument {
  readonly value: unknown;
  readonly positionOf: (path: Path, spot?: Spot) => Position;
}

/** How far a path leads into a document. */
interface Found {
  readonly node: Node | null;
  /** Of the last field on the way. */
  readonly key: Node | undefined;
  readonly isWhole: boolean;
}

function resolved(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** The pair of a field, also one that a merge (`<<`) brings in. */
function pairIn(map: unknown, name: string, document: Document): Pair | undefined {
  if (!isMap(map)) return undefined;
  const nameOf = ({ key }: Pair): string | undefined => (isScalar(key) ? String(key.value) : undefined);
  // Where a field is there twice, the last holds.
  const own = map.items.findLast((pair) => nameOf(pair) === name);
  if (own !== undefined) return own;
  let merged: Pair | undefined;
  for (const pair of map.items) {
    if (nameOf(pair) !== '<<' || merged !== undefined) continue;
    const source = resolved(pair.value, document);
    const maps = isSeq(source) ? source.items : [source];
    for (const each of maps) merged ??= pairIn(resolved(each, document), name, document);
  }
  return merged;
}

function find(document: Document, path: Path): Found {
  let node = document.contents as Node | null;
  let key: Node | undefined;
  for (const part of path) {
    const container = resolved(node, document);
    let next: unknown;
    if (typeof part === 'number' && isSeq(container)) {
      // What is missing from an entry of a list is missing at the entry.
      key = undefined;
      next = container.items[part];
    } else {
      const pair = pairIn(container, String(part), document);
      if (isPair(pair)) {
        key = pair.key as Node;
        next = pair.value ?? pair.key;
      }
    }
    if (next === undefined) return { node, key, isWhole: false };
    node = next as Node;
  }
  return { node, key, isWhole: true };
}

/** Offset in the file of a character of a text; the text's beginning where its form in the file is another. */
function offsetInside(node: Node, source: string, inner: number): number {
  const start = node.range?.[0] ?? 0;
  if (!isScalar(node) || typeof node.value !== 'string') return start;
  const quote = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? 1 : 0;
  const text = source.slice(start + quote, start + quote + node.value.length);
  return text === node.value ? start + quote + inner : start;
}

export function yamlDocument(
  document: Document,
  value: unknown,
  source: string,
  lines: LineCounter,
): YamlDocument {
  const positionOf = (path: Path, spot: Spot = {}): Position => {
    const { node, key, isWhole } = find(document, path);
    const useKey = key !== undefined && (spot.atKey === true || !isWhole);
    const at = useKey ? key : node;
    const offset =
      at === null
        ? (document.range?.[0] ?? 0)
        : spot.offset === undefined
          ? (at.range?.[0] ?? 0)
          : offsetInside(at, source, spot.offset);
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  return { value, positionOf };
}
