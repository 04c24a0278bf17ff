/** The event-sourced API: objects, requests, state and log. Runs anywhere, without Node. */
export type {
  Command,
  DeleteOptions,
  PropagationPolicy,
  Result,
} from './api/command.ts';
export { equalValues } from './api/equal.ts';
export type { Draw, RequestContext } from './api/identity.ts';
export type {
  KubeObject,
  NewObject,
  NewObjectMeta,
  ObjectMeta,
  OwnerReference,
  StringMap,
} from './api/object.ts';
export { controllerOf, keyOf, objectKey, splitKey } from './api/object.ts';
export { ApiServer } from './api/server.ts';
export type { FieldError, Status, StatusCause, StatusReason } from './api/status.ts';
export type { Kind, KindStrategy, StrategyContext } from './kinds/kind.ts';
export type { KindNames, KindRef } from './kinds/kind-ref.ts';
export { lastRenewal } from './kinds/lease.ts';
export {
  isPodActive,
  isPodAvailable,
  isPodReady,
  isPodTerminal,
  podCondition,
} from './kinds/pod/status.ts';
export {
  CONFIG_MAP,
  DEPLOYMENT,
  ENDPOINT_SLICE,
  EVENT,
  KINDS,
  kindByResource,
  kindFor,
  LEASE,
  NAMESPACE,
  NODE,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  PRIORITY_CLASS,
  REPLICA_SET,
  SECRET,
  SERVICE,
  SERVICE_ACCOUNT,
} from './kinds/registry.ts';
export type { Matcher, Requirement } from './labels.ts';
export { compileSelector, formatSelector } from './labels.ts';
export type { TornTail } from './log/block-reader.ts';
export type { DecoderOptions, LiveObject, LogSummary, Moment } from './log/decoder.ts';
export { LogDecoder } from './log/decoder.ts';
export type { EncoderOptions, LogSeal } from './log/encoder.ts';
export { LogEncoder } from './log/encoder.ts';
export type { BlockSeal, LogHeader, Snapshot } from './log/format.ts';
export { LOG_FORMAT, snapshotOf } from './log/format.ts';
export type { Hasher, NewHasher } from './log/hash.ts';
export { newPureHasher } from './log/hash.ts';
export { Journal } from './log/journal.ts';
export { LogError } from './log/log-error.ts';
export type {
  EventRecord,
  LogRecord,
  RecordSink,
  SampleRecord,
  Stimulus,
  StimulusRecord,
  Verb,
} from './log/record.ts';
export {
  compareQuantities,
  formatQuantity,
  type ParsedQuantity,
  parseQuantity,
  type QuantityFormat,
} from './quantity.ts';
export type * from './schema/types.generated.ts';
export { State } from './store/state.ts';
export type { View } from './store/view.ts';
export {
  DAY,
  DEFAULT_START,
  HOUR,
  MILLISECOND,
  MINUTE,
  type Micros,
  parseRfc3339,
  rfc3339,
  rfc3339Micro,
  SECOND,
} from './time.ts';
