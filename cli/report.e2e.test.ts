import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { DEPLOYMENT, expectRefused, folder, isBuilt, wavetank, write } from './testing/command.ts';

describe.skipIf(!isBuilt)('wavetank report', () => {
  beforeAll(() => {
    write('deployment.yaml', DEPLOYMENT);
    const ended = wavetank([
      'run',
      'deployment.yaml',
      '--for',
      '5m',
      '--nodes',
      '2',
      '--out',
      'run.jsonl.gz',
    ]);
    if (ended.code !== 0) throw new Error(`the run for these tests failed: ${ended.err}`);
  });

  const html = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

  test('writes one file beside the log, named after it', () => {
    const { code, out, err } = wavetank(['report', 'run.jsonl.gz']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^report run\.html \(\d+ KiB\)\n$/);
    const page = html('run.html');
    expect(page).toContain(
      '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; script-src \'sha256-',
    );
    expect(page).not.toMatch(/<(?:script|link|img|iframe)[^>]+(?:src|href)=/);
  });

  test('the same bytes twice, and under another name and title', () => {
    wavetank(['report', 'run.jsonl.gz', '--out', 'a.html', '--title', 'A & <B>']);
    wavetank(['report', 'run.jsonl.gz', '--out', 'b.html', '--title', 'A & <B>']);
    expect(html('a.html')).toBe(html('b.html'));
    expect(html('a.html')).toContain('<title>A &amp; &lt;B&gt;</title>');
  });

  test('a log that was never closed is shown up to its last whole block, and told of', () => {
    const text = wavetank(['run', 'deployment.yaml', '--for', '5m', '--nodes', '60', '--out', 'long.jsonl']);
    expect(text.code).toBe(0);
    const whole = html('long.jsonl');
    write('torn.jsonl', whole.slice(0, whole.length - 500));
    const { code, err } = wavetank(['report', 'torn.jsonl']);
    expect(code).toBe(0);
    expect(err).toMatch(/^warning: torn\.jsonl was not closed: /);
    expect(existsSync(path.join(folder, 'torn.html'))).toBe(true);
  });

  test('is written by run too, with or without a log that stays', () => {
    const args = ['run', 'deployment.yaml', '--for', '5m', '--nodes', '2'];
    const { code, out } = wavetank([...args, '--report', 'c.html']);
    expect(code).toBe(0);
    expect(out).toMatch(/^report {7}c\.html$/m);
    wavetank([...args, '--out', 'd.jsonl', '--report', 'd.html']);
    expect(html('c.html')).toBe(html('d.html'));
    const { out: json } = wavetank([...args, '--json', '--report', 'e.html']);
    expect(JSON.parse(json)).toMatchObject({ report: 'e.html' });
    expectRefused(
      wavetank([...args, '--report', 'deployment.yaml']),
      /--report deployment\.yaml: this is what is read: name another file/,
    );
    expectRefused(wavetank([...args, '--out', 'f.html', '--report', 'f.html']), /the log is written there/);
  });

  test('refuses what is no log, and places where nothing can be written', () => {
    expectRefused(wavetank(['report', 'nowhere.jsonl']), /nowhere\.jsonl does not exist: check the path/);
    expectRefused(wavetank(['report', 'deployment.yaml']), /deployment\.yaml:1: this is not a wavetank log/);
    expectRefused(
      wavetank(['report', 'run.jsonl.gz', '--out', 'run.jsonl.gz']),
      /--out run\.jsonl\.gz: this is what is read: name another file/,
    );
    expectRefused(
      wavetank(['report', 'run.jsonl.gz', '--out', 'missing/report.html']),
      /missing\/report\.html cannot be written, since there is no directory missing: create it/,
    );
    expectRefused(wavetank(['report', 'run.jsonl.gz', '--out', '.']), /is a directory: name a file in it/);
    const changed = html('long.jsonl').replace('nginx', 'mginx');
    expectRefused(wavetank(['report', write('changed.jsonl', changed)]), /block \d+ .* was changed/);
    expect(existsSync(path.join(folder, 'changed.html'))).toBe(false);
  });
});
