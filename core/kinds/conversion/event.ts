import type { KubeObject, NewObject } from '../../api/object.ts';

/**
 * Events are one resource under two names: what `v1` calls `message` is a `note` in `events.k8s.io/v1`, and so on
 * (pkg/apis/core/v1 and pkg/apis/events/v1, conversion.go).
 */
const NAMES: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

function renamed(
  object: object,
  apiVersion: string,
  names: readonly (readonly [from: string, to: string])[],
): object {
  const to = new Map(names);
  const fields = Object.entries(object).filter(([, value]) => value !== undefined);
  const converted = Object.fromEntries(
    fields.map(([name, value]) => [to.get(name) ?? name, value as unknown]),
  );
  return { ...converted, apiVersion };
}

export function eventToEventsV1(stored: KubeObject): KubeObject {
  return renamed(stored, 'events.k8s.io/v1', NAMES) as KubeObject;
}

export function eventFromEventsV1(object: NewObject): NewObject {
  const back = NAMES.map(([core, events]) => [events, core] as const);
  return renamed(object, 'v1', back) as NewObject;
}
