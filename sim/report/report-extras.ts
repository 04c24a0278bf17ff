import type { Micros } from '../../core/time.ts';
import type { ExpectationResult } from '../scenario/expectations.ts';

/**
 * What a report of a run shows besides its log: what was found out when the report was made. Plain JSON, since it is
 * written into the page.
 */
export interface ReportExtras {
  readonly title: string;
  /** The version of wavetank that made the report; the header has that of the log. */
  readonly version: string;
  /** Of the whole log, of which the page may hold a part. */
  readonly sha256: string;
  /** How the run went in a few numbers, the first of them first. */
  readonly figures: readonly KeyFigure[];
  readonly expectations: readonly ExpectationResult[];
  /** Absent where none were checked. */
  readonly invariants?: { readonly checked: number; readonly violations: readonly RuleViolation[] };
  /** What was left out of the page, in a sentence. */
  readonly leftOut?: string;
}

export interface KeyFigure {
  readonly label: string;
  readonly text: string;
}

/** A rule of all histories that this one broke. */
export interface RuleViolation {
  readonly name: string;
  readonly rv: number;
  readonly t: Micros;
  readonly message: string;
}
