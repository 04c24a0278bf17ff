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
export {
  type ControllerSettings,
  DEFAULT_CONTROLLER_SETTINGS,
  type HorizontalPodAutoscalerSettings,
  type NodeLifecycleSettings,
  type WorkerSettings,
} from './settings.ts';
