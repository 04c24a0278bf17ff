import { beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../core/api/object.ts';
import { ApiServer } from '../../core/api/server.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { NAMESPACE, NODE, POD, SERVICE_ACCOUNT } from '../../core/kinds/registry.ts';
import { Journal } from '../../core/log/journal.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { MILLISECOND, SECOND } from '../../core/time.ts';
import { Kernel } from '../kernel/kernel.ts';
import { randomStream } from '../random/keyed.ts';
import { NodeLink } from './node-link.ts';

const WATCH_DELAY = MILLISECOND;

let kernel: Kernel;
let server: ApiServer;
let link: NodeLink;
let heard: string[];

function create(kind: Kind, metadata: object, spec?: object): KubeObject {
  const object = {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata,
    ...(spec === undefined ? {} : { spec }),
  };
  const result = server.execute(
    { verb: 'create', kind, object: object as never },
    { now: kernel.now, actor: 'user', cause: 1 },
  );
  if (!result.ok) throw new Error(result.status.message);
  return result.object;
}

/** A pod on the node. */
function podOn(name: string): Pod {
  return create(
    POD,
    { name, namespace: 'default' },
    { nodeName: 'node-1', containers: [{ name: 'c', image: 'web' }] },
  ) as Pod;
}

function label(name: string, value: string): void {
  const change = (pod: KubeObject): KubeObject => ({
    ...pod,
    metadata: { ...pod.metadata, labels: { v: value } },
  });
  const where = { verb: 'patch', kind: POD, namespace: 'default', name, change } as const;
  server.execute(where, { now: kernel.now, actor: 'user', cause: 1 });
}

function force(name: string): void {
  const options = { gracePeriodSeconds: 0 };
  const command = { verb: 'delete', kind: POD, namespace: 'default', name, options } as const;
  server.execute(command, { now: kernel.now, actor: 'user', cause: 1 });
}

function wait(): readonly string[] {
  kernel.runUntil(kernel.now + 10 * MILLISECOND);
  return heard.splice(0);
}

beforeEach(() => {
  kernel = new Kernel(0);
  const journal = new Journal();
  server = new ApiServer(journal, randomStream(1, 'api').draw);
  journal.stimulus(0, 0, 'scenario', { op: 'scenario' });
  create(NAMESPACE, { name: 'default' });
  create(SERVICE_ACCOUNT, { name: 'default', namespace: 'default' });
  create(NODE, { name: 'node-1' });
  const settings = { qps: 0, burst: 1, requestLatency: MILLISECOND, watchDelay: WATCH_DELAY, events: true };
  link = new NodeLink(kernel, server, 'node-1', randomStream(1, 'kubelet'), settings);
  heard = [];
  link.attach({
    observePod: ({ type, object }) => {
      heard.push(
        `${type} ${object.metadata.name} ${object.metadata.labels?.v ?? '-'} @${kernel.now / MILLISECOND}`,
      );
    },
    observeNode: ({ type, object }) => {
      heard.push(`${type} ${object.metadata.name}`);
    },
  });
  journal.subscribe((record) => {
    if (record.type === 'event' && (record.kind === POD || record.kind === NODE)) link.noticed(record);
  });
});

test('a kubelet hears of its pods, in order, late by the watch’s delay', () => {
  podOn('a');
  label('a', '1');
  expect(wait()).toEqual(['ADDED a - @1', 'MODIFIED a 1 @1']);
  force('a');
  expect(wait()).toEqual(['MODIFIED a 1 @11', 'DELETED a 1 @11']);
});

describe('cut off', () => {
  test('it hears nothing, not even what was under way, and what it sends is lost', () => {
    podOn('a');
    link.disconnect();
    let answered = false;
    link.send({ verb: 'delete', kind: POD, namespace: 'default', name: 'a' }, { rv: 1 }, () => {
      answered = true;
    });
    expect([wait(), answered, server.state.count(POD)]).toEqual([[], false, 1]);
  });

  test('connected again it hears what differs from what it knew: changes, losses, and what is new', () => {
    for (const name of ['kept', 'changed', 'gone', 'again']) podOn(name);
    wait();
    link.disconnect();
    label('changed', '1');
    force('gone');
    force('again');
    podOn('again');
    podOn('new');
    link.reconnect({ rv: 1 });
    expect(heard.splice(0)).toEqual([
      'ADDED node-1',
      // What is lost comes first, in key order; one of the same name is another pod.
      'DELETED again - @10',
      'DELETED gone - @10',
      'ADDED again - @10',
      'MODIFIED changed 1 @10',
      'ADDED new - @10',
    ]);
    expect(wait()).toEqual([]);
  });

  test('a kubelet that lost its memory is told everything as new', () => {
    podOn('a');
    wait();
    link.disconnect();
    link.forget();
    link.reconnect({ rv: 1 });
    expect(heard).toEqual(['ADDED node-1', 'ADDED a - @10']);
  });

  test('requests are served again', () => {
    podOn('a');
    link.disconnect();
    link.reconnect({ rv: 1 });
    const results: boolean[] = [];
    const options = { gracePeriodSeconds: 0 };
    const command = { verb: 'delete', kind: POD, namespace: 'default', name: 'a', options } as const;
    link.send(command, { rv: 1 }, ({ ok }) => void results.push(ok));
    kernel.runUntil(SECOND);
    expect([results, server.state.count(POD)]).toEqual([[true], 0]);
  });
});
