import { describe, expect, test } from 'vitest';
import { impurities, lineCount } from './check-purity.mjs';

const found = (source) => impurities(source).map(({ line, what }) => `${line}: ${what}`);

describe('what makes a run unrepeatable is found', () => {
  test.each([
    ['const t = Date.now();', 'Date.now'],
    ['const t = new Date();', 'new Date'],
    ['const t = new Date;', 'new Date'],
    ['performance.now()', 'performance.now'],
    ['Math.random()', 'Math.random'],
    ['Math.exp(1)', 'Math.exp'],
    ['Math.hypot(1, 2)', 'Math.hypot'],
    ['const { exp } = Math;', 'Math'],
    ['base ** attempt', '**'],
    ['x2 ** 2', '**'],
    ['2 ** 0.5', '**'],
    ['2 ** n', '**'],
    ['setTimeout(f, 1)', 'setTimeout'],
    ['queueMicrotask(f)', 'queueMicrotask'],
    ['names.sort((a, b) => a.localeCompare(b))', '.localeCompare'],
    ['n.toLocaleString()', '.toLocaleString'],
    ['new Intl.Collator()', 'Intl'],
    ['process.env', 'process.env'],
    ['fetch(url)', 'fetch('],
    ["require('x')", 'require('],
    ['crypto.randomUUID()', 'crypto.randomUUID'],
    ['eval(text)', 'eval('],
    ['globalThis.x', 'globalThis'],
  ])('%s', (source, what) => {
    expect(found(source)).toEqual([`1: ${what}`]);
  });

  test('in an expression inside a template, after text in it', () => {
    expect(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source under test.
      found('const a = `Math.random() ${b({ c: `${Math.random()}` })} Math.random()`;\nDate.now();'),
    ).toEqual(['1: Math.random', '2: Date.now']);
  });

  test('after a regular expression that holds a quote, and after a division', () => {
    expect(found('const r = /[\'"`/*]/;\nconst q = (a) / b / c;\nDate.now();')).toEqual(['3: Date.now']);
  });

  test('each finding says what to do instead', () => {
    expect(impurities('Date.now()')[0].instead).toContain('virtual time');
  });
});

describe('what is harmless is left alone', () => {
  test.each([
    '// Date.now() is not for us',
    '/* new Date()\n * Math.random() */',
    "const message = 'Date.now()';",
    'const message = "it\\"s Math.random()";',
    'const message = `setTimeout(`;',
    'const pattern = /Date.now()/;',
    'host.fetch(url); cache.process.x; options.setTimeout;',
    'Math.floor(x) + Math.imul(a, b)',
    '2 ** 53',
    '2n ** 64n - 1n',
    '10n ** BigInt(digits)',
    'const updated: Date_; myDate.now()',
  ])('%s', (source) => {
    expect(found(source)).toEqual([]);
  });
});

test('a last line without its line feed counts', () => {
  expect([lineCount('a\nb\n'), lineCount('a\nb')]).toEqual([2, 2]);
});
