import { Document, isScalar, visit } from 'yaml';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { writtenScenario } from '../../sim/scenario/written-scenario.ts';

/** Longer lines are broken: what fits stands on one line, so that a timeline reads like a table. */
const LINE_WIDTH = 110;

/**
 * A scenario as a file that a person could have written, after a comment. All its objects are in it, so it stands
 * alone; reading it gives the same scenario.
 */
export function scenarioYaml(scenario: Scenario, comment: string): string {
  const document = new Document(writtenScenario(scenario), { aliasDuplicateObjects: false });
  visit(document, {
    Map: (key, node) => {
      // Entries of lists that are short enough: `- { at: 1m, scale: deployment/web, replicas: 3 }`.
      const isItem = typeof key === 'number';
      const text = JSON.stringify(node.toJSON());
      if (text.length <= LINE_WIDTH - 20 && (isItem || text.length <= 60)) node.flow = true;
      return node.flow === true ? visit.SKIP : undefined;
    },
    Seq: (_key, node) => {
      if (node.items.every((item) => isScalar(item))) node.flow = true;
    },
  });
  const lines = comment.split('\n').map((line) => (line === '' ? '#' : `# ${line}`));
  return `${lines.join('\n')}\n${document.toString({ lineWidth: LINE_WIDTH, flowCollectionPadding: true })}`;
}
