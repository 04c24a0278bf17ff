import type { Failure } from './case.ts';
import { ownThread, type Pool, threadPool } from './pool.ts';
import type { BatchResult, FailedCase, ShrinkResult, WorkSetup } from './protocol.ts';
import { SITUATIONS } from './situations.ts';
import { CRASH, scenarioOf } from './work.ts';

/** Small enough to end soon after Ctrl-C, large enough that handing it over costs nothing. */
const BATCH = 25;
/** Failures that are shrunk, one for each name: a broken controller breaks the same rule thousands of times. */
const SHRUNK_MAX = 20;

export interface CampaignOptions extends WorkSetup {
  /** Runs in all; absent: until the time is up. */
  readonly runs?: number;
  /** Threads; 0: the thread of the caller. */
  readonly workers: number;
  /** Runs that were done by an earlier part of this campaign, and what came of them. */
  readonly from?: CampaignState;
}

/** One thing that failed: the first run in which it did, and how often in all. */
export interface CampaignFailure {
  /** Of the invariant or the expectation. */
  readonly name: string;
  /** The first seed that failed, which is the one that is shrunk. */
  readonly seed: number;
  readonly failure: Failure;
  /** Runs that failed so. */
  readonly runs: number;
  readonly shrunk?: ShrinkResult;
}

/** How far a campaign has come: all that a later part of it needs. Cases are counted in the order of their seeds. */
export interface CampaignState {
  readonly runs: number;
  readonly failedRuns: number;
  readonly records: number;
  readonly virtual: number;
  readonly situations: readonly number[];
  readonly failures: readonly CampaignFailure[];
}

export interface CampaignHooks {
  /** Asked between pieces of work: throws, or says `true`, to end there. */
  readonly look?: () => Promise<boolean>;
  readonly onProgress?: (state: CampaignState) => void;
}

export const NOTHING_DONE: CampaignState = {
  runs: 0,
  failedRuns: 0,
  records: 0,
  virtual: 0,
  situations: SITUATIONS.map(() => 0),
  failures: [],
};

/** Adds the next batch. Batches come in the order of their seeds, whichever thread was first. */
function withBatch(state: CampaignState, batch: BatchResult): CampaignState {
  let { failures } = state;
  for (const failed of batch.failed) failures = withFailed(failures, failed);
  return {
    runs: state.runs + batch.runs,
    failedRuns: state.failedRuns + batch.failed.length,
    records: state.records + batch.records,
    virtual: state.virtual + batch.virtual,
    situations: state.situations.map((count, index) => count + (batch.situations[index] ?? 0)),
    failures,
  };
}

function withFailed(failures: readonly CampaignFailure[], failed: FailedCase): readonly CampaignFailure[] {
  const firstOfEach = new Map<string, Failure>();
  for (const failure of failed.failures)
    if (!firstOfEach.has(failure.name)) firstOfEach.set(failure.name, failure);
  const counted = failures.map((known) =>
    firstOfEach.has(known.name) ? { ...known, runs: known.runs + 1 } : known,
  );
  const known = new Set(failures.map(({ name }) => name));
  const added = [...firstOfEach]
    .filter(([name]) => !known.has(name))
    .map(([name, failure]): CampaignFailure => ({ name, seed: failed.seed, failure, runs: 1 }));
  return [...counted, ...added];
}

/** One campaign under way. */
class Campaign {
  state: CampaignState;
  private readonly options: CampaignOptions;
  private readonly hooks: CampaignHooks;
  private readonly setup: WorkSetup;
  private readonly pool: Pool;
  private readonly finished = new Map<number, BatchResult>();
  private readonly shrinking = new Map<string, Promise<void>>();
  private readonly underWay = new Map<number, Promise<void>>();
  private stopped = false;

  constructor(options: CampaignOptions, hooks: CampaignHooks) {
    const { seed, mutants, controllers, base, invariants } = options;
    this.options = options;
    this.hooks = hooks;
    this.setup = {
      seed,
      mutants,
      controllers,
      ...(base === undefined ? {} : { base }),
      ...(invariants === undefined ? {} : { invariants }),
    };
    this.state = options.from ?? NOTHING_DONE;
    this.pool = options.workers === 0 ? ownThread() : threadPool(options.workers);
  }

  async run(): Promise<CampaignState> {
    try {
      this.shrinkNew();
      await this.runBatches();
      while (!this.stopped && this.shrinking.size > 0) {
        await Promise.race(this.shrinking.values());
        await this.look();
      }
    } finally {
      // What is still being worked on ends with its thread, and nobody waits for it.
      for (const piece of [...this.underWay.values(), ...this.shrinking.values()])
        piece.catch(() => undefined);
      await this.pool.close();
    }
    return this.state;
  }

  private async runBatches(): Promise<void> {
    const { runs = Number.POSITIVE_INFINITY } = this.options;
    let next = this.state.runs;
    const { underWay } = this;
    const begin = (): void => {
      const from = next;
      const count = Math.min(BATCH, runs - from);
      next += count;
      const done = this.pool.run({ type: 'batch', setup: this.setup, from, count }).then((result) => {
        this.finished.set(from, result as BatchResult);
        underWay.delete(from);
      });
      underWay.set(from, done);
    };
    while (!this.stopped && (next < runs || underWay.size > 0)) {
      while (next < runs && underWay.size < this.pool.size) begin();
      await Promise.race(underWay.values());
      this.takeFinished();
      await this.look();
    }
  }

  /** What is finished counts as far as nothing before it is missing. */
  private takeFinished(): void {
    for (;;) {
      const batch = this.finished.get(this.state.runs);
      if (batch === undefined) return;
      this.finished.delete(this.state.runs);
      this.state = withBatch(this.state, batch);
      this.shrinkNew();
    }
  }

  private shrinkNew(): void {
    for (const { name, seed, shrunk } of this.state.failures.slice(0, SHRUNK_MAX)) {
      if (shrunk !== undefined || this.shrinking.has(name) || name === CRASH) continue;
      const scenario = scenarioOf(this.setup, seed - this.setup.seed);
      const done = this.pool.run({ type: 'shrink', setup: this.setup, scenario, name }).then((result) => {
        this.shrinking.delete(name);
        if (result === undefined)
          throw new Error(`seed ${seed} does not fail ${name} when it is run again: runs differ`);
        this.keep(name, result as ShrinkResult);
      });
      this.shrinking.set(name, done);
    }
  }

  private keep(name: string, shrunk: ShrinkResult): void {
    const failures = this.state.failures.map((failure) =>
      failure.name === name ? { ...failure, shrunk } : failure,
    );
    this.state = { ...this.state, failures };
  }

  private async look(): Promise<void> {
    this.hooks.onProgress?.(this.state);
    if ((await this.hooks.look?.()) === true) this.stopped = true;
  }
}

export interface CampaignOutcome {
  readonly state: CampaignState;
  /** What ended it before its time, if anything did. */
  readonly interruption: unknown;
}

/**
 * Runs generated cases under the invariants, and shrinks what fails. The same seed gives the same results in the same
 * order, whatever the number of threads. When `look` throws, what was done by then is what comes out.
 */
export async function runCampaign(
  options: CampaignOptions,
  hooks: CampaignHooks = {},
): Promise<CampaignOutcome> {
  const campaign = new Campaign(options, hooks);
  let interruption: unknown;
  try {
    await campaign.run();
  } catch (error) {
    interruption = error;
  }
  return { state: campaign.state, interruption };
}
