import { expect, test } from 'vitest';
import { alignColumns, DESCRIBE_SPACING, escapeTerminal, TABLE_SPACING } from './elastic-tabs.ts';

test('a column is as wide as its widest cell, the last text of a line is not padded', () => {
  expect(alignColumns('NAME\tAGE\na-long-name\t1s\n', TABLE_SPACING)).toBe(
    'NAME          AGE\na-long-name   1s\n',
  );
});

test('a line without the cell parts the column', () => {
  expect(alignColumns('Name:\tx\nLabels:\ty\nPod:\n  Image:\tz\n', DESCRIBE_SPACING)).toBe(
    'Name:    x\nLabels:  y\nPod:\n  Image:  z\n',
  );
});

test('inner columns are parted within the outer one', () => {
  expect(alignColumns('a\tb\tc\nd\te\nfff\tggg\th\n', DESCRIBE_SPACING)).toBe(
    'a    b  c\nd    e\nfff  ggg  h\n',
  );
});

test('an empty cell keeps its place, a narrow column its least width', () => {
  expect(alignColumns('A\tB\tC\nx\t\tz\n', TABLE_SPACING)).toBe('A     B     C\nx           z\n');
});

test('width counts code points', () => {
  expect(alignColumns('😀\tx\nab\ty\n', DESCRIBE_SPACING)).toBe('😀   x\nab  y\n');
});

test('terminal escapes become visible', () => {
  expect(escapeTerminal('\u001b[31mred\r')).toBe('^[[31mred\\r');
});
