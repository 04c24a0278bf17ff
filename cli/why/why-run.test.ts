import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NODE, POD } from '../../core/kinds/registry.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import { loadInput } from '../../files/scenario/load-scenario.ts';
import { runScenario } from '../../sim/run.ts';
import { RecordIndex } from '../../sim/why/record-source.ts';
import { type WhyChain, why } from '../../sim/why/why.ts';

const SCENARIO = `
apiVersion: wavetank.dev/v1alpha1
kind: Scenario
metadata: { name: crash }
spec:
  seed: 42
  duration: 9m
  cluster:
    nodeGroups:
      - { name: general, count: 3, zones: [a, b, c], machine: { cpu: 4, memory: 8Gi, pods: 110 } }
  manifests: [ ./web.yaml ]
  timeline:
    - { at: 2m, fault: node-crash, node: general-2 }
`;
const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 4
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [ { name: c, image: 'nginx:1.19' } ] }
`;

describe('why, in a run in which a node crashes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'why-'));
  const source = new RecordIndex();
  let now: Micros = 0;
  let pods: readonly Pod[] = [];

  beforeAll(() => {
    writeFileSync(join(folder, 'crash.yaml'), SCENARIO);
    writeFileSync(join(folder, 'web.yaml'), MANIFEST);
    const loaded = loadInput([join(folder, 'crash.yaml')]);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const { simulation } = runScenario(loaded.scenario, { sinks: [(record) => source.add(record)] });
    now = simulation.now;
    pods = simulation.view.list(POD, 'default');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function chainOf(name: string): WhyChain {
    const answer = why(source, { kind: POD, namespace: 'default', name }, now);
    if (!answer.ok) throw new Error(answer.error);
    return answer.chain;
  }

  test('a replacement is there because of the fault', () => {
    const newest = [...pods].sort(
      (a, b) => Number(b.metadata.resourceVersion) - Number(a.metadata.resourceVersion),
    )[0];
    const { steps } = chainOf(newest!.metadata.name);
    const told = steps.map(({ actor, changes }) => `${actor}: ${changes[0]}`);
    const expected = [
      /^replicaset-controller: created for replicaset\/web-/,
      /^taint-eviction-controller: marked for deletion/,
      /^node-lifecycle-controller: taint node\.kubernetes\.io\/unreachable:NoExecute added/,
      /^node-lifecycle-controller: condition Ready True → Unknown/,
      /^kubelet\/general-2: renewals stop/,
      /^fault: fault node-crash on general-2/,
    ];
    expect(told.slice(-expected.length)).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
    expect(steps.find(({ actor }) => actor === 'taint-eviction-controller')?.reason).toContain('300s');
  });

  test('an evicted pod names what took its place, each another', () => {
    const evicted = pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    const replacements = evicted.map(({ metadata }) => chainOf(metadata.name).replacedBy);
    expect(evicted.length).toBeGreaterThan(0);
    expect(new Set(replacements).size).toBe(evicted.length);
    const names = pods.map(({ metadata }) => `pod/${metadata.name}`);
    for (const replacement of replacements) expect(names).toContain(replacement);
  });

  test('every chain ends in something from outside', () => {
    for (const kind of [POD, NODE]) {
      for (const key of source.keysOf(kind)) {
        const [last] = source.eventsOf(kind, key).slice(-1);
        const { name, namespace } = last?.next?.metadata ?? last!.previous!.metadata;
        const target = { kind, name, ...(namespace === undefined ? {} : { namespace }) };
        const answer = why(source, target, now);
        expect(answer).toMatchObject({ ok: true, chain: { missingCause: undefined } });
        if (answer.ok) expect(answer.chain.steps.at(-1)?.verb).toBe('stimulus');
      }
    }
  });
});
