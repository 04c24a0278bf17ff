/** Property-based testing of a cluster: invariants, generated scenarios, campaigns, shrinking. Needs Node. */
export {
  type App,
  type Autoscaler,
  app,
  autoscaler,
  type Budget,
  budget,
  type Strategy,
  strategy,
} from './arbitraries/app.ts';
export { drawn } from './arbitraries/draw.ts';
export { fault } from './arbitraries/fault.ts';
export { operation } from './arbitraries/operation.ts';
export type { Place, Workload } from './arbitraries/place.ts';
export { cluster, scenario, scenarioOn } from './arbitraries/scenario.ts';
export { timeline } from './arbitraries/timeline.ts';
export { workloadsOf } from './arbitraries/workload.ts';
export {
  type CampaignFailure,
  type CampaignHooks,
  type CampaignOptions,
  type CampaignOutcome,
  type CampaignState,
  runCampaign,
} from './campaign/campaign.ts';
export { type CaseOptions, type CaseOutcome, type Failure, runCase } from './campaign/case.ts';
export { InvariantChecker, REST_AFTER } from './invariants/checker.ts';
export type { Finding, Invariant, Moment, Violation, Watcher } from './invariants/invariant.ts';
export { INVARIANTS } from './invariants/list.ts';
export { MUTANTS, mutantControllers } from './mutants/list.ts';
export type { Mutant } from './mutants/mutant.ts';
export { type FailingOptions, type ShrunkFailure, shrinkFailure } from './shrinking/failing.ts';
export { type ShrinkOptions, type Shrunk, shrink } from './shrinking/shrink.ts';
