import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../problem.ts';
import { loadManifests } from './load-manifests.ts';
import { manifestFiles } from './manifest-files.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/manifests');

/** What may be wrong with a file that somebody published: anything else would be a defect of the loader. */
const SENSIBLE = [
  /^no matches for kind ".+" in version ".+"/,
  /^\w+ \(.+\) needs a later version of wavetank$/,
  /^\w+ is a custom resource, and needs a later version of wavetank$/,
  /^unknown field ".+"/,
  /^expected .+, got .+/,
  /^(apiVersion|kind|apiVersion and kind|metadata\.name) not set$/,
  /^can't be read as YAML: .+/,
  /^holds no (objects|manifests)/,
  /^is a kustomization, which kubectl can render: /,
  /is not allowed as the name of a field$/,
  /^an object to apply needs a metadata\.name/,
];

describe.skipIf(!existsSync(DATA))('published manifests load, or say what is wrong', () => {
  // At least so many objects have loaded when this was written: fewer, and something is refused that is right.
  test.each([
    ['online-boutique', 100],
    ['k8s-website-2021', 230],
    ['k8s-examples', 230],
    ['argo-cd', 59],
    ['kube-prometheus', 108],
  ])('%s', (name, least) => {
    let objects = 0;
    const odd: string[] = [];
    // File by file: examples of one thing often bear one name.
    for (const { file } of manifestFiles(join(DATA, name), name).files) {
      const loaded = loadManifests([file]);
      objects += loaded.objects.length;
      for (const problem of loaded.problems) {
        const isTwice = problem.message.includes(' is there twice: ');
        if (!isTwice && !SENSIBLE.some((pattern) => pattern.test(problem.message)))
          odd.push(formatProblem(problem));
      }
    }
    expect(odd).toEqual([]);
    expect(objects).toBeGreaterThanOrEqual(least);
  });
});
