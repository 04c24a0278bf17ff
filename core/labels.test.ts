import { describe, expect, test } from 'vitest';
import {
  compileExpressions,
  compileRequirements,
  compileSelector,
  formatLabels,
  formatRequirements,
  formatSelector,
  selectorFromMap,
} from './labels.ts';
import { parseSelector } from './selector-text.ts';

const web = { app: 'web', tier: 'front', weight: '7' };

describe('label selectors', () => {
  test('an absent selector matches nothing, an empty one everything', () => {
    expect(compileSelector(undefined)(web)).toBe(false);
    expect(compileSelector({})(undefined)).toBe(true);
  });

  test.each([
    [{ matchLabels: { app: 'web' } }, true],
    [{ matchLabels: { app: 'web', tier: 'back' } }, false],
    [{ matchExpressions: [{ key: 'tier', operator: 'In', values: ['front', 'back'] }] }, true],
    [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true],
    [{ matchExpressions: [{ key: 'zone', operator: 'Exists' }] }, false],
    [{ matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] }, true],
    [{ matchExpressions: [{ key: 'app', operator: 'Like', values: ['web'] }] }, false],
  ])('%j', (selector, expected) => {
    expect(compileSelector(selector)(web)).toBe(expected);
    expect(compileSelector(selector)).toBe(compileSelector(selector));
  });

  test('node selectors compare integers', () => {
    expect(compileExpressions([{ key: 'weight', operator: 'Gt', values: ['6'] }])(web)).toBe(true);
    expect(compileExpressions([{ key: 'weight', operator: 'Lt', values: ['7'] }])(web)).toBe(false);
    expect(compileExpressions([{ key: 'app', operator: 'Gt', values: ['1'] }])(web)).toBe(false);
  });

  test('selectors of maps', () => {
    expect(selectorFromMap({ app: 'web' })(web)).toBe(true);
    expect(selectorFromMap({ app: 'db' })(web)).toBe(false);
    expect(selectorFromMap(undefined)(web)).toBe(true);
  });

  test('kubectl prints them sorted by key', () => {
    expect(
      formatSelector({
        matchLabels: { tier: 'front', app: 'web' },
        matchExpressions: [{ key: 'zone', operator: 'In', values: ['b', 'a'] }],
      }),
    ).toBe('app=web,tier=front,zone in (a,b)');
    expect(formatSelector({})).toBe('<none>');
    expect(formatSelector(undefined)).toBe('<none>');
    expect(formatLabels({ b: '2', a: '1' })).toBe('a=1,b=2');
    expect(formatLabels({})).toBe('<none>');
  });
});

describe('the text of a selector', () => {
  test.each([
    ['', ''],
    ['app=web', 'app=web'],
    [' tier in (front, back) , app==web', 'app==web,tier in (back,front)'],
    ['!legacy,zone', '!legacy,zone'],
    ['x notin (a,)', 'x notin (,a)'],
    ['x!=', 'x!='],
    ['weight>3', 'weight>3'],
    ['in=notin', 'in=notin'],
  ])('%j', (text, canonical) => {
    const parsed = parseSelector(text);
    expect(parsed.ok && formatRequirements(parsed.requirements)).toBe(canonical);
  });

  test.each([
    ['a===b', "unable to parse requirement: found '=', expected: identifier"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a,', "found '', expected: identifier after ','"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    [
      'a in ()',
      "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
    ],
  ])('%j is refused as the API server does', (text, error) => {
    expect(parseSelector(text)).toEqual({ ok: false, error });
  });

  test('matches', () => {
    const parsed = parseSelector('app in (web,db),!legacy,weight>3');
    expect(parsed.ok && compileRequirements(parsed.requirements)(web)).toBe(true);
  });
});
