// npm start: brings the clone up to date and shows the program at work, command by command: six hours of a shop.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root, runNode } from './run-command.mjs';

const program = path.join(root, 'dist', 'cli', 'main.js');
const scenario = path.join('examples', 'shop-day', 'scenario.yaml');
/** In the middle of the spike, when pods and machines have been added for it. */
const inSpike = '2h9m';
/** Where the report is left for whoever wants to look at it. */
const report = path.join(tmpdir(), 'wavetank-shop-day.html');

class StepFailed extends Error {
  constructor(code) {
    super(`a step ended with exit code ${code}`);
    this.code = code;
  }
}

function announce(title, words) {
  process.stdout.write(`\n── ${title}\n$ ${['wavetank', ...words].join(' ')}\n`);
}

/** Shows a command and runs it; everything stops at the first that fails. */
async function show(title, words) {
  announce(title, words);
  const code = await runNode([program, ...words]);
  if (code !== 0) throw new StepFailed(code);
}

/** What a command prints. */
function outputOf(words) {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [program, ...words], {
    cwd: root,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  if (status !== 0) {
    process.stderr.write(stderr);
    throw new StepFailed(status ?? 1);
  }
  return stdout;
}

/** The youngest machine at that moment: one that the spike brought. */
function youngestNode(log) {
  const names = outputOf(
    `get nodes -o name --sort-by .metadata.creationTimestamp --log ${log} --at ${inSpike}`.split(' '),
  );
  const youngest = names.trim().split('\n').at(-1);
  if (!youngest?.startsWith('node/')) throw new Error(`expected nodes, got ${names}`);
  return youngest;
}

async function main() {
  const setUp = await runNode([path.join(root, 'scripts', 'setup.mjs')]);
  if (setUp !== 0) return setUp;

  const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-'));
  const log = path.join(folder, 'shop-day.jsonl');
  const at = ['--log', log, '--at', inSpike];
  try {
    await show('Six hours of a shop: load, autoscaling, a rollout, a spike, a crash, an outage', [
      'run',
      scenario,
      '--out',
      log,
    ]);
    await show('Its autoscalers, in the middle of the spike', ['get', 'hpa', ...at]);
    const node = youngestNode(log);
    await show(`Why is ${node} there?`, ['why', node, ...at]);
    await show('The same again, from nothing but what was done from outside: bit for bit?', [
      'replay',
      log,
      '--verify',
    ]);
    await show('All of it to look at, in one file', ['report', log, '--out', report]);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    process.stderr.write(`npm start: ${error.message}\n`);
    return error.code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(
    `\nOpen ${report} in a browser: charts, a map, and the causes of everything.\n` +
      `Your turn: node dist/cli/main.js run ${scenario}, or --help. More in examples/ and docs/.\n`,
  );
  return 0;
}

process.exitCode = await main();
