import type { KubeObject } from '../api/object.ts';
import { allKinds } from '../kinds/custom/lookup.ts';
import type { Kind } from '../kinds/kind.ts';
import type { View } from '../store/view.ts';
import type { Micros } from '../time.ts';
import { rfc3339, rfc3339Micro, SECOND } from '../time.ts';

/**
 * The log's format, a line of JSON each (JSON Lines, UTF-8):
 *
 *     {"wavetank":"log","format":1,"version":…,"start":…,…}                   header
 *     {"rv":…,"t":…,"c":…,"a":…,"s":{…}}                                      stimulus
 *     {"rv":…,"t":…,"c":…,"m":series,"x":value}                               sample
 *     {"rv":…,"t":…,"c":…,"why":…,"a":…,"v":verb,"k":resource,"o":key,"d":…}  event; no `d` for a deletion
 *     {"keyframe":rv,"t":…,"objects":n}, then n lines {"k":…,"o":…,"d":…}     the whole state
 *     {"block":n,"first":rv,"last":rv,"sha256":…,"prev":…}                    seal of the lines before it
 *
 * `t` counts microseconds from the header's `start`; `c` is the cause. A block's hash covers the text of the
 * previous block's hash (`prev`) and then every line since, each with its line feed; the header is in block 0.
 * The last block of a log that was closed says `"end":true`, and its hash is the log's.
 *
 * `d` is what differs from what the reader knows already: from the object's previous version, or, for a
 * creation and in a keyframe, from what the line itself says (see `impliedObject`). An update implies
 * `metadata.resourceVersion`. In a difference an object names the keys that changed; one with the key `@` means:
 *
 *     {"@":"-"}                                     the key is absent now
 *     {"@":"~","d":{…}}                             a difference of an object whose key "@" changed
 *     {"@":"[","d":{"2":…}}                         elements of an array of unchanged length
 *     {"@":"[","at":i,"cut":n,"put":[…]}            elements removed and inserted
 *
 * and in a value, which may stand for a whole difference too:
 *
 *     {"@":7,"v":{…}}                               a value that is given the number 7
 *     {"@":7}                                       the same value again
 *     {"@":7,"d":{…}}, {"@":7,"v":{…},"d":{…}}      that value with a few keys set on top
 *     {"@":"=","v":{…}}                             an object that has a key "@" of its own
 *
 * Numbers are taken again for other values as the table fills, and all are forgotten at a keyframe.
 * Keys are written in the order in which a JavaScript engine lists them when they are inserted sorted.
 */
export const LOG_FORMAT = 1;

/** What the first line says besides the format: enough to run the log again. */
export interface LogHeader {
  /** The version of wavetank that wrote the log. */
  readonly version: string;
  /** Where the run's clock started. */
  readonly start: Micros;
  readonly [field: string]: unknown;
}

/** A line that seals the lines before it. */
export interface BlockSeal {
  readonly block: number;
  /** The first and the last record; equal to the last one so far where a block holds none. */
  readonly first: number;
  readonly last: number;
  readonly sha256: string;
  readonly prev: string;
  readonly end: boolean;
}

/** What stands before the first block's hash. */
export const NO_HASH = '0'.repeat(64);

export function headerLine(header: LogHeader): string {
  const { version, start, ...fields } = header;
  const startText = start % SECOND === 0 ? rfc3339(start) : rfc3339Micro(start);
  return JSON.stringify({ wavetank: 'log', format: LOG_FORMAT, version, start: startText, ...fields });
}

export function blockLine(seal: BlockSeal): string {
  const { block, first, last, sha256, prev, end } = seal;
  return JSON.stringify({ block, first, last, sha256, prev, ...(end ? { end } : {}) });
}

/** An object at its place in a state. */
export interface PlacedObject {
  readonly kind: Kind;
  readonly key: string;
  readonly object: KubeObject;
}

/** The whole state after one event: what a keyframe holds. */
export interface Snapshot {
  /** The number of the last event that it holds, as a view's `version`. */
  readonly version: number;
  readonly objects: Iterable<PlacedObject>;
}

function* placedObjects(view: View): Generator<PlacedObject> {
  for (const kind of allKinds(view)) {
    for (const object of view.list(kind)) {
      const { namespace, name } = object.metadata;
      yield { kind, key: namespace === undefined ? name : `${namespace}/${name}`, object };
    }
  }
}

export function snapshotOf(view: View): Snapshot {
  return { version: view.version, objects: placedObjects(view) };
}

/** What a reader knows of an object from the line that creates it: the rest is written. */
export function impliedObject(
  kind: Kind,
  key: string,
  resourceVersion?: string,
  creationTimestamp?: string,
): Readonly<Record<string, unknown>> {
  const slash = key.indexOf('/');
  const name = slash < 0 ? key : key.slice(slash + 1);
  const namespace = slash < 0 ? undefined : key.slice(0, slash);
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { name, namespace, resourceVersion, creationTimestamp },
  };
}
