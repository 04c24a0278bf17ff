import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { DEPLOYMENT, expectRefused, folder, isBuilt, wavetank, write } from './testing/command.ts';

describe.skipIf(!isBuilt)('logs', () => {
  let whole = '';

  beforeAll(() => {
    write('deployment.yaml', DEPLOYMENT);
    const ended = wavetank(['run', 'deployment.yaml', '--for', '10m', '--nodes', '40', '--out', 'log.jsonl']);
    if (ended.code !== 0) throw new Error(`the run for these tests failed: ${ended.err}`);
    whole = readFileSync(path.join(folder, 'log.jsonl'), 'utf8');
  });

  const moments: readonly (readonly [string, RegExp])[] = [
    ['yesterday', /--at: expected a time since the start \(5m30s\), .* got "yesterday"/],
    ['-5m', /--at: expected a time since the start/],
    ['2020-01-01T00:00:00Z', /--at: 2020-01-01T00:00:00Z is before the start of the run/],
    ['2h', /--at: the log ends at 10m0s, with record \d+: expected a moment up to there/],
    ['rv:99999999', /--at: the log ends at 10m0s, with record \d+/],
  ];
  test.each(moments)('at a moment that is none: %s', (at, message) => {
    expectRefused(wavetank(['get', 'pods', '--log', 'log.jsonl', `--at=${at}`]), message);
    expectRefused(wavetank(['why', 'pod/web', '--log', 'log.jsonl', `--at=${at}`]), message);
  });

  test('that are none', () => {
    expectRefused(
      wavetank(['get', 'pods', '--log', write('in.yaml', DEPLOYMENT)]),
      /in\.yaml:1: this is not a wavetank log: .*Name a file that `wavetank run --out FILE` has written/,
    );
    expectRefused(wavetank(['get', 'pods', '--log', write('e.jsonl', '')]), /e\.jsonl:1: the file is empty/);
  });

  test('of another format version', () => {
    write('format.jsonl', whole.replace(/"format":\d+/, '"format":99'));
    expectRefused(
      wavetank(['get', 'pods', '--log', 'format.jsonl']),
      /format\.jsonl:1: this log has format 99; this wavetank reads format \d+: read it with the version that wrote it/,
    );
  });

  test('with one changed byte: the block and its records are named', () => {
    const place = whole.indexOf('nginx', whole.length / 2);
    expect(place).toBeGreaterThan(0);
    write('changed.jsonl', `${whole.slice(0, place)}m${whole.slice(place + 1)}`);
    const message = /changed\.jsonl:\d+: block \d+ \(records \d+ to \d+, lines \d+ to \d+\) was changed/;
    expectRefused(wavetank(['get', 'pods', '--log', 'changed.jsonl']), message);
    expectRefused(wavetank(['replay', 'changed.jsonl', '--out', 'again.jsonl']), message);
    expect(existsSync(path.join(folder, 'again.jsonl'))).toBe(false);
  });

  test('with a scenario that was changed into none: the file is at fault, not the program', () => {
    write('broken.jsonl', whole.replace('"nodeGroups":', '"nodeGruops":'));
    expectRefused(
      wavetank(['replay', 'broken.jsonl', '--verify']),
      /broken\.jsonl:\d+: block 0 \(.*\) was changed/,
    );
    write('none.jsonl', DEPLOYMENT);
    expectRefused(
      wavetank(['replay', 'none.jsonl', '--verify']),
      /none\.jsonl:1: this is not a wavetank log/,
    );
  });

  test('cut in mid-line: said aloud, and read to the last whole block', () => {
    const lines = whole.split('\n');
    const lastBlock = lines.findLastIndex(
      (line) => line.startsWith('{"block":') && !line.includes('"end":true'),
    );
    const sealed = lastBlock < 0 ? undefined : (JSON.parse(lines[lastBlock] as string) as { last: number });
    write('torn.jsonl', whole.slice(0, whole.length - 500));
    const { code, out, err } = wavetank(['get', 'nodes', '--log', 'torn.jsonl', '--no-headers']);
    expect(err).toMatch(
      /^warning: torn\.jsonl was not closed: \d+ lines \(\d+ bytes\) after its last whole block are left out, and it ends at record \d+\n/,
    );
    expect(Number(/ends at record (\d+)/.exec(err)?.[1])).toBe(sealed?.last ?? 0);
    expect(code).toBe(0);
    if (sealed !== undefined) expect(out.trim().split('\n')).toHaveLength(40);
  });

  test('of objects that are not there', () => {
    const get = wavetank(['get', 'pod/none', '--log', 'log.jsonl']);
    expect(get).toEqual({ code: 2, out: '', err: 'Error from server (NotFound): pods "none" not found\n' });
    expectRefused(
      wavetank(['get', 'pdos', '--log', 'log.jsonl']),
      /the server doesn't have a resource type "pdos"/,
    );
    expectRefused(
      wavetank(['get', 'pods', '--log', 'log.jsonl', '-o', 'yamll']),
      /unable to match a printer suitable for the output format "yamll", allowed formats are: json,name,wide,yaml/,
    );
    expectRefused(
      wavetank(['get', 'pods', '--log', 'log.jsonl', '-l', 'a in (b']),
      /unable to parse|couldn't parse|found ''/,
    );
  });
});
