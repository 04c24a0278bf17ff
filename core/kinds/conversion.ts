import type { KubeObject, NewObject } from '../api/object.ts';
import { eventFromEventsV1, eventToEventsV1 } from './conversion/event.ts';
import { autoscalerToV1 } from './conversion/horizontal-pod-autoscaler-to-v1.ts';
import { autoscalerFromV1 } from './conversion/horizontal-pod-autoscaler-v1.ts';

/** How objects of a further version of a kind become those of the version that is stored. */
interface Conversion {
  /** The stored version. */
  readonly apiVersion: string;
  readonly convert: (object: NewObject) => NewObject;
  /** And back: a stored object as this version shows it. */
  readonly show: (stored: KubeObject) => KubeObject;
}

/** By `apiVersion/kind` of what is sent. */
const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  'autoscaling/v1/HorizontalPodAutoscaler': {
    apiVersion: 'autoscaling/v2',
    convert: autoscalerFromV1,
    show: autoscalerToV1,
  },
  'events.k8s.io/v1/Event': { apiVersion: 'v1', convert: eventFromEventsV1, show: eventToEventsV1 },
};

function conversionOf(apiVersion: string, kind: string): Conversion | undefined {
  const key = `${apiVersion}/${kind}`;
  return Object.hasOwn(CONVERSIONS, key) ? CONVERSIONS[key] : undefined;
}

/** The version in which what is sent under this one is stored: the very same for most. */
export function storedVersion(apiVersion: string, kind: string): string {
  return conversionOf(apiVersion, kind)?.apiVersion ?? apiVersion;
}

/** A decoded object in the version that is stored; the very same for most. */
export function toStoredVersion(object: NewObject): NewObject {
  return conversionOf(object.apiVersion, object.kind)?.convert(object) ?? object;
}

/** A stored object as a client sees it under this version; the very same for most. */
export function inVersion(stored: KubeObject, apiVersion: string): KubeObject {
  if (stored.apiVersion === apiVersion) return stored;
  const conversion = conversionOf(apiVersion, stored.kind);
  if (conversion !== undefined) return conversion.show(stored);
  // Versions of a custom kind differ in their name alone.
  const isOfGroup = apiVersion.split('/')[0] === stored.apiVersion.split('/')[0];
  return isOfGroup && apiVersion.includes('/') ? { ...stored, apiVersion } : stored;
}
