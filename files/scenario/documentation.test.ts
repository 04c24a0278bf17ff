import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_START, MINUTE } from '../../core/time.ts';
import { MEASURE_TABLE } from '../../sim/measures/table.ts';
import { compileExpression, formatValue } from '../../sim/scenario/expression/expression.ts';
import { FUNCTIONS } from '../../sim/scenario/expression/functions.ts';
import {
  CLUSTER_AUTOSCALER_FLAGS,
  CONTROLLER_MANAGER_FLAGS,
  KUBELET_FLAGS,
  SCHEDULER_FLAGS,
} from '../../sim/scenario/flags.ts';
import { readScenario } from '../../sim/scenario/resolve.ts';
import { TestCluster, type TestObject } from '../../sim/scenario/testing/test-cluster.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';

function page(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');
}

/** The code blocks of a page. */
function blocks(text: string): readonly string[] {
  return [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map((match) => match[1]!);
}

/** The rows of all tables of a page, as cells. */
function rows(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(2, -2)
        .replaceAll('\\|', '¦')
        .split(' | ')
        .map((cell) => cell.replaceAll('¦', '|')),
    );
}

const TYPES = { number: 'number', duration: 'duration', text: 'text', boolean: 'true or false' } as const;

describe('docs/expressions.md', () => {
  const text = page('expressions.md');

  test('has every function, in the words of the program', () => {
    const documented = rows(text).filter(([, about]) =>
      /^(number|duration|text|true or false)\. /.test(about ?? ''),
    );
    expect(documented).toEqual(
      FUNCTIONS.map(({ signature, returns, about }) => [`\`${signature}\``, `${TYPES[returns]}. ${about}`]),
    );
  });

  test('has examples that come out as it says', () => {
    const cluster = new TestCluster();
    const objects = blocks(text).find((block) => block.includes('kind: EndpointSlice')) ?? '';
    for (const { value } of parseYaml(objects, 'docs/expressions.md').documents) {
      cluster.put(value as TestObject, DEFAULT_START);
    }
    const examples = rows(text.slice(text.indexOf('| expression | value |'))).slice(1);
    expect(examples.length).toBeGreaterThan(15);
    for (const [written = '', value] of examples) {
      const compiled = compileExpression(written.slice(1, -1));
      if (!compiled.ok) throw new Error(`${written}: ${compiled.message}`);
      const { expression } = compiled;
      const result = formatValue(
        expression.evaluate(cluster.state, DEFAULT_START + 5 * MINUTE),
        expression.type,
      );
      expect([written, value]).toEqual([written, result === 'unknown' ? result : `\`${result}\``]);
    }
  });
});

describe('docs/scenario.md', () => {
  const text = page('scenario.md');

  test('begins with a scenario that can be run', () => {
    const [first = ''] = blocks(text);
    const [document] = parseYaml(first, 'docs/scenario.md').documents;
    const read = readScenario(document?.value);
    expect(read.ok ? [] : read.problems).toEqual([]);
  });

  test('has every setting of the control plane, and no other', () => {
    const documented = rows(text)
      .map(([field = '']) => field.slice(1, -1))
      .filter((field) => /^(kubeControllerManager|kubeScheduler|kubelet|clusterAutoscaler)\./.test(field));
    const known = Object.entries({
      kubeControllerManager: CONTROLLER_MANAGER_FLAGS,
      kubeScheduler: SCHEDULER_FLAGS,
      kubelet: KUBELET_FLAGS,
      clusterAutoscaler: CLUSTER_AUTOSCALER_FLAGS,
    }).flatMap(([component, flags]) => Object.keys(flags).map((flag) => `${component}.${flag}`));
    expect(documented).toEqual(known);
  });

  test('names every field of the schema', () => {
    const schema = readFileSync(join(import.meta.dirname, '../../schema/scenario.schema.json'), 'utf8');
    const names = new Set<string>();
    const gather = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'properties') for (const name of Object.keys(inner as object)) names.add(name);
        gather(inner);
      }
    };
    gather(JSON.parse(schema));
    expect([...names].filter((name) => !text.includes(name))).toEqual([]);
  });
});

test('docs/json-output.md has a row for every metric', () => {
  const rows = [...page('json-output.md').matchAll(/^\| `([^`]+)` \| ([^|]*) \| ([^|]*) \| (.*) \|$/gm)];
  const documented = rows.map(([, name, unit = '', better = '', about]) => [
    name,
    { unit, ...(better.trim() === '' ? {} : { better: better.trim() }), about },
  ]);
  expect(documented).toEqual(Object.entries(MEASURE_TABLE));
});
