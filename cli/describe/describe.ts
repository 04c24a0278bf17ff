import type { KubeObject } from '../../core/api/object.ts';
import { allKinds } from '../../core/kinds/custom/lookup.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import { DEFAULT_NAMESPACE } from '../../sim/scenario/resource-name.ts';
import { type Printed, printedError } from '../print/printed.ts';
import { parseResources, type ResourceRequest } from '../print/resources.ts';
import { asClientsSee, nothingFound, type SelectOptions, select } from '../print/select.ts';
import type { DescribeContext } from './describer.ts';
import { describeAny } from './generic.ts';
import { DESCRIBERS } from './list.ts';

export interface DescribeOptions extends SelectOptions {
  /** `--show-events`; true unless given. */
  readonly showEvents?: boolean;
}

function describeObject(kind: Kind, object: KubeObject, context: DescribeContext): string {
  return (DESCRIBERS[kind.resource] ?? describeAny)(object, context);
}

/** A name that is no object's may be the beginning of some. */
function byPrefix(
  view: View,
  now: Micros,
  { kind, names }: ResourceRequest,
  options: DescribeOptions,
): readonly KubeObject[] {
  if (names?.length !== 1) return [];
  const namespace = kind.namespaced ? (options.namespace ?? DEFAULT_NAMESPACE) : undefined;
  const [prefix = ''] = names;
  return view
    .list(kind, namespace)
    .filter((object) => object.metadata.name.startsWith(prefix))
    .map((object) => asClientsSee(object, now));
}

/** `kubectl describe WORDS…` on a state, at a time. */
export function describe(
  view: View,
  now: Micros,
  words: readonly string[],
  options: DescribeOptions,
): Printed {
  const parsed = parseResources(words, allKinds(view));
  if (!parsed.ok) return printedError(parsed.error);
  const selection = select(view, now, parsed.requests, options);
  if (!selection.ok) return printedError(selection.error);
  const context: DescribeContext = { view, now, showEvents: options.showEvents !== false };
  const texts: string[] = [];
  const missing: string[] = [];
  for (const one of selection.selected) {
    const { kind } = one.request;
    const guessed = one.missing.length > 0 ? byPrefix(view, now, one.request, options) : [];
    if (guessed.length === 0) missing.push(...one.missing);
    for (const object of [...one.objects, ...guessed]) texts.push(describeObject(kind, object, context));
  }
  const err = missing.map((line) => `${line}\n`).join('');
  if (texts.length === 0 && missing.length === 0) {
    return { out: '', err: nothingFound(parsed.requests, options), failed: false };
  }
  return { out: texts.join('\n\n'), err, failed: missing.length > 0 };
}
