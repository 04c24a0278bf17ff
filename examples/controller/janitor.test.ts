import { expect, test } from 'vitest';
import type { Controller } from '../../controllers/controller.ts';
import { DEPLOYMENT, EVENT } from '../../core/kinds/registry.ts';
import type { EventRecord, LogRecord } from '../../core/log/record.ts';
import type { Deployment } from '../../core/schema/types.generated.ts';
import { MINUTE } from '../../core/time.ts';
import { loadInput } from '../../files/scenario/load-scenario.ts';
import { runScenario } from '../../sim/run.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { janitor } from './janitor.ts';

const file = new URL('previews.yaml', import.meta.url).pathname;

function scenario(): Scenario {
  const loaded = loadInput([file]);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.scenario;
}

/** Runs the scenario with the janitor among the controllers; what it wrote, and how the cluster stood at the end. */
function runWithJanitor() {
  const records: LogRecord[] = [];
  const { simulation, expectations } = runScenario(scenario(), {
    // The host never looks into a controller's memory: its type is the controller's own business.
    controllers: [janitor as Controller],
    sinks: [(record) => records.push(record)],
  });
  const written = records.filter(
    (record): record is EventRecord => record.type === 'event' && record.actor === 'janitor',
  );
  return { simulation, expectations, written };
}

test('what the scenario expects of it holds', () => {
  const { simulation, expectations } = runWithJanitor();
  expect(simulation.refusals).toEqual([]);
  expect(expectations.filter(({ ok }) => !ok)).toEqual([]);
});

test('each preview is scaled to zero once, with the reason, and is told so', () => {
  const { simulation, written } = runWithJanitor();
  const { startTime } = simulation.scenario;
  const patches = written.filter(({ kind }) => kind === DEPLOYMENT);
  const told = patches.map(({ key, t, reason, next }) => {
    const { replicas } = (next as Deployment).spec;
    return { key, minute: Math.floor((t - startTime) / MINUTE), reason, replicas };
  });
  expect(told).toEqual([
    { key: 'default/preview-7', minute: 2, reason: 'its time is up', replicas: 0 },
    // Due at 5m, when the control plane was down: it had forgotten its timer, and found out when it listed again.
    { key: 'default/preview-8', minute: 7, reason: undefined, replicas: 0 },
  ]);

  const events = simulation.view.list(EVENT).filter(({ reason }) => reason === 'TimeUp');
  expect(events.map(({ involvedObject }) => involvedObject.name).sort()).toEqual(['preview-7', 'preview-8']);
});

test('the same scenario gives the same history', () => {
  expect(runWithJanitor().written).toEqual(runWithJanitor().written);
});
