import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { SECOND } from '../../core/time.ts';
import { formatProblems } from '../../files/problem.ts';
import { loadInput } from '../../files/scenario/load-scenario.ts';
import {
  type CampaignFailure,
  type CampaignState,
  runCampaign,
} from '../../property-tests/campaign/campaign.ts';
import {
  type CampaignIdentity,
  failureFileName,
  openFolder,
  saveFailure,
  saveState,
} from '../../property-tests/campaign/folder.ts';
import { CRASH, scenarioOf } from '../../property-tests/campaign/work.ts';
import { INVARIANTS } from '../../property-tests/invariants/list.ts';
import { parseDuration } from '../../sim/scenario/duration.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { EXIT, InputError } from '../exit.ts';
import { failingScenario, failureExplanation } from '../failure-text.ts';
import { type FuzzReport, fuzzJson, fuzzText } from '../fuzz-report.ts';
import { integerOption } from '../integer-option.ts';
import { Interruption, interruptible } from '../interruption.ts';
import { invariantNames } from '../invariant-names.ts';
import { moduleUrls, ownControllers, requireMutants } from '../scenario-controllers.ts';
import { Progress, paint } from '../terminal.ts';
import { VERSION } from '../version.ts';

export interface FuzzOptions {
  readonly runs?: string;
  readonly time?: string;
  readonly seed?: string;
  readonly workers?: string;
  readonly out?: string;
  readonly mutant?: readonly string[];
  readonly invariant?: readonly string[];
  readonly controller?: readonly string[];
  readonly json?: boolean;
}

const DEFAULT_RUNS = 1000;
const DEFAULT_SEED = 1;
/** fast-check's seeds are signed 32-bit numbers. */
const SEED_MAX = 2 ** 31 - 1;
const RUNS_MAX = 1_000_000_000;
const WORKERS_MAX = 1024;
/** How often a campaign's folder is brought up to date while it runs. */
const SAVE_EVERY_MS = 2000;

function baseOf(path: string | undefined): Scenario | undefined {
  if (path === undefined) return undefined;
  const loaded = loadInput([path]);
  if (!loaded.ok) throw new InputError(formatProblems(loaded.problems));
  return loaded.scenario;
}

function secondsOf(time: string | undefined): number | undefined {
  if (time === undefined) return undefined;
  const parsed = parseDuration(time);
  if ('error' in parsed) throw new InputError(`--time: ${parsed.error}`);
  if (parsed.duration <= 0) throw new InputError('--time: a campaign must last longer than 0s');
  return parsed.duration / SECOND;
}

function hashOf(scenario: Scenario): string {
  return createHash('sha256').update(JSON.stringify(scenario)).digest('hex');
}

/** `wavetank fuzz [PATH]` */
export async function fuzzCommand(path: string | undefined, options: FuzzOptions): Promise<number> {
  const base = baseOf(path);
  const seconds = secondsOf(options.time);
  const runs =
    integerOption('--runs', options.runs, 1, RUNS_MAX) ?? (seconds === undefined ? DEFAULT_RUNS : undefined);
  const seed = integerOption('--seed', options.seed, 0, SEED_MAX) ?? DEFAULT_SEED;
  const workers = integerOption('--workers', options.workers, 1, WORKERS_MAX) ?? availableParallelism();
  const named = options.mutant ?? [];
  requireMutants(named, '--mutant');
  const ofBase = base?.cluster.kubernetes.mutants ?? [];
  requireMutants(ofBase, `${path ?? ''}: spec.cluster.kubernetes.mutants`);
  const mutants = [...new Set([...ofBase, ...named])].sort();
  const invariants = invariantNames(options.invariant);
  // Loaded here too, so that what is wrong with a module is told before any thread starts.
  await ownControllers(options.controller);
  const controllers = moduleUrls(options.controller ?? []);
  const identity: CampaignIdentity = {
    version: VERSION,
    seed,
    mutants,
    invariants: invariants ?? INVARIANTS.map(({ name }) => name),
    controllers,
    ...(base === undefined ? {} : { scenario: hashOf(base) }),
  };
  const { out } = options;
  const opened = out === undefined ? undefined : openFolder(out, identity);
  if (opened?.ok === false) throw new InputError(opened.problem);
  const from = opened?.state;
  const setup = {
    seed,
    mutants,
    controllers,
    ...(base === undefined ? {} : { base }),
    ...(invariants === undefined ? {} : { invariants }),
  };
  const startedAt = performance.now();
  const progress = new Progress();
  let savedAt = startedAt;
  if (out !== undefined && from === undefined) saveState(out, identity, emptyState());
  const { state, interruption } = await interruptible((look) =>
    runCampaign(
      { ...setup, ...(runs === undefined ? {} : { runs }), workers, ...(from === undefined ? {} : { from }) },
      {
        look: async () => {
          await look();
          return seconds !== undefined && performance.now() - startedAt >= seconds * 1000;
        },
        onProgress: (now) => {
          progress.update(() => progressText(now, runs));
          if (out === undefined || performance.now() - savedAt < SAVE_EVERY_MS) return;
          savedAt = performance.now();
          saveState(out, identity, now);
        },
      },
    ),
  );
  progress.clear();
  const files = out === undefined ? new Map<string, string>() : save(out, identity, state, setup, path);
  if (interruption !== undefined && !(interruption instanceof Interruption)) throw interruption;
  const report: FuzzReport = {
    state,
    runsBefore: from?.runs ?? 0,
    runsAsked: runs,
    seed,
    workers,
    wallSeconds: (performance.now() - startedAt) / 1000,
    invariants: identity.invariants,
    mutants,
    out,
    files,
    scenarioFile: path,
    scenarioTexts: out === undefined ? textsOf(state, setup, path) : new Map(),
    interrupted: interruption instanceof Interruption,
  };
  process.stdout.write(
    options.json === true ? `${JSON.stringify(fuzzJson(report), undefined, 2)}\n` : fuzzText(report, paint()),
  );
  if (interruption instanceof Interruption) {
    const hint =
      out === undefined
        ? 'with --out DIR the same command would go on from here'
        : 'the same command goes on from here';
    process.stderr.write(`ended by ${interruption.signal} after ${state.runs} runs: ${hint}\n`);
    return interruption.exitCode;
  }
  if (state.failures.some(({ name }) => name === CRASH)) return EXIT.defect;
  return state.failures.length > 0 ? EXIT.failed : EXIT.fine;
}

function emptyState(): CampaignState {
  return { runs: 0, failedRuns: 0, records: 0, virtual: 0, situations: [], failures: [] };
}

function progressText(state: CampaignState, runs: number | undefined): string {
  const of = runs === undefined ? '' : ` of ${runs.toLocaleString('en')}`;
  const failed = state.failures.length === 0 ? '' : `, ${state.failedRuns} failed`;
  return `fuzz: ${state.runs.toLocaleString('en')}${of} runs${failed}`;
}

type Setup = Parameters<typeof scenarioOf>[0];

function scenarioFor({ shrunk, seed }: CampaignFailure, setup: Setup): Scenario {
  return shrunk?.scenario ?? scenarioOf(setup, seed - setup.seed);
}

/** The command that runs this very case. */
function foundBy({ seed }: CampaignFailure, path: string | undefined, { mutants }: Setup): string {
  const words = [
    'wavetank',
    'fuzz',
    ...(path === undefined ? [] : [path]),
    '--seed',
    String(seed),
    '--runs',
    '1',
  ];
  for (const mutant of mutants) words.push('--mutant', mutant);
  return words.join(' ');
}

/** The files of a campaign; for each failure the file of its scenario. */
function save(
  out: string,
  identity: CampaignIdentity,
  state: CampaignState,
  setup: Setup,
  path: string | undefined,
): ReadonlyMap<string, string> {
  saveState(out, identity, state);
  const files = new Map<string, string>();
  for (const known of state.failures) {
    const failure = known.shrunk?.failure ?? known.failure;
    const scenario = scenarioFor(known, setup);
    const name = `${failureFileName(known)}.yaml`;
    const text = failingScenario(scenario, failure, name, foundBy(known, path, setup));
    const explanation = failureExplanation(scenario, failure, known.shrunk?.why, name);
    files.set(known.name, saveFailure(out, known, text, explanation));
  }
  return files;
}

/** For who keeps no files: the scenarios themselves. */
function textsOf(state: CampaignState, setup: Setup, path: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    state.failures.map((known) => {
      const failure = known.shrunk?.failure ?? known.failure;
      return [
        known.name,
        failingScenario(scenarioFor(known, setup), failure, undefined, foundBy(known, path, setup)),
      ];
    }),
  );
}
