/** Scenarios, manifests and logs on disk. Needs Node. */
export { FileError } from './file-error.ts';
export { type ReadSources, readSources } from './incidents/read-sources.ts';
export { writeScenario } from './incidents/write-scenario.ts';
export { newNodeHasher } from './log/node-hasher.ts';
export type { LogReading, LogRecords, ReadOptions } from './log/read-log.ts';
export { readLog, readRecords, readStateAt, verifyChain } from './log/read-log.ts';
export type { LogWriter, LogWriterOptions } from './log/write-log.ts';
export { openLogWriter } from './log/write-log.ts';
export {
  type LoadedManifest,
  type LoadedManifests,
  type LoadManifestsOptions,
  loadManifests,
} from './manifests/load-manifests.ts';
export { type FileProblem, formatProblem, formatProblems } from './problem.ts';
export {
  type LoadedScenario,
  loadInput,
  loadScenario,
} from './scenario/load-scenario.ts';
export type { Overrides } from './scenario/overrides.ts';
export { type LoadedChange, loadChange } from './what-if/load-change.ts';
