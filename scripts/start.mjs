// npm start: brings the clone up to date and shows the program at work, command by command, on the example shop.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root, runNode } from './run-command.mjs';

const program = path.join(root, 'dist', 'cli', 'main.js');
const scenario = path.join('examples', 'shop', 'scenario.yaml');
/** When the lost pods have been replaced, and the machine that ran them is still away. */
const afterEviction = '12m';

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

/** The youngest pod of the order service at that moment: the one that replaced what the crash took. */
function replacement(log) {
  const names = outputOf(
    `get pods -l app=order -o name --sort-by .metadata.creationTimestamp --log ${log} --at ${afterEviction}`.split(
      ' ',
    ),
  );
  const youngest = names.trim().split('\n').at(-1);
  if (!youngest?.startsWith('pod/')) throw new Error(`expected pods of the order service, got ${names}`);
  return youngest;
}

async function main() {
  const setUp = await runNode([path.join(root, 'scripts', 'setup.mjs')]);
  if (setUp !== 0) return setUp;

  const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-'));
  const log = path.join(folder, 'shop.jsonl');
  const at = ['--log', log, '--at', afterEviction];
  try {
    await show('A shop of ten services: deployed, updated, and a machine crashes', [
      'run',
      scenario,
      '--out',
      log,
    ]);
    await show('The pods of the order service, 12 minutes in', [
      'get',
      'pods',
      '-l',
      'app=order',
      '-o',
      'wide',
      ...at,
    ]);
    const pod = replacement(log);
    await show(`Why is ${pod} there?`, ['why', pod, ...at]);
    await show('The same again, from nothing but what was done from outside: bit for bit?', [
      'replay',
      log,
      '--verify',
    ]);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    process.stderr.write(`npm start: ${error.message}\n`);
    return error.code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(
    `\nYour turn: node dist/cli/main.js run ${scenario}, or --help. More in examples/ and docs/.\n`,
  );
  return 0;
}

process.exitCode = await main();
