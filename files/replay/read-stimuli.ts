import { parseHeader } from '../../core/log/block-reader.ts';
import type { LogHeader } from '../../core/log/format.ts';
import type { Stimulus, StimulusRecord } from '../../core/log/record.ts';
import { eachLine } from '../log/text-source.ts';

/** What can be had of a log without trusting its hashes: its header and its stimuli, which stand in lines of their own. */
export interface ReadStimuli {
  readonly header: LogHeader;
  readonly stimuli: readonly StimulusRecord[];
}

interface StimulusLine {
  readonly rv: number;
  readonly t: number;
  readonly c: number;
  readonly a: string;
  readonly s: Stimulus;
}

function isStimulusLine(value: unknown): value is StimulusLine {
  if (typeof value !== 'object' || value === null) return false;
  const { rv, t, c, a, s } = value as Partial<Record<keyof StimulusLine, unknown>>;
  return (
    typeof rv === 'number' &&
    typeof t === 'number' &&
    typeof c === 'number' &&
    typeof a === 'string' &&
    typeof s === 'object' &&
    s !== null &&
    typeof (s as { readonly op?: unknown }).op === 'string'
  );
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // This line is where the damage is.
    return undefined;
  }
}

/**
 * The stimuli of a log that was changed after it was written: enough to execute it again and to find the first
 * place where file and history part. A line that is no JSON any more is passed over.
 */
export function readStimuli(file: string): ReadStimuli {
  let header: LogHeader | undefined;
  const stimuli: StimulusRecord[] = [];
  eachLine(file, (line) => {
    if (header === undefined) {
      header = parseHeader(line);
      return true;
    }
    const value = line.includes('"s":') ? parsed(line) : undefined;
    if (isStimulusLine(value)) {
      const { rv, t, c, a, s } = value;
      stimuli.push({ type: 'stimulus', rv, t: header.start + t, cause: c, actor: a, action: s });
    }
    return true;
  });
  // An empty file has no header: this says so.
  return { header: header ?? parseHeader(''), stimuli };
}
