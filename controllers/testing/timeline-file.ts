/**
 * The text of a timeline test: a header of comment lines that says goal and method, then blocks of a command,
 * indented input, a line of four dashes and the output that is expected, up to an empty line.
 */
export interface Block {
  /** Comments and empty lines before the command, kept as they are. */
  readonly preamble: readonly string[];
  readonly command: string;
  readonly args: readonly string[];
  /** The indented lines under the command, without their indentation. */
  readonly input: string;
  readonly source: readonly string[];
  readonly expected: readonly string[];
  /** Line number of the command, from 1. */
  readonly line: number;
}

const SEPARATOR = '----';
const INDENT = '  ';

export interface TimelineFile {
  readonly blocks: readonly Block[];
  readonly trailer: readonly string[];
}

export function parseTimeline(text: string): TimelineFile {
  const lines = text.replace(/\n$/, '').split('\n');
  const blocks: Block[] = [];
  let preamble: string[] = [];
  let i = 0;
  while (i < lines.length) {
    const line = lines[i] as string;
    if (line === '' || line.startsWith('#')) {
      preamble.push(line);
      i += 1;
      continue;
    }
    const start = i;
    const source: string[] = [];
    while (i < lines.length && lines[i] !== SEPARATOR) {
      source.push(lines[i] as string);
      i += 1;
    }
    if (i === lines.length) throw new Error(`line ${start + 1}: no line ${SEPARATOR} follows "${line}"`);
    i += 1;
    const expected: string[] = [];
    while (i < lines.length && lines[i] !== '') {
      expected.push(lines[i] as string);
      i += 1;
    }
    const [command = '', ...args] = line.split(/\s+/);
    const input = source.slice(1).map((row) => (row.startsWith(INDENT) ? row.slice(INDENT.length) : row));
    blocks.push({ preamble, command, args, input: input.join('\n'), source, expected, line: start + 1 });
    preamble = [];
  }
  return { blocks, trailer: preamble };
}

/** The same file with other expectations. */
export function formatTimeline(file: TimelineFile, outputs: readonly (readonly string[])[]): string {
  const lines: string[] = [];
  file.blocks.forEach((block, i) => {
    lines.push(...block.preamble, ...block.source, SEPARATOR, ...(outputs[i] ?? block.expected));
  });
  return `${[...lines, ...file.trailer].join('\n').replace(/\n+$/, '')}\n`;
}
