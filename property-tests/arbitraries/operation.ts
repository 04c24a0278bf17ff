import fc from 'fast-check';
import { SECOND } from '../../core/time.ts';
import type { Action, ObjectTarget } from '../../sim/scenario/scenario.ts';
import { type App, app as anyApp, strategy } from './app.ts';
import { deployment, imageOf, manifest } from './objects.ts';
import type { Place } from './place.ts';

function deploymentNamed(name: string): ObjectTarget {
  return { resource: 'deployments.apps', namespace: 'default', name };
}

const version = fc.integer({ min: 1, max: 4 });

/** What people do to the workloads and nodes of a case. */
export function operation({ nodes }: Place, apps: readonly App[]): fc.Arbitrary<Action> {
  const app = fc.constantFrom(...apps);
  const node = fc.constantFrom(...nodes);
  const target = app.map(({ name }) => deploymentNamed(name));
  const setImage = fc.record({ app, version }).map(
    ({ app: { name }, version }): Action => ({
      op: 'setImage',
      target: deploymentNamed(name),
      container: 'main',
      image: imageOf(name, version),
    }),
  );
  const scale = fc
    .record({ target, replicas: fc.integer({ min: 0, max: 6 }) })
    .map(({ target, replicas }): Action => ({ op: 'scale', target, replicas }));
  // The same app with other settings: what a person changes in a manifest.
  const apply = fc.record({ app, drawn: anyApp(''), version }).map(
    ({ app: { name }, drawn, version }): Action => ({
      op: 'apply',
      objects: [manifest(deployment({ ...drawn, name }, version))],
    }),
  );
  const paused = fc
    .record({ target, paused: fc.boolean() })
    .map(({ target, paused }): Action => ({ op: 'patch', target, patch: { spec: { paused } } }));
  const restrategised = fc.record({ target, strategy }).map(
    ({ target, strategy }): Action => ({
      op: 'patch',
      target,
      patch: {
        spec: {
          strategy:
            strategy.type === 'Recreate'
              ? { type: 'Recreate', rollingUpdate: null }
              : {
                  type: strategy.type,
                  rollingUpdate: { maxSurge: strategy.maxSurge, maxUnavailable: strategy.maxUnavailable },
                },
        },
      },
    }),
  );
  const remove = fc
    .record({
      target,
      propagationPolicy: fc.constantFrom('Background' as const, 'Foreground' as const, 'Orphan' as const),
    })
    .map(({ target, propagationPolicy }): Action => ({ op: 'delete', target, propagationPolicy }));
  const drain = fc.record({ node, timeout: fc.integer({ min: 20, max: 120 }) }).map(
    ({ node, timeout }): Action => ({
      op: 'drain',
      node,
      ignoreDaemonSets: true,
      deleteEmptyDirData: true,
      force: true,
      timeout: timeout * SECOND,
    }),
  );
  return fc.oneof(
    { weight: 4, arbitrary: setImage },
    { weight: 4, arbitrary: scale },
    { weight: 2, arbitrary: apply },
    { weight: 1, arbitrary: paused },
    { weight: 1, arbitrary: restrategised },
    { weight: 1, arbitrary: target.map((target): Action => ({ op: 'restart', target })) },
    { weight: 1, arbitrary: remove },
    { weight: 1, arbitrary: node.map((node): Action => ({ op: 'cordon', node })) },
    { weight: 1, arbitrary: node.map((node): Action => ({ op: 'uncordon', node })) },
    { weight: 2, arbitrary: drain },
  );
}
