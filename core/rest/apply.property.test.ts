import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { at, type RestCluster, restCluster } from './testing/rest-cluster.ts';

/** Whatever managers do to one object, one after the other, these hold. */
const PATH = '/api/v1/namespaces/default/configmaps/c';

type Data = Readonly<Record<string, string>>;

interface Entry {
  readonly manager: string;
  readonly fieldsV1: { readonly 'f:data'?: Readonly<Record<string, unknown>> };
}

const data = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2', '3'), {
  maxKeys: 4,
});
const steps = fc.array(
  fc.oneof(
    fc.record({
      op: fc.constant('apply' as const),
      manager: fc.constantFrom('one', 'two', 'three'),
      data,
      force: fc.boolean(),
    }),
    fc.record({ op: fc.constant('patch' as const), manager: fc.constantFrom('one', 'hand'), data }),
  ),
  { minLength: 1, maxLength: 12 },
);

function config(given: Data): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: given };
}

function dataOf(cluster: RestCluster): Data {
  return (at(cluster.send('GET', PATH), 'data') ?? {}) as Data;
}

function owners(cluster: RestCluster): ReadonlyMap<string, ReadonlySet<string>> {
  const entries = (at(cluster.send('GET', PATH), 'metadata', 'managedFields') ?? []) as readonly Entry[];
  const found = new Map<string, Set<string>>();
  for (const { manager, fieldsV1 } of entries) {
    for (const field of Object.keys(fieldsV1['f:data'] ?? {})) {
      if (field === '.') continue;
      const name = field.slice(2);
      found.set(name, (found.get(name) ?? new Set()).add(manager));
    }
  }
  return found;
}

test('what was applied is there; every field has a manager; the same again changes nothing; a conflict changes nothing', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const cluster = restCluster();
      cluster.apply('zero', PATH, config({ a: '1' }));
      for (const step of all) {
        const before = cluster.send('GET', PATH).body;
        if (step.op === 'patch') {
          cluster.send(
            'PATCH',
            PATH,
            { data: step.data },
            { contentType: 'application/merge-patch+json', query: { fieldManager: step.manager } },
          );
          expect(dataOf(cluster)).toMatchObject(step.data);
        } else {
          const query = step.force ? { force: 'true' } : ({} as Readonly<Record<string, string>>);
          const { code } = cluster.apply(step.manager, PATH, config(step.data), query);
          expect(code === 200 || (code === 409 && !step.force)).toBe(true);
          if (code === 409) expect(cluster.send('GET', PATH).body).toEqual(before);
          else {
            expect(dataOf(cluster)).toMatchObject(step.data);
            const events = cluster.events.length;
            cluster.apply(step.manager, PATH, config(step.data));
            expect(cluster.events.length).toBe(events);
          }
        }
        expect([...owners(cluster).keys()].sort()).toEqual(Object.keys(dataOf(cluster)).sort());
      }
    }),
    { numRuns: 200 },
  );
});

const DEPLOYMENT = '/apis/apps/v1/namespaces/default/deployments/d';
// One image: who takes a field by force and lets it go leaves an entry without it, which is no valid one.
const containers = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constant('x:1'), { maxKeys: 3 });
const rounds = fc.array(fc.record({ manager: fc.constantFrom('one', 'two'), containers }), {
  minLength: 1,
  maxLength: 8,
});

function deployment(given: Data): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: {
      selector: { matchLabels: { app: 'd' } },
      template: {
        metadata: { labels: { app: 'd' } },
        spec: { containers: Object.entries(given).map(([name, image]) => ({ name, image })) },
      },
    },
  };
}

function imagesOf(cluster: RestCluster): Data {
  const live = at(cluster.send('GET', DEPLOYMENT), 'spec', 'template', 'spec', 'containers');
  const list = live as readonly { readonly name: string; readonly image: string }[];
  return Object.fromEntries(list.map(({ name, image }) => [name, image]));
}

test('entries of a list come, stay and go with who applies them', () => {
  fc.assert(
    fc.property(rounds, (all) => {
      const cluster = restCluster();
      cluster.apply('zero', DEPLOYMENT, deployment({ base: 'x:1' }));
      const wanted = new Map<string, Data>([['zero', { base: 'x:1' }]]);
      for (const { manager, containers: given } of all) {
        const answer = cluster.apply(manager, DEPLOYMENT, deployment(given), { force: 'true' });
        expect(answer.code).toBe(200);
        wanted.set(manager, given);
        // Each entry that somebody applies is there, and no other.
        const names = new Set([...wanted.values()].flatMap((one) => Object.keys(one)));
        expect(Object.keys(imagesOf(cluster)).sort()).toEqual([...names].sort());
        expect(imagesOf(cluster)).toMatchObject(given);
        const events = cluster.events.length;
        cluster.apply(manager, DEPLOYMENT, deployment(given), { force: 'true' });
        expect(cluster.events.length).toBe(events);
      }
    }),
    { numRuns: 150 },
  );
});
