import type { NewObject } from '../api/object.ts';
import { autoscalerFromV1 } from './conversion/horizontal-pod-autoscaler-v1.ts';

/** How objects of a further version of a kind become those of the version that is stored. */
interface Conversion {
  /** The stored version. */
  readonly apiVersion: string;
  readonly convert: (object: NewObject) => NewObject;
}

/** By `apiVersion/kind` of what is sent. */
const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  'autoscaling/v1/HorizontalPodAutoscaler': { apiVersion: 'autoscaling/v2', convert: autoscalerFromV1 },
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
