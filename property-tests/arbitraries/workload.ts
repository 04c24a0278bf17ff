import fc from 'fast-check';
import type { Deployment } from '../../core/schema/types.generated.ts';
import type { ManifestObject, Scenario } from '../../sim/scenario/scenario.ts';
import { app } from './app.ts';
import { deployment, imageName, manifest } from './objects.ts';
import type { Workload } from './place.ts';

/** A generated app: applied again, it may have any settings. */
export function workloadNamed(name: string): Workload {
  return {
    namespace: 'default',
    name,
    container: 'main',
    image: imageName(name),
    labels: { app: name },
    changed: fc
      .record({ drawn: app(name), version: fc.integer({ min: 1, max: 4 }) })
      .map(({ drawn, version }) => manifest(deployment(drawn, version))),
  };
}

/** The repository of an image, without its tag or digest. */
function repositoryOf(image: string): string {
  const name = image.split('@')[0] ?? image;
  const slash = name.lastIndexOf('/');
  const colon = name.indexOf(':', slash + 1);
  return colon < 0 ? name : name.slice(0, colon);
}

function workloadOf({ object, source }: ManifestObject): readonly Workload[] {
  // Its kind says what it is; what it lacks is looked for.
  const { metadata, spec } = object as unknown as Deployment;
  const [container] = spec?.template?.spec?.containers ?? [];
  const labels = spec?.template?.metadata?.labels;
  if (container?.name === undefined || container.image === undefined || labels === undefined) return [];
  return [
    {
      namespace: metadata.namespace ?? 'default',
      name: metadata.name,
      container: container.name,
      image: repositoryOf(container.image),
      labels,
      changed: fc.integer({ min: 0, max: 6 }).map((replicas) => ({
        source,
        object: { ...object, spec: { ...spec, replicas } } as ManifestObject['object'],
      })),
    },
  ];
}

/** The Deployments that a scenario applies at its start. */
export function workloadsOf({ manifests }: Scenario): readonly Workload[] {
  return manifests.filter(({ object }) => object.kind === 'Deployment').flatMap(workloadOf);
}
