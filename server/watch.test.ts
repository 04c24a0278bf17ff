import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HttpCluster, httpCluster } from './testing/http-cluster.ts';

/** Watches as informers use them. */
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

interface WatchEvent {
  readonly type: string;
  readonly object: {
    readonly kind: string;
    readonly metadata: {
      readonly name?: string;
      readonly resourceVersion: string;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly code?: number;
    readonly rows?: readonly { readonly cells: readonly unknown[] }[];
  };
}

describe('a watch', () => {
  let cluster: HttpCluster;
  beforeEach(async () => {
    cluster = await httpCluster(1);
  });
  afterEach(() => cluster.close());

  function write(method: string, path: string, body?: object): Promise<unknown> {
    const type = method === 'PATCH' ? 'merge-patch+json' : 'json';
    return cluster.send({
      method,
      path,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { 'content-type': `application/${type}` },
    });
  }

  function create(name: string, labels: object = {}): Promise<unknown> {
    return write('POST', CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } });
  }

  /** What a watch says that ends after a second. */
  async function watched(query: string, accept?: string): Promise<readonly WatchEvent[]> {
    const answer = await cluster.send({
      method: 'GET',
      path: `${CONFIG_MAPS}?watch=true&timeoutSeconds=1&${query}`,
      headers: accept === undefined ? {} : { accept },
    });
    return answer.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as WatchEvent);
  }

  const told = (events: readonly WatchEvent[]): readonly string[] =>
    events.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim());

  test('goes on from where a list ended', async () => {
    await create('before');
    const list = await cluster.send({ method: 'GET', path: CONFIG_MAPS });
    const { resourceVersion } = list.body.metadata as { resourceVersion: string };
    await create('a');
    await write('PATCH', `${CONFIG_MAPS}/a`, { data: { x: 'y' } });
    await write('DELETE', `${CONFIG_MAPS}/a`);
    const events = await watched(`resourceVersion=${resourceVersion}`);
    expect(told(events)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions).toEqual(versions.toSorted((left, right) => left - right));
    expect(new Set(versions).size).toBe(3);
  });

  test('what comes to fit a selector is added, and what fits no more is deleted', async () => {
    const from = cluster.session.view.version;
    await create('a', { tier: 'back' });
    await write('PATCH', `${CONFIG_MAPS}/a`, { metadata: { labels: { tier: 'front' } } });
    await write('PATCH', `${CONFIG_MAPS}/a`, { metadata: { labels: { tier: 'back' } } });
    const events = await watched(`resourceVersion=${from}&labelSelector=tier%3Dback`);
    expect(told(events)).toEqual(['ADDED a', 'DELETED a', 'ADDED a']);
  });

  test('begins with what there is, and says when that was all', async () => {
    await create('a');
    await create('b');
    const events = await watched(
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
    );
    const own = told(events).filter((text) => /ADDED [ab]$|BOOKMARK/.test(text));
    expect(own).toEqual(['ADDED a', 'ADDED b', 'BOOKMARK']);
    const bookmark = events.find(({ type }) => type === 'BOOKMARK');
    expect(bookmark?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    expect(bookmark?.object.kind).toBe('ConfigMap');
  });

  test.each(['True', '1', 't', ''])('is one with watch=%s, and none with false', async (value) => {
    const send = (given: string): Promise<{ readonly text: string }> =>
      cluster.send({ method: 'GET', path: `${CONFIG_MAPS}?timeoutSeconds=1&watch=${given}` });
    await create('a');
    expect((await send(value)).text).toContain('"type":"ADDED"');
    expect((await send('False')).text).toContain('"kind":"ConfigMapList"');
  });

  test('as a table', async () => {
    const from = cluster.session.view.version;
    await create('a');
    const [event] = await watched(`resourceVersion=${from}`, 'application/json;as=Table;v=v1;g=meta.k8s.io');
    expect(event?.object.kind).toBe('Table');
    expect(event?.object.rows?.[0]?.cells.slice(0, 2)).toEqual(['a', 0]);
  });

  test('a version that nobody has any more is expired', async () => {
    await create('a');
    cluster.session.history.compact(cluster.session.view.version);
    const [event] = await watched('resourceVersion=1');
    expect([event?.type, event?.object.code]).toEqual(['ERROR', 410]);
  });
});
