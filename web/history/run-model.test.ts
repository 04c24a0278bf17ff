import { expect, test } from 'vitest';

test('x', async () => {
  const { RunReader } = await import('./run-model.ts');
  const fs = await import('node:fs');
  const r = new RunReader();
  for (const l of fs.readFileSync('/tmp/x.jsonl', 'utf8').trimEnd().split('\n')) r.feed(l);
  const m = r.finish('', { title: '', version: '', sha256: '', expectations: [] });
  console.log(JSON.stringify(m.lanes, null, 1).slice(0, 3000));
  console.log(
    m.charts
      .map((c) => [c.id, c.series.map((s) => [s.label, s.points.values.join()])])
      .map((c) => JSON.stringify(c).slice(0, 400)),
  );
  const t0 = performance.now();
  m.machine.moveTo(1e9);
  m.machine.moveTo(0);
  m.machine.moveTo(400);
  console.log(performance.now() - t0, m.places.zoneSizes, m.places.podsPerNodeMax);
  expect(1).toBe(1);
});
