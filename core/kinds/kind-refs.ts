import type { KubeObject } from '../api/object.ts';
import { qualifiedResource } from '../api/status.ts';
import type { PriorityLevelConfiguration, Service } from '../schema/types.generated.ts';
import { CATALOG } from './catalog.ts';
import type { KindRef } from './kind-ref.ts';

/**
 * Kinds as views know them, without their behaviour: what a strategy looks others up by. The registry, which knows
 * the strategies, can't be imported from one.
 */
function refTo<T extends KubeObject>(group: string, kind: string): KindRef<T> {
  const index = CATALOG.findIndex((names) => names.group === group && names.kind === kind);
  const names = CATALOG[index];
  if (names === undefined) throw new Error(`the catalog of kinds has no ${kind} in the group "${group}"`);
  const apiVersion = names.group === '' ? names.version : `${names.group}/${names.version}`;
  return { ...names, index, resource: qualifiedResource(names), apiVersion };
}

export const PRIORITY_LEVELS: KindRef<PriorityLevelConfiguration> = refTo(
  'flowcontrol.apiserver.k8s.io',
  'PriorityLevelConfiguration',
);
export const SERVICES: KindRef<Service> = refTo('', 'Service');
