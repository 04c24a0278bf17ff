import { beforeAll, describe, expect, test } from 'vitest';
import { DEPLOYMENT, expectRefused, isBuilt, scenarioWith, wavetank, write } from './testing/command.ts';

/** A pod that is deleted stays ready in the endpoints: what `terminating-endpoint` forbids. */
const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;

describe.skipIf(!isBuilt)('wavetank bisect', () => {
  beforeAll(() => {
    write('web.yaml', `${DEPLOYMENT}---\n${SERVICE}`);
    const changes = [
      ['  manifests:\n', '  manifests:\n    - web.yaml\n'],
      ['replicas: 2 }', 'replicas: 2 }\n    - { at: 90s, scale: deployment/web, replicas: 1 }'],
    ] as const;
    const sound = scenarioWith(...changes);
    write('sound.yaml', sound);
    write(
      'broken.yaml',
      sound.replace(
        '  cluster:\n',
        '  cluster:\n    kubernetes: { mutants: [terminating-endpoint-ready] }\n',
      ),
    );
    expect(wavetank(['run', 'sound.yaml', '--out', 'sound.jsonl']).code).toBe(0);
    expect(wavetank(['run', 'broken.yaml', '--out', 'broken.jsonl']).code).toBe(1);
  });

  test('names the record after which a condition holds, and why', () => {
    const { code, out } = wavetank(['bisect', 'sound.jsonl', '--when', 'available(deployment/web) == 2']);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^available\(deployment\/web\) == 2 first holds after record rv:\d+ at 1m\d+\.\d+s: available\(deployment\/web\) is 2\n\n/,
    );
    expect(out).toMatch(/← +1m0s +rv:\d+ +user +scale deployments?\/web/);
  });

  test('where it ceases to hold', () => {
    const { code, out } = wavetank([
      'bisect',
      'sound.jsonl',
      '--when',
      'available(deployment/web) == 2',
      '--not',
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/first ceases to hold after record rv:\d+ at 1m30\.\d+s/);
  });

  test('names the record that broke an invariant, and why', () => {
    const { code, out } = wavetank([
      'bisect',
      'broken.jsonl',
      '--invariant',
      'terminating-endpoint',
      '--json',
    ]);
    expect(code).toBe(0);
    const { found, question } = JSON.parse(out);
    expect(question).toBe('invariant terminating-endpoint is first broken');
    expect(found.seconds).toBeGreaterThan(90);
    expect(found.why[0].actor).toBe('endpointslice-controller');
    expect(found.why.at(-1).actor).toBe('user');
  });

  test('what never happens ends with 1', () => {
    for (const args of [
      ['--invariant', 'terminating-endpoint'],
      ['--when', 'available(deployment/web) > 5'],
    ]) {
      const { code, out, err } = wavetank(['bisect', 'sound.jsonl', ...args]);
      expect({ code, err }).toEqual({ code: 1, err: '' });
      expect(out).toMatch(/ (?:is never broken|never holds) in the \d+ records of sound\.jsonl\n$/);
    }
  });

  test.each([
    [['sound.jsonl'], /bisect needs either --when EXPRESSION or --invariant NAME/],
    [['sound.jsonl', '--when', 'true', '--invariant', 'x'], /either/],
    [
      ['sound.jsonl', '--when', 'availabl(deployment/web) > 1'],
      /--when: there is no function availabl, did you mean "available"\?/,
    ],
    [['sound.jsonl', '--invariant', 'terminating-endpiont'], /did you mean "terminating-endpoint"\?/],
    [['sound.jsonl', '--invariant', 'versions', '--not'], /--not and --after are for --when/],
    [['sound.jsonl', '--when', 'count(pods) > 1', '--after', 'noon'], /--after: expected a time/],
    [['gone.jsonl', '--when', 'count(pods) > 1'], /gone\.jsonl.*does not exist/],
  ])('%j', (args, message) => {
    expectRefused(wavetank(['bisect', ...args]), message);
  });

  test('a what-if of a run with a mutant runs the mutant too, or without it', () => {
    const change =
      'apiVersion: wavetank.dev/v1alpha1\nkind: Change\nmetadata: { name: sound }\nspec:\n  set: { spec.cluster.kubernetes.mutants: null }\n';
    write('sound-change.yaml', change);
    const { code, out } = wavetank([
      'replay',
      'broken.jsonl',
      '--with',
      'sound-change.yaml',
      '--out',
      'mended.jsonl',
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^The histories agree in \d+ records, then part:\n {2}recorded {2}rv:\d+ at 1m30\.\d+s endpointslice-controller/,
    );
    expect(wavetank(['bisect', 'mended.jsonl', '--invariant', 'terminating-endpoint']).code).toBe(1);
  });
});
