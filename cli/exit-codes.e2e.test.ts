import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  DEPLOYMENT,
  expectRefused,
  folder,
  isBuilt,
  main,
  scenarioWith,
  unfinished,
  wavetank,
  write,
} from './testing/command.ts';

/** A file system of 64 KiB at `at`, where this user may mount one. */
function mountTiny(at: string): boolean {
  mkdirSync(at, { recursive: true });
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at], { stdio: 'ignore' }).status === 0;
}

describe.skipIf(!isBuilt)('places that cannot be written to', () => {
  test('a folder that does not exist', () => {
    write('ok.yaml', DEPLOYMENT);
    expectRefused(
      wavetank(['run', 'ok.yaml', '--out', 'none/log.jsonl']),
      /none\/log\.jsonl cannot be written, since there is no directory none: create it, or choose another path/,
    );
  });

  test('a disk that is full', ({ skip }) => {
    write('ok.yaml', DEPLOYMENT);
    const place = path.join(folder, 'tiny');
    if (!mountTiny(place)) {
      if (!existsSync('/dev/full')) skip('neither mount nor /dev/full are there');
      expectRefused(wavetank(['run', 'ok.yaml', '--out', '/dev/full']), /the disk is full/);
      skip('mounting is not allowed here: tested with /dev/full');
    }
    try {
      write('tiny/log.jsonl', 'before');
      const args = ['run', 'ok.yaml', '--nodes', '40', '--for', '5m', '--out', 'tiny/log.jsonl'];
      expectRefused(
        wavetank(args),
        /tiny\/log\.jsonl could not be written to its end, since the disk is full/,
      );
      expect(readdirSync(place)).toEqual(['log.jsonl']);
      expect(readFileSync(path.join(place, 'log.jsonl'), 'utf8')).toBe('before');
    } finally {
      execFileSync('umount', [place]);
    }
  });

  test.skipIf(!existsSync('/dev/full'))('standard output on a disk that is full', () => {
    write('ok.yaml', DEPLOYMENT);
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `"$0" "$1" run ok.yaml --for 1m > /dev/full`, process.execPath, main],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(stderr).toBe('error: the standard output cannot be written to its end, since the disk is full\n');
    expect(status).toBe(2);
  });

  test.skipIf(process.platform === 'win32')('a reader that has seen enough is no failure', () => {
    write('ok.yaml', DEPLOYMENT);
    wavetank(['run', 'ok.yaml', '--for', '1m', '--nodes', '200', '--out', 'ok.jsonl']);
    const { stdout, stderr } = spawnSync(
      'sh',
      [
        '-c',
        `("$0" "$1" get all,nodes -A -o json --log ok.jsonl; echo "code $?" >&2) | head -c 1`,
        process.execPath,
        main,
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    expect([stdout, stderr]).toEqual(['{', 'code 0\n']);
  });
});

describe.skipIf(!isBuilt)('exit codes that say something else', () => {
  test('1: an expectation failed', () => {
    write(
      's.yaml',
      scenarioWith(
        ['count(nodes) >= 0', 'count(nodes) > 5'],
        ['scale: deployment/web, replicas: 2', 'cordon: node-1'],
      ),
    );
    const { code, out, err } = wavetank(['run', 's.yaml', '--out', 'failed.jsonl']);
    expect([code, err]).toEqual([1, '']);
    expect(out).toMatch(/FAILED +two nodes/);
    expect(existsSync(path.join(folder, 'failed.jsonl'))).toBe(true);
  });

  test('3: a defect, which says how to report it, and nothing half-written is left', () => {
    write('ok.yaml', DEPLOYMENT);
    const sabotage =
      'data:text/javascript,process.hrtime.bigint=()=>{throw new Error("the clock is broken")}';
    const { code, out, err } = wavetank(['run', 'ok.yaml', '--out', 'defect.jsonl'], ['--import', sabotage]);
    expect(err).toMatch(/^wavetank failed by its own fault: Error: the clock is broken\nPlease report it/);
    expect(err).not.toMatch(/^\s+at /m);
    expect([code, out]).toEqual([3, '']);
    expect(readdirSync(folder).filter((name) => name.includes('defect'))).toEqual([]);
  });

  const signals = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const;
  test.skipIf(process.platform === 'win32').each(signals)(
    '%s: nothing half-written is left',
    async (signal, code) => {
      write('ok.yaml', DEPLOYMENT);
      const child = spawn(
        process.execPath,
        [main, 'run', 'ok.yaml', '--nodes', '2000', '--for', '240h', '--out', 'interrupted.jsonl'],
        { cwd: folder },
      );
      let err = '';
      child.stderr.on('data', (text: Buffer) => {
        err += text.toString();
      });
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      // The log has begun when its unfinished file is there.
      while (unfinished().length === 0) {
        if (child.exitCode !== null) throw new Error(`the run ended too early: ${err}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      child.kill(signal);
      expect(await ended).toBe(code);
      expect(err).toBe(`ended by ${signal}: nothing was written\n`);
      expect(readdirSync(folder).filter((name) => name.startsWith('interrupted'))).toEqual([]);
    },
  );
});
