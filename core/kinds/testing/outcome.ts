import type { KubeObject, NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { View } from '../../store/view.ts';
import type { Kind, StrategyContext } from '../kind.ts';
import { kindFor } from '../registry.ts';
import { validateObjectMeta } from '../validation/object-meta.ts';

/** What becomes of an object that a client sends, without a server: for tables of tests. */

const context: StrategyContext = {
  view: { count: () => 0, getByKey: () => undefined, list: () => [] } as unknown as View,
  now: 0,
  draw: () => 7,
};

interface Sent {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: object;
  readonly [field: string]: unknown;
}

function kindOf({ apiVersion, kind }: Sent): Kind {
  const found = kindFor(apiVersion, kind);
  if (found === undefined) throw new Error(`no kind ${apiVersion} ${kind}`);
  return found;
}

function named(sent: Sent): NewObject {
  const namespace = kindOf(sent).namespaced ? { namespace: 'default' } : {};
  return { ...sent, metadata: { name: 'x', ...namespace, ...sent.metadata } } as NewObject;
}

/** With its defaults and its first status. */
export function prepared(sent: Sent): NewObject {
  const { strategy } = kindOf(sent);
  const object = named(sent);
  const defaulted = strategy.applyDefaults?.(object) ?? object;
  const result = strategy.prepareForCreate?.(defaulted, context) ?? defaulted;
  if (result.kind === 'Status') throw new Error((result as { message: string }).message);
  return result as NewObject;
}

function texts(errors: readonly FieldError[]): readonly string[] {
  return errors.map(({ body, field }) => `${field}: ${body}`);
}

/** Why it can't be created: `field: text` of each fault. */
export function faults(sent: Sent): readonly string[] {
  const kind = kindOf(sent);
  const object = prepared(sent);
  return texts([
    ...validateObjectMeta(object.metadata, kind.namespaced, kind.strategy.nameRule ?? 'subdomain'),
    ...(kind.strategy.validate?.(object) ?? []),
  ]);
}

/** Why it can't be replaced by what `change` makes of it, where it has become what `stored` says meanwhile. */
export function updateFaults(sent: Sent, change: object, stored: object = {}): readonly string[] {
  const { strategy } = kindOf(sent);
  const previous = { ...prepared(sent), ...stored } as KubeObject;
  const next = { ...previous, ...change } as KubeObject;
  const defaulted = (strategy.applyDefaults?.(next) ?? next) as KubeObject;
  const result = strategy.prepareForUpdate?.(defaulted, previous, context) ?? defaulted;
  return texts(strategy.validateUpdate?.(result as KubeObject, previous) ?? []);
}
