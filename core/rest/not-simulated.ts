import { failure, type Status } from '../api/status.ts';
import type { Kind } from '../kinds/kind.ts';

/**
 * What needs a program that really runs. Each is refused with what there isn't and why, and not with a 404, which
 * would read as if the pod were gone.
 */
const REASONS: Readonly<Record<string, string>> = {
  attach: 'there is no process to attach to',
  exec: 'there is no program that a command could run beside',
  portforward: 'nothing listens on its ports',
  proxy: 'nothing listens on its ports',
};

const KINDS: Readonly<Record<string, readonly string[]>> = {
  nodes: ['proxy'],
  pods: Object.keys(REASONS),
  services: ['proxy'],
};

/** The refusal of a subresource that can't be simulated; `undefined` where it is no such one. */
export function notSimulated(kind: Kind, name: string, subresource: string | undefined): Status | undefined {
  if (subresource === undefined) return undefined;
  const known = Object.hasOwn(KINDS, kind.resource) ? KINDS[kind.resource] : undefined;
  if (known?.includes(subresource) !== true) return undefined;
  const subject = `${kind.plural}/${subresource} of "${name}"`;
  return failure(
    'MethodNotAllowed',
    `${subject} is not supported: this cluster is simulated by wavetank, and ${REASONS[subresource]}`,
    { name, kind: kind.plural },
  );
}
