import type { ServerResponse } from 'node:http';
import type { KubeObject } from '../../core/api/object.ts';
import { expired, type Status } from '../../core/api/status.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import type { EventRecord } from '../../core/log/record.ts';
import { isTrue, type RestRequest } from '../../core/rest/request.ts';
import { versionProblem } from '../../core/rest/rest.ts';
import { type Selection, selectionOf } from '../../core/rest/selection.ts';
import { shownObject, tabledObject } from '../../core/rest/shown.ts';
import { type Form, partialMetadata, tableOf } from '../../core/rest/table.ts';
import type { Session } from '../session/session.ts';

/**
 * A watch: lines of JSON for as long as the client listens. It reads the history with a cursor of its own, so that a
 * slow client holds nobody up; one that falls too far behind is cut off and comes again.
 */

/** What may wait in the socket before a client counts as gone. */
const UNSENT_MAX = 16 * 1024 * 1024;
/** A bookmark now and then lets a client that hears nothing start again from not too far back. */
const BOOKMARK_MS = 60_000;
/** As the API server picks, between half an hour and an hour; a client may ask for less. */
const DEFAULT_TIMEOUT_S = 1800;

export interface WatchTarget {
  readonly kind: Kind;
  /** In which the client wants them. */
  readonly apiVersion: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly form: Form;
}

/** So many texts are kept: many watchers hear of the same objects, one after the other. */
const TEXTS_MAX = 1000;
let texts = new WeakMap<object, string>();
let textCount = 0;

function textOf(object: object): string {
  const known = texts.get(object);
  if (known !== undefined) return known;
  if (textCount === TEXTS_MAX) {
    texts = new WeakMap();
    textCount = 0;
  }
  const text = JSON.stringify(object);
  texts.set(object, text);
  textCount += 1;
  return text;
}

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

class Watch {
  private readonly response: ServerResponse;
  private readonly session: Session;
  private readonly target: WatchTarget;
  private readonly query: RestRequest['query'];
  private readonly selects: Selection;
  private lastSent = 0;

  constructor(
    response: ServerResponse,
    session: Session,
    target: WatchTarget,
    query: RestRequest['query'],
    selects: Selection,
  ) {
    this.response = response;
    this.session = session;
    this.target = target;
    this.query = query;
    this.selects = selects;
  }

  /** The objects that there are, as if they had just been added. */
  initial(): void {
    const { kind, namespace } = this.target;
    const { view } = this.session;
    for (const object of view.list(kind, namespace)) if (this.concerns(object)) this.send('ADDED', object);
    this.lastSent = view.version;
    if (isTrue(this.query.sendInitialEvents)) this.bookmark({ 'k8s.io/initial-events-end': 'true' });
  }

  follow(event: EventRecord): void {
    const { kind } = this.target;
    // A custom kind is another object once its definition has changed.
    if (event.kind.index !== kind.index) return;
    const { previous, next } = event;
    const was = previous !== undefined && this.concerns(previous);
    const is = next !== undefined && this.concerns(next);
    if (is) this.send(was ? 'MODIFIED' : 'ADDED', next);
    else if (was)
      this.send('DELETED', {
        ...previous,
        metadata: { ...previous.metadata, resourceVersion: String(event.rv) },
      });
  }

  bookmark(annotations?: Readonly<Record<string, string>>): void {
    const { apiVersion } = this.target;
    const { kind } = this.target.kind;
    const resourceVersion = String(Math.max(this.lastSent, this.session.view.version));
    const metadata = {
      resourceVersion,
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    };
    this.line('BOOKMARK', { kind, apiVersion, metadata });
  }

  error(status: Status): void {
    this.line('ERROR', status);
  }

  private concerns(object: KubeObject): boolean {
    const { namespace, name } = this.target;
    if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
    if (name !== undefined && object.metadata.name !== name) return false;
    return this.selects(object);
  }

  private send(type: EventType, object: KubeObject): void {
    const { now } = this.session;
    const { form, kind, apiVersion } = this.target;
    const shown = shownObject(object, now, apiVersion);
    const { resourceVersion } = object.metadata;
    if (form === 'table') {
      const seen = tabledObject(object, now, kind, apiVersion);
      this.line(type, tableOf(this.target, [seen], { resourceVersion }, now, this.query.includeObject));
    } else this.line(type, form === 'metadata' ? partialMetadata(shown) : shown);
  }

  private line(type: EventType | 'BOOKMARK' | 'ERROR', object: object): void {
    this.response.write(`{"type":"${type}","object":${textOf(object)}}\n`);
    if (this.response.writableLength > UNSENT_MAX) this.response.destroy();
  }
}

function secondsOf(query: RestRequest['query']): number {
  const asked = Number(query.timeoutSeconds ?? '');
  return asked > 0 ? Math.min(asked, DEFAULT_TIMEOUT_S) : DEFAULT_TIMEOUT_S;
}

/** Serve a watch until the client goes, or its time is over. A status is what was wrong with what it asked. */
export function serveWatch(
  response: ServerResponse,
  session: Session,
  target: WatchTarget,
  query: RestRequest['query'],
): Status | undefined {
  const selection = selectionOf(target.kind, target.apiVersion, query);
  if (!selection.ok) return selection.status;
  const problem = versionProblem(query.resourceVersion, session.view.version);
  if (problem !== undefined) return problem.body as Status;
  const watch = new Watch(response, session, target, query, selection.selects);
  const given = query.resourceVersion ?? '';
  const wantsAll = given === '' || given === '0' || isTrue(query.sendInitialEvents);
  const from = wantsAll ? session.view.version : Number(given);
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  const cursor = session.history.since(from);
  if ('status' in cursor) {
    watch.error(expired(cursor.message));
    response.end();
    return undefined;
  }
  if (wantsAll) watch.initial();
  const read = (): void => {
    for (;;) {
      const record = cursor.next();
      if (record === undefined) return;
      if ('status' in record) {
        watch.error(expired(record.message));
        response.end();
        return;
      }
      if (record.type === 'event') watch.follow(record);
    }
  };
  read();
  const bookmarks = isTrue(query.allowWatchBookmarks);
  const timer = bookmarks ? setInterval(() => watch.bookmark(), BOOKMARK_MS) : undefined;
  const end = setTimeout(() => response.end(), secondsOf(query) * 1000);
  const unsubscribe = session.onRecords(read);
  response.on('close', () => {
    unsubscribe();
    clearInterval(timer);
    clearTimeout(end);
  });
  return undefined;
}
