/** The controllers, and the contract to write one. Pure: what runs them is in `wavetank/sim`. */
export type {
  Because,
  Controller,
  EventRequest,
  Reaction,
  Reconciliation,
  Request,
  RequestOptions,
  RequestResult,
  Watch,
  WatchEvent,
} from './controller.ts';
export { DONE } from './controller.ts';
export { CONTROLLERS, type ControllerProcessName, controllersFor } from './list.ts';
export type { ClusterView } from './scheduling/cache/cluster-view.ts';
export type { NodeInfo } from './scheduling/cache/node-info.ts';
export type { PodInfo } from './scheduling/cache/pod-info.ts';
export type { ClusterEvent } from './scheduling/framework/cluster-event.ts';
export { type CycleState, type StateKey, stateKey } from './scheduling/framework/cycle-state.ts';
export type { Plugin, PreFilterResult, QueueOrder } from './scheduling/framework/extension-points.ts';
export { type Rejection, unresolvable, unschedulable } from './scheduling/framework/rejection.ts';
export {
  type ControllerSettings,
  DEFAULT_CONTROLLER_SETTINGS,
  type HorizontalPodAutoscalerSettings,
  type NodeLifecycleSettings,
  type WorkerSettings,
} from './settings.ts';
