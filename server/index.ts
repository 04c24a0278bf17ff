/** The HTTP door: what kubectl, a client library or a browser talks to. */
export { type ClockControl, clockOf } from './http/clock.ts';
export { type RunningServer, type ServerOptions, startServer } from './http/server.ts';
export { kubeconfigOf } from './kubeconfig.ts';
export type { Speed } from './session/clock.ts';
export { LiveSession, RecordedSession, type Session } from './session/session.ts';
