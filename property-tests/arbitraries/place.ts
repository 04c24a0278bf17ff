/** What there is to act on: names that operations and faults draw from. */
export interface Place {
  /** Names of nodes. */
  readonly nodes: readonly string[];
  readonly zones: readonly string[];
  /** Labels `app` of pods. */
  readonly apps: readonly string[];
}
