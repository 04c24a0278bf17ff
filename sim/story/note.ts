import type { LogRecord } from '../../core/log/record.ts';
import type { Micros } from '../../core/time.ts';

export type Tone = 'good' | 'bad' | 'neutral' | 'action';

/** Something worth telling, before it is put together with others of its group. */
export interface Note {
  readonly t: Micros;
  readonly rv: number;
  readonly tone: Tone;
  /** Notes of one group that follow each other closely are told in one line. */
  readonly group: string;
  /** What it is about, where a later note of the group about the same takes the place of the earlier one. */
  readonly subject?: string;
  /** What one note says by itself. */
  readonly text: string;
  /** How far apart notes of the group may be; 15 s unless given. */
  readonly within?: Micros;
  /** What several say together: `12 pods evicted from node-2`. */
  readonly together?: (count: number, subjects: number) => string;
}

/** Looks at records as they come, and notes what is worth telling. */
export interface Observer {
  observe(record: LogRecord, note: (note: Note) => void): void;
}
