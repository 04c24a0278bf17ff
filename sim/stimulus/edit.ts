import { castDraft, produce } from 'immer';
import type { KubeObject } from '../../core/api/object.ts';
import { mergePatch } from '../../core/api/patching/merge-patch.ts';
import { kindOfResource } from '../../core/kinds/custom/lookup.ts';
import { NODE } from '../../core/kinds/registry.ts';
import { rfc3339 } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import type { Action, ObjectTarget } from '../scenario/scenario.ts';
import type { StimulusHandler, StimulusWorld } from './handler.ts';

type ActionOf<Op extends Action['op']> = Extract<Action, { op: Op }>;

/**
 * Patch one object of a user's choosing; a refusal is told with the place where the action was written. Whether it
 * went through.
 */
function edit(
  world: StimulusWorld,
  target: ObjectTarget,
  source: string,
  cause: Cause,
  change: (stored: KubeObject) => KubeObject,
): boolean {
  const kind = kindOfResource(world.view, target.resource);
  if (kind === undefined) {
    world.refused(source, `the server doesn't have a resource type "${target.resource}"`);
    return false;
  }
  const { namespace, name } = target;
  const result = world.request({ verb: 'patch', kind, namespace, name, change }, cause);
  if (!result.ok) world.refused(source, result.status.message);
  return result.ok;
}

/** The parts of a workload that these actions touch, whatever its kind. */
interface Workload extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly unschedulable?: boolean;
    readonly template: {
      readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly { readonly name: string; readonly image?: string }[] };
    };
  };
}

export const scale: StimulusHandler<ActionOf<'scale'>> = {
  op: 'scale',
  run: (world, { target, replicas }, source, cause) => {
    edit(world, target, source, cause, (stored) =>
      produce(stored as Workload, (draft) => {
        draft.spec.replicas = replicas;
      }),
    );
  },
};

export const setImage: StimulusHandler<ActionOf<'setImage'>> = {
  op: 'setImage',
  run: (world, { target, container, image }, source, cause) => {
    let found = false;
    const done = edit(world, target, source, cause, (stored) =>
      produce(stored as Workload, (draft) => {
        for (const candidate of draft.spec.template?.spec.containers ?? []) {
          if (container !== '*' && candidate.name !== container) continue;
          found = true;
          candidate.image = image;
        }
      }),
    );
    // The wording of `kubectl set image`.
    if (done && !found) world.refused(source, `unable to find container named "${container}"`);
  },
};

export const restart: StimulusHandler<ActionOf<'restart'>> = {
  op: 'restart',
  run: (world, { target }, source, cause) => {
    const restartedAt = rfc3339(world.now);
    edit(world, target, source, cause, (stored) =>
      produce(stored as Workload, (draft) => {
        const metadata = draft.spec.template.metadata ?? {};
        draft.spec.template.metadata = castDraft({
          ...metadata,
          annotations: { ...metadata.annotations, 'kubectl.kubernetes.io/restartedAt': restartedAt },
        });
      }),
    );
  },
};

export function setUnschedulable(
  world: StimulusWorld,
  node: string,
  on: boolean,
  source: string,
  cause: Cause,
): void {
  edit(world, { resource: NODE.resource, name: node }, source, cause, (stored) =>
    produce(stored as Workload, (draft) => {
      draft.spec.unschedulable = on ? true : undefined;
    }),
  );
}

export const cordon: StimulusHandler<ActionOf<'cordon'>> = {
  op: 'cordon',
  run: (world, { node }, source, cause) => setUnschedulable(world, node, true, source, cause),
};

export const uncordon: StimulusHandler<ActionOf<'uncordon'>> = {
  op: 'uncordon',
  run: (world, { node }, source, cause) => setUnschedulable(world, node, false, source, cause),
};

export const patch: StimulusHandler<ActionOf<'patch'>> = {
  op: 'patch',
  run: (world, action, source, cause) => {
    edit(world, action.target, source, cause, (stored) => mergePatch(stored, action.patch) as KubeObject);
  },
};

export const remove: StimulusHandler<ActionOf<'delete'>> = {
  op: 'delete',
  run: (world, { target, propagationPolicy, gracePeriodSeconds }, source, cause) => {
    const kind = kindOfResource(world.view, target.resource);
    if (kind === undefined) {
      world.refused(source, `the server doesn't have a resource type "${target.resource}"`);
      return;
    }
    const { namespace, name } = target;
    const result = world.request(
      {
        verb: 'delete',
        kind,
        namespace,
        name,
        options: { propagationPolicy, ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }) },
      },
      cause,
    );
    if (!result.ok) world.refused(source, result.status.message);
  },
};
