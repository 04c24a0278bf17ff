import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../core/api/object.ts';
import type { ControllerRevision, DaemonSet, Pod, StatefulSet } from '../../core/schema/types.generated.ts';
import { DEFAULT_START, MINUTE, SECOND } from '../../core/time.ts';
import { viewOf } from '../testing/fake-view.ts';
import { cleanup, historyOf } from './daemon-set-history.ts';
import { raised, remaining } from './pod-back-off.ts';
import { revisionsOf } from './stateful-set-revisions.ts';
import { templateHash } from './template-hash.ts';

const TEMPLATE = {
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'c', image: 'nginx:1' }] },
};

function owner<T extends KubeObject>(kind: 'DaemonSet' | 'StatefulSet', status: object = {}): T {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'a', namespace: 'default', uid: 'owner' },
    spec: { selector: { matchLabels: { app: 'a' } }, template: TEMPLATE, revisionHistoryLimit: 1 },
    status,
  } as unknown as T;
}

function revision(
  name: string,
  number: number,
  template: object,
  hash: string,
  owned = true,
): ControllerRevision {
  const reference = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'a', uid: 'owner', controller: true };
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { app: 'a', 'controller-revision-hash': hash },
      ...(owned ? { ownerReferences: [reference] } : {}),
    },
    data: { spec: { template: { ...template, $patch: 'replace' } } },
    revision: number,
  } as unknown as ControllerRevision;
}

function pod(name: string, hash: string): Pod {
  const labels = { app: 'a', 'controller-revision-hash': hash };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: {},
    status: {},
  } as unknown as Pod;
}

const OTHER = { ...TEMPLATE, spec: { containers: [{ name: 'c', image: 'nginx:0' }] } };
const HASH = templateHash(TEMPLATE, undefined);

describe('the history of a DaemonSet', () => {
  test('a hash that another template has is counted, and nothing else is done', () => {
    const history = historyOf(
      viewOf([revision(`a-${HASH}`, 1, OTHER, HASH)]),
      owner<DaemonSet>('DaemonSet'),
      [],
    );
    expect(history.collides).toBe(true);
    const [count] = history.requests;
    if (count?.verb !== 'patch') throw new Error('expected a patch of the status');
    expect(count.change(owner<DaemonSet>('DaemonSet', { collisionCount: 1 }))).toMatchObject({
      status: { collisionCount: 2 },
    });
  });

  test('of two revisions of one template the newer stays, and pods are relabelled', () => {
    const view = viewOf([revision('a-x', 1, TEMPLATE, 'x'), revision('a-y', 2, TEMPLATE, 'y')]);
    const history = historyOf(view, owner<DaemonSet>('DaemonSet'), [pod('p', 'x'), pod('q', 'y')]);
    expect(history.hash).toBe('y');
    expect(history.requests.map((request) => [request.verb, 'name' in request && request.name])).toEqual([
      ['patch', 'p'],
      ['delete', 'a-x'],
    ]);
  });

  test('a revision without the label gets its name for one', () => {
    const bare = revision('a-old', 1, TEMPLATE, '');
    const { labels: _, ...metadata } = bare.metadata;
    const view = viewOf([{ ...bare, metadata: { ...metadata, labels: { app: 'a' } } }]);
    const history = historyOf(view, owner<DaemonSet>('DaemonSet'), []);
    expect(history.hash).toBe('a-old');
    expect(history.requests).toHaveLength(1);
    expect(history.requests[0]).toMatchObject({
      verb: 'update',
      object: { metadata: { labels: { 'controller-revision-hash': 'a-old' } } },
    });
  });

  test('revisions that pods are of stay beyond the limit', () => {
    const old = [1, 2, 3].map((number) => revision(`a-${number}`, number, OTHER, `${number}`));
    const names = (pods: readonly Pod[]) =>
      cleanup(owner<DaemonSet>('DaemonSet'), old, pods).map((request) => 'name' in request && request.name);
    expect(names([])).toEqual(['a-1', 'a-2']);
    expect(names([pod('p', '1')])).toEqual(['a-2', 'a-3']);
  });
});

describe('the revisions of a StatefulSet', () => {
  const set = (status: object = {}) => owner<StatefulSet>('StatefulSet', status);
  const owned = (name: string, number: number, template: object) => revision(name, number, template, '');

  test('the first is both the current one and that of the update', () => {
    const { current, update, requests } = revisionsOf(viewOf([]), set());
    expect([current.name, update.name]).toEqual([`a-${HASH}`, `a-${HASH}`]);
    expect(requests).toMatchObject([{ verb: 'create', object: { revision: 1 } }]);
  });

  test('a name that another template has leads to the next one', () => {
    const { update, collisionCount } = revisionsOf(viewOf([owned(`a-${HASH}`, 1, OTHER)]), set());
    expect(collisionCount).toBe(1);
    expect(update.name).toBe(`a-${templateHash(TEMPLATE, 1)}`);
  });

  test('an earlier template becomes the newest again', () => {
    const view = viewOf([owned('a-x', 1, TEMPLATE), owned('a-y', 2, OTHER)]);
    const { current, update, requests } = revisionsOf(view, set({ currentRevision: 'a-y' }));
    expect([current.name, update.name]).toEqual(['a-y', 'a-x']);
    expect(requests).toMatchObject([{ verb: 'update', object: { revision: 3 } }]);
    expect(current.template.spec?.containers[0]?.image).toBe('nginx:0');
  });

  test('an orphan of its labels is adopted', () => {
    const { requests } = revisionsOf(viewOf([revision('a-x', 1, TEMPLATE, '', false)]), set());
    expect(requests).toMatchObject([{ verb: 'patch', name: 'a-x' }]);
  });
});

describe('the back-off of failed daemons', () => {
  test('doubles from a second to a quarter of an hour, and is forgotten after twice that', () => {
    let now = DEFAULT_START;
    let backOff = raised(undefined, now);
    const waits = [backOff.wait];
    for (let i = 0; i < 11; i += 1) {
      now += backOff.wait;
      backOff = raised(backOff, now);
      waits.push(backOff.wait);
    }
    expect(waits.map((wait) => wait / SECOND)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    expect(remaining(backOff, now + MINUTE)).toBe(14 * MINUTE);
    expect(remaining(backOff, now + 31 * MINUTE)).toBe(0);
    expect(raised(backOff, now + 31 * MINUTE).wait).toBe(SECOND);
  });
});
