import type { KubeObject } from '../../api/object.ts';
import type { CustomResourceSubresourceScale } from '../../schema/types.generated.ts';
import type { Kind } from '../kind.ts';
import { findByPath, parseJsonPath, withFieldAt } from './json-path.ts';

/**
 * Where a custom kind has its sizes
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#scale-subresource).
 */
export function scalePaths({ custom }: Kind): CustomResourceSubresourceScale | undefined {
  return custom?.find(({ scale }) => scale !== undefined)?.scale;
}

export interface CustomScale {
  /** 0 where nothing is said, as in the real Scale. */
  readonly specReplicas: number;
  readonly statusReplicas: number;
  /** The selector as a text; empty where none is said. */
  readonly selector: string;
}

function at(object: KubeObject, path: string | undefined): unknown {
  return path === undefined ? undefined : findByPath(object, parseJsonPath(path) ?? [])[0];
}

function numberAt(object: KubeObject, path: string): number {
  const value = at(object, path);
  return typeof value === 'number' ? value : 0;
}

export function customScale(object: KubeObject, paths: CustomResourceSubresourceScale): CustomScale {
  const selector = at(object, paths.labelSelectorPath);
  return {
    specReplicas: numberAt(object, paths.specReplicasPath),
    statusReplicas: numberAt(object, paths.statusReplicasPath),
    selector: typeof selector === 'string' ? selector : '',
  };
}

/** The object with another size, where a path of fields alone leads. */
export function withSize(
  object: KubeObject,
  paths: CustomResourceSubresourceScale,
  size: number,
): KubeObject {
  const fields = paths.specReplicasPath.split('.').filter((field) => field !== '');
  // Only a field of the spec has changed.
  return withFieldAt(object, fields, size) as KubeObject;
}
