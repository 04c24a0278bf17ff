import type { KubectlCommand, KubectlSection } from './kubectl-command.ts';

/** The page docs/kubectl.md, made of the table that the test runs. */
const HEAD = `# kubectl against \`wavetank serve\`

Every command here is run by a test with a real kubectl, in this order against one cluster, and its output and exit
code are compared. The page is written by that test.

- **works**: as against any cluster. Where the exit code is given, the command is one that fails there too, with the same words.
- **refused**: it needs a program that really runs. The message says so.
- **not yet**: it should work, and doesn't.

`;

const STATES = { refused: 'refused', 'not yet': 'not yet' } as const;

/** A cell of a table holds neither bars nor line breaks. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function row({ run, state, code = 0 }: KubectlCommand): string {
  const words = state === undefined ? 'works' : STATES[state];
  const exit = state === undefined && code !== 0 ? `, exits with ${code}` : '';
  return `| \`${cell(run)}\` | ${words}${exit} |`;
}

export function kubectlPage(sections: readonly KubectlSection[]): string {
  const parts = sections.map(({ title, commands }) => {
    const rows = commands.filter(({ isPreparation }) => isPreparation !== true).map(row);
    return [`## ${title}`, '', '| command | state |', '|---|---|', ...rows].join('\n');
  });
  return `${HEAD}${parts.join('\n\n')}\n`;
}
